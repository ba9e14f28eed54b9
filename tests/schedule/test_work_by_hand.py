"""What people began, planned or paused, and an unattended pass leaves to them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from newsletter.delivery import control
from newsletter.delivery.plan import Terms, plan
from newsletter.delivery.send import Orders, run

FEBRUARY = "2024-02"


def begin_by_hand(bureau: Any, limit: int | None = None) -> Any:
    """What `newsletter send` does."""
    from newsletter.checks import clear

    letter = clear(bureau.path(FEBRUARY), bureau.config, datetime.now().astimezone()).letter
    mailing, _ = plan(bureau.engine, letter, Terms("real", "smtp", "2024-02-06"))
    keyring = bureau.schedulers[0].office.keyring
    return run(bureau.engine, mailing, bureau.post, Orders(bureau.config, keyring, limit=limit))


def test_what_an_operator_has_paused_is_left_alone_until_it_is_resumed(
    due: Any, clock: Any
) -> None:
    due.post.before = lambda claim: control.pause(due.engine, due.mailing(FEBRUARY), 0)
    due.post.at_once = 1
    slow = iter((0.6, 0))
    due.post.verdict = lambda claim: _after(next(slow, 0), "accepted")
    due.attend()
    assert due.mailing(FEBRUARY).hold == "operator"
    handed = len(due.post.handed())
    assert handed < 3

    due.post.before = lambda claim: None
    clock.on(hours=1)
    due.attend(1)
    assert len(due.post.handed()) == handed

    control.resume(due.engine, due.mailing(FEBRUARY))
    clock.on(hours=1)
    due.attend(1)
    assert due.standing(FEBRUARY).state == "finished"
    assert len(due.post.handed()) == 3


def _after(seconds: float, verdict: str) -> str:
    """A sender looks each half second whether somebody wishes it to stop."""
    from time import sleep

    sleep(seconds)
    return verdict


def test_what_was_begun_by_hand_is_left_alone(due: Any) -> None:
    begin_by_hand(due, limit=1)

    found = due.attend()

    assert due.entry(FEBRUARY, found).why == "left to a person, and not finished"
    assert len(due.post.handed()) == 1
    assert (FEBRUARY, "result") not in due.told()


def test_what_somebody_plans_again_after_the_result_is_theirs_to_send(due: Any, clock: Any) -> None:
    due.post.verdict = lambda claim: "failed" if claim.reader.email[0] == "c" else "accepted"
    due.attend()
    assert (FEBRUARY, "result") in due.told()
    due.post.verdict = lambda claim: "accepted"
    assert control.plan_failed_again(due.engine, due.mailing(FEBRUARY)) == 1
    clock.on(minutes=5)

    found = due.attend()

    assert due.entry(FEBRUARY, found).why == "left to a person, and not finished"
    assert due.standing(FEBRUARY).counts.remaining == 1
    assert len(due.post.handed()) == 3


def test_a_plan_left_at_the_question_hides_no_rehearsal(due: Any) -> None:
    from newsletter.checks import clear
    from newsletter.delivery.mailing import begun_mailings
    from newsletter.store import reading

    letter = clear(due.path(FEBRUARY), due.config, datetime.now().astimezone()).letter
    plan(due.engine, letter, Terms("real", "smtp", "2024-02-06"))
    rehearsal, _ = plan(due.engine, letter, Terms("rehearsal", "outbox", "2024-02-06"))
    control.cancel(due.engine, rehearsal)

    with reading(due.engine) as connection:
        assert begun_mailings(connection, ("real", "rehearsal"))[FEBRUARY].kind == "rehearsal"
        assert begun_mailings(connection, ("real",)) == {}


def test_what_is_paused_before_it_has_begun_stops_no_other_issue(due: Any) -> None:
    from newsletter.checks import clear

    due.write("2024-03", send_at="2024-02-06 09:00")
    due.approve("2024-03")
    letter = clear(due.path(FEBRUARY), due.config, datetime.now().astimezone()).letter
    mailing, _ = plan(due.engine, letter, Terms("real", "smtp", "2024-02-06"))
    control.pause(due.engine, mailing)

    found = due.attend()

    assert due.entry(FEBRUARY, found).state == "held"
    assert due.standing("2024-03").state == "finished"
