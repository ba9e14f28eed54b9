"""What changes while an unattended pass is under way, and is heeded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from newsletter.delivery.plan import plan

FEBRUARY = "2024-02"


def test_an_approval_that_is_withdrawn_stops_what_has_begun(due: Any, clock: Any) -> None:
    due.post.verdict = lambda claim: "planned" if claim.reader.email[0] == "c" else "accepted"
    due.attend()
    assert due.standing(FEBRUARY).counts.remaining == 1
    due.withdraw(FEBRUARY)
    due.post.verdict = lambda claim: "accepted"
    clock.on(minutes=20)

    found = due.attend()

    assert due.entry(FEBRUARY, found).why == "its approval was withdrawn after it had begun"
    assert due.standing(FEBRUARY).counts.remaining == 1


@pytest.mark.parametrize("act", ["withdrawn", "replaced"])
def test_an_approval_that_is_withdrawn_at_the_last_moment_still_stops_it(
    due: Any, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    from newsletter.schedule import sending

    def late(*arguments: Any) -> Any:
        if act == "withdrawn":
            due.withdraw(FEBRUARY)
        else:
            due.approve(FEBRUARY, "the chair")
        monkeypatch.setattr(sending, "plan", plan)
        return plan(*arguments)

    monkeypatch.setattr(sending, "plan", late)

    found = due.attend()

    assert due.post.handed() == []
    refused = {"withdrawn": "unapproved", "replaced": None}[act]
    assert [each.code for each in found.refusals.values()] == ([refused] if refused else [])
    told = [row.about.split()[-1] for row in due.notices() if row.kind == "refused"]
    assert told == ([refused] if refused else [])
    due.attend()
    assert len(due.post.handed()) == (0 if act == "withdrawn" else 3)


def test_nothing_goes_out_of_time_where_a_machine_sleeps_while_operators_are_told(
    due: Any, clock: Any
) -> None:
    due.write("2024-03", send_at="2024-02-07 09:00")  # of which there is something to tell
    due.post.before = lambda claim: clock.on(days=2)

    due.attend()
    due.post.before = lambda claim: None
    due.attend(1)

    assert due.post.handed() == []
    assert (FEBRUARY, "overdue") in due.told()


@pytest.mark.parametrize("act", ["withdraw", "edit"])
def test_what_people_do_while_operators_are_told_is_heeded(due: Any, act: str) -> None:
    due.write("2024-03", send_at="2024-02-07 09:00")
    acts: dict[str, Callable[[], Any]] = {
        "withdraw": lambda: due.withdraw(FEBRUARY),
        "edit": lambda: due.write(FEBRUARY, "Another subject"),
    }
    due.post.before = lambda claim: acts[act]()

    due.attend()
    due.attend(1)

    assert due.post.handed() == []
    assert (FEBRUARY, "refused") in due.told()


def test_an_interrupted_mailing_heeds_a_withdrawal_while_operators_are_told(
    due: Any, clock: Any
) -> None:
    due.post.verdict = lambda claim: "planned"
    due.attend()
    due.write("2024-03", send_at="2024-02-07 09:00")
    due.post.verdict = lambda claim: "accepted"
    due.post.before = lambda claim: due.withdraw(FEBRUARY)
    before = len(due.post.handed())
    clock.on(hours=2)

    due.attend(1)

    assert len(due.post.handed()) == before
    assert due.standing(FEBRUARY).counts.remaining == 3


def test_an_issue_whose_time_is_changed_at_the_last_moment_waits_for_it(
    bureau: Any, clock: Any, lines: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from newsletter.schedule import sending

    bureau.configure(lines(approval="none"))
    bureau.write(FEBRUARY)
    clock.to("2024-02-06 09:00")
    clear = sending.clear

    def late(*arguments: Any) -> Any:
        bureau.write(FEBRUARY, send_at="2024-02-08 09:00")
        return clear(*arguments)

    monkeypatch.setattr(sending, "clear", late)
    bureau.attend()
    assert bureau.post.handed() == []

    clock.to("2024-02-08 09:00")
    bureau.attend()
    assert len(bureau.post.handed()) == 3
