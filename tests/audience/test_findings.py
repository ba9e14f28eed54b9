"""What is told of many rows is counted, and kept in little memory."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.audience.findings import Findings
from newsletter.audience.tally import Invalid

ROWS = st.builds(Invalid, st.integers(1, 2**31), st.text(max_size=20))


@given(st.lists(ROWS, max_size=9), st.integers(0, 9) | st.none(), st.integers(1, 700))
def test_what_is_kept_comes_back_in_its_order(
    rows: list[Invalid], most: int | None, times: int
) -> None:
    found = Findings(Invalid._make, most)
    for row in rows * times:
        found.append(row)
    assert len(found) == len(rows) * times
    assert list(found) == (rows * times)[:most]


@pytest.mark.parametrize(("most", "megabytes"), [(None, 6), (20, 0.1)])
def test_a_hundred_thousand_faults_take_little_memory(most: int | None, megabytes: float) -> None:
    found = Findings(Invalid._make, most)
    tracemalloc.start()
    for line in range(100_000):
        found.append(Invalid(line, f"'nobody{line}' is not an e-mail address: it has no @-sign"))
    assert sum(1 for _ in found) == min(most or 100_000, 100_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < megabytes * 1e6
