"""Whether a month follows the one before, and its mail goes out in it."""

from __future__ import annotations

from typing import Any

import pytest

CODES = ("N115", "N116")


@pytest.mark.parametrize(
    ("months", "code"),
    [
        ([], None),
        (["2023-11"], None),
        (["2023-10"], "N115"),
        (["2022-12", "2022-11"], "N115"),
        (["2022-11"], "N116"),
        (["2013-11"], "N116"),
        (["2023-01", "2024-01"], None),
    ],
)
def test_only_the_newest_month_has_to_follow(
    desk: Any, months: list[str], code: str | None
) -> None:
    others = [desk.issue(month=month) for month in months]
    found = desk.find(desk.issue(), *CODES, others=others)
    assert [each.code for each in found] == ([code] if code else [])


def test_the_gap_is_told(desk: Any) -> None:
    (found,) = desk.find(desk.issue(), *CODES, others=[desk.issue(month="2023-09")])
    assert (found.severity, found.message) == (
        "note",
        "the last issue is of 2023-09, 3 months earlier",
    )


@pytest.mark.parametrize(
    ("send_at", "said_of_it"),
    [
        ("2023-12-05 09:00", None),
        ("2023-12-31 23:59", None),
        ("2023-11-30 09:00", "before"),
        ("2024-12-05 09:00", "after"),
    ],
)
def test_an_issue_goes_out_in_its_month(desk: Any, send_at: str, said_of_it: str | None) -> None:
    found = desk.find(desk.issue(send_at=send_at), "N117")
    assert len(found) == bool(said_of_it)
    assert all(f"'send_at' is {said_of_it} the issue's month" in each.message for each in found)
