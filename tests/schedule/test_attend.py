"""One unattended pass: what it sends, when, and what it leaves alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from newsletter.delivery.claim import Claim
from newsletter.delivery.dispatch import Stop

FEBRUARY = "2024-02"


def test_an_approved_issue_goes_out_at_its_moment_and_not_before(due: Any, clock: Any) -> None:
    clock.to("2024-02-06 08:59")
    assert due.attend().next_at == datetime.fromisoformat("2024-02-06T09:00-05:00")
    assert due.mailing(FEBRUARY) is None

    clock.to("2024-02-06 09:00")
    found = due.attend()

    assert [ending.exit_code for ending in found.endings] == [0]
    assert set(due.states(FEBRUARY).values()) == {"accepted"}
    assert due.entry(FEBRUARY, found).state == "sent"
    assert [each.to[0] for each in due.post.handed()] == ["a", "b", "c"]


def test_a_machine_that_was_asleep_sends_within_the_grace_and_not_after(
    due: Any, clock: Any
) -> None:
    due.write("2024-03")
    due.approve("2024-03")
    clock.to("2024-02-06 21:00")
    due.attend()
    assert due.standing(FEBRUARY).state == "finished"

    clock.to("2024-03-05 21:01")
    found = due.attend()

    assert due.mailing("2024-03") is None
    assert due.entry("2024-03", found).state == "held"
    assert ("2024-03", "overdue") in due.told()


def test_what_was_to_go_out_before_the_database_was_made_is_history(
    bureau: Any, clock: Any
) -> None:
    bureau.write("2024-01")
    bureau.approve("2024-01")
    clock.to("2024-01-03 12:00")

    found = bureau.attend()

    assert bureau.entry("2024-01", found) is None
    assert bureau.post.everything == []
    assert bureau.told() == []


def test_two_schedulers_are_never_at_work_together(due: Any) -> None:
    seen = []
    due.post.before = lambda claim: seen.append(due.attend(1).is_busy)

    due.attend()
    due.post.before = lambda claim: None
    due.attend(1)

    assert seen
    assert all(seen)
    assert len(due.post.handed()) == 3


@pytest.mark.parametrize("send_at", ["2024-11-03 01:30", "2024-03-10 02:30"])
def test_an_hour_that_the_clocks_repeat_or_skip_is_met(
    bureau: Any, clock: Any, send_at: str
) -> None:
    month = send_at[:7]
    bureau.write(month, send_at=send_at)
    bureau.approve(month)
    for minutes in range(-5, 150, 5):
        moment = datetime.fromisoformat(send_at).replace(tzinfo=bureau.config.zone)
        clock.set(moment.astimezone(clock.now.tzinfo) + timedelta(minutes=minutes))
        bureau.attend(minutes % 2)
        assert len(bureau.post.handed()) == (0 if minutes < 0 else 3)


def test_a_clock_that_was_set_changes_nothing_that_was_sent(due: Any, clock: Any) -> None:
    due.attend()
    handed = due.post.everything
    for text in ("2024-01-10 09:00", "2024-02-06 08:00", "2024-02-06 09:00", "2026-01-01 00:00"):
        clock.to(text)
        due.attend(1)

    assert [each for each in due.post.handed() if each.issue == FEBRUARY] == [
        each for each in handed if each.what == "mail" and each.said == "handed"
    ]
    assert due.told().count((FEBRUARY, "result")) == 1
    assert (FEBRUARY, "overdue") not in due.told()


def test_a_request_to_stop_ends_a_pass_after_what_is_in_flight(due: Any) -> None:
    stop = Stop()

    def ask(claim: Claim) -> None:
        stop.requested = claim.letter.purpose != "operators"

    due.post.before = ask
    found = due.attend(stop=stop)

    assert [each.why.name for each in found.endings] == ["INTERRUPTED"]
    counts = due.standing(FEBRUARY).counts
    assert (counts.accepted, counts.remaining) == (2, 1)
    due.attend(1)
    assert due.standing(FEBRUARY).state == "finished"
