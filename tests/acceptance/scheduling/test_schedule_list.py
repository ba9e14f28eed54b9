"""`newsletter schedule --list`: what goes out when, for people and for programs."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest


def listed(office: Any) -> dict[str, dict[str, Any]]:
    """The documents by issue, soonest first."""
    ran = office.run("schedule", "--list", "--json")
    assert (ran.returncode, ran.stderr) == (0, "")
    documents = json.loads(ran.stdout)
    assert [each["at"] for each in documents] == sorted(each["at"] for each in documents)
    return {each["issue"]: each for each in documents}


def months(office: Any, first: int = 1) -> list[tuple[str, datetime]]:
    """The next months with a moment in each."""
    moment = office.this_minute().replace(day=15, hour=9, minute=30)
    found = []
    for _ in range(6):
        moment = (moment.replace(day=28) + timedelta(days=10)).replace(day=15)
        found.append((f"{moment:%Y-%m}", moment))
    return found[first - 1 :]


def test_with_nothing_planned_it_says_how_to_begin(office: Any) -> None:
    assert listed(office) == {}
    ran = office.run("schedule", "--list")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == "nothing is planned; begin an issue with 'newsletter new MONTH'\n"


def test_it_needs_no_secret_and_sends_nothing(office: Any) -> None:
    office.due()
    ran = office.run("schedule", "--list", NEWSLETTER_SECRET="")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert re.fullmatch(
        r"2023-12  \w{3} [\d-]{10} \d\d:\d\d -05:00  approved    12 .*\n", ran.stdout
    )
    assert not office.server.accepted
    assert not office.server.connections


def test_each_state_of_an_issue(office: Any) -> None:
    office.settings(approval="required")
    (approved, at), (unapproved, then), (changed, later), (held, last) = months(office)[:4]
    for month, moment in ((approved, at), (unapproved, then), (changed, later), (held, last)):
        office.due(moment, month)
    for month in (approved, changed, held):
        assert office.run("approve", month, "--by", "the chair").returncode == 0
    office.due(later, changed, subject="said otherwise")
    path = office.due(last, held)
    path.write_text(path.read_text("utf-8") + "colour: blue\n", "utf-8")
    office.due()
    assert office.run("approve", "2023-12", "--by", "the chair").returncode == 0
    assert office.run("send", "--due").returncode == 0

    found = listed(office)
    assert {issue: each["state"] for issue, each in found.items()} == {
        "2023-12": "sent",
        approved: "approved",
        unapproved: "unapproved",
        changed: "changed",
        held: "changed",
    }
    assert found[approved]["at"] == f"{at:%Y-%m-%dT%H:%M:%S}-05:00"
    assert found[changed]["why"] == f"issues/{changed}.yaml: subject"
    assert all(set(each) >= {"issue", "at", "state", "recipients"} for each in found.values())
    assert {each["recipients"] for each in found.values()} == {12}
    table = office.run("schedule", "--list").stdout.splitlines()
    assert [line.split()[0] for line in table] == list(found)
    assert f"(issues/{changed}.yaml: subject)" in next(
        each for each in table if each.startswith(changed)
    )


@pytest.mark.parametrize(("days", "is_shown"), [(5, True), (9, False)])
def test_a_month_without_a_file_is_missing_from_a_week_before(
    office: Any, days: int, is_shown: bool
) -> None:
    soon = office.this_minute() + timedelta(days=days)
    office.settings(by_schedule=soon)
    found = listed(office)
    assert {each["state"] for each in found.values()} == ({"missing"} if is_shown else set())
    assert (f"{soon:%Y-%m}" in found) == is_shown


def test_what_is_past_its_grace_is_held(office: Any) -> None:
    office.settings(grace="1h")
    office.due(office.this_minute() - timedelta(hours=2))
    (entry,) = listed(office).values()
    assert (entry["state"], entry["why"]) == ("held", "its time has passed, and nobody sent it")


def test_what_is_paused_is_held(office: Any) -> None:
    office.due()
    ran = office.run("send", "2023-12", "--yes", "--limit", "3")
    assert ran.returncode == 0
    (entry,) = listed(office).values()
    assert entry["state"] == "held"
    assert entry["why"] == "left to a person, and not finished"


def test_what_was_to_go_out_before_the_database_was_made_is_history(office: Any) -> None:
    office.due(office.this_minute() - timedelta(days=3))
    assert listed(office) == {}


@pytest.mark.parametrize("years", [0.9, 1.1])
def test_it_shows_twelve_months(office: Any, years: float) -> None:
    at = office.this_minute() + timedelta(days=365 * years)
    office.due(at, f"{at:%Y-%m}")
    assert bool(listed(office)) == (years < 1)
