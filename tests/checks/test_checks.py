"""The registry of checks, and what it finds in an issue that loads."""

from __future__ import annotations

import re
from typing import Any

import pytest

from newsletter.checks import CHECKS

TWO_FAULTS = "month: 2023-12\nsummaries:\n- {title: TODO, summary: S, practice_implications: P}\n"


def test_codes_are_unique_and_well_formed() -> None:
    codes = [each.code for each in CHECKS]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"N\d{3}", code) for code in codes)


def test_every_check_says_what_it_is_for() -> None:
    assert all((each.ask.__doc__ or "").strip() for each in CHECKS)
    assert len({each.title for each in CHECKS}) == len(CHECKS)


def test_an_issue_as_it_should_be_has_no_findings(desk: Any) -> None:
    assert desk.find(desk.issue(), "N") == []


def test_findings_come_in_the_order_of_their_places(desk: Any) -> None:
    findings = desk.find(TWO_FAULTS, "N")
    places = [(found.line, found.column) for found in findings]
    assert places == sorted(places)
    assert {"N101", "N104"} <= {found.code for found in findings}


@pytest.mark.parametrize(("off", "left"), [("N101", "N104"), ("N104", "N101")])
def test_a_check_can_be_switched_off(desk: Any, off: str, left: str) -> None:
    config = desk.configured(checks={"off": [off]})
    found = desk.find(TWO_FAULTS, "N101", "N104", config=config)
    assert [finding.code for finding in found] == [left]
