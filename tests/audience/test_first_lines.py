"""Duplicates are found in little memory, and none is found that is not there."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from newsletter.audience.first_lines import FirstLines


@given(st.lists(st.text("abc", max_size=4), max_size=60))
def test_the_first_line_of_each_key_is_remembered(keys: list[str]) -> None:
    lines, model = FirstLines(), dict[str, int]()
    for number, key in enumerate(keys, 2):
        assert lines.first(key, number) == model.setdefault(key, number)


def test_it_grows_and_forgets_nothing() -> None:
    lines = FirstLines()
    keys = [f"reader{number}@example.org" for number in range(30_000)]
    assert all(lines.first(key, number) == number for number, key in enumerate(keys, 2))
    assert all(lines.first(key, 0) == number for number, key in enumerate(keys, 2))
