"""How much an issue says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("count", "said_of_it"), [(1, "1 summary"), (2, ""), (3, ""), (4, "4 summaries"), (9, "9 sum")]
)
def test_another_number_of_summaries_than_two_or_three_is_told_at_their_key(
    desk: Any, count: int, said_of_it: str
) -> None:
    study = "  - {title: A, summary: S, practice_implications: P}\n"
    findings = desk.find(f"month: 2023-12\nsubject: S\nsummaries:\n{study * count}", "N101")
    assert len(findings) == bool(said_of_it)
    for finding in findings:
        assert str(finding).startswith(f"issues/2023-12.yaml:3:1: warning: {said_of_it}")


@pytest.mark.parametrize(
    ("key", "code", "fewest", "most"),
    [("summary", "N103", 60, 700), ("practice_implications", "N105", 25, 400)],
)
def test_only_clear_outliers_of_length_are_told(
    said: Callable[..., list[str]], desk: Any, key: str, code: str, fewest: int, most: int
) -> None:
    def of(count: int) -> list[str]:
        return said(desk.with_study(**{key: "*well-being* " * count}), code)

    assert of(1)[0].startswith(f"'{key}' has 1 word; ")
    assert of(fewest - 1) == [
        f"'{key}' has {fewest - 1} words; it wants {fewest} at least, so write it out"
    ]
    assert of(fewest) == of(most) == []
    assert of(most + 1) == [f"'{key}' has {most + 1} words; cut it below {most}"]
