"""What follows where people, or settings, turn another way in the middle."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update

from newsletter.delivery import control
from newsletter.schedule import sending
from newsletter.store import mailings, writing

FEBRUARY = "2024-02"
REAL, OUTBOX = "provider: smtp", "provider: outbox"


def through_the_outbox(bureau: Any, lines: Callable[..., str]) -> None:
    bureau.configure(lines().replace(REAL, OUTBOX))


def subjects(bureau: Any, kind: str) -> list[str]:
    return [row.subject for row in bureau.notices() if row.kind == kind]


def test_an_approval_withdrawn_after_the_planning_still_stops_it(
    due: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = sending.run

    def late(*arguments: Any) -> Any:
        due.withdraw(FEBRUARY)
        return begin(*arguments)

    monkeypatch.setattr(sending, "run", late)
    due.attend()
    monkeypatch.setattr(sending, "run", begin)
    found = due.attend()

    assert due.post.handed() == []
    assert due.entry(FEBRUARY, found).state == "unapproved"
    assert subjects(due, "refused") == ["2024-02 did not go out: nobody approved it"]


def test_what_is_resumed_the_next_day_goes_on(due: Any, clock: Any) -> None:
    due.post.verdict = lambda claim: "planned" if claim.reader.email[0] == "c" else "accepted"
    due.attend()
    control.pause(due.engine, due.mailing(FEBRUARY))
    clock.on(hours=24)
    due.post.verdict = lambda claim: "accepted"
    control.resume(due.engine, due.mailing(FEBRUARY))

    due.attend()

    assert due.standing(FEBRUARY).state == "finished"
    assert subjects(due, "overdue") == []


def test_what_was_rehearsed_at_its_time_does_not_go_out_when_mail_becomes_real(
    due: Any, clock: Any, lines: Callable[..., str]
) -> None:
    through_the_outbox(due, lines)
    due.attend()
    assert due.mailing(FEBRUARY).kind == "rehearsal"
    due.configure(lines())
    clock.on(hours=2)

    found = due.attend()
    clock.on(days=2)
    late = due.attend()

    for each in (found, late):
        entry = due.entry(FEBRUARY, each)
        assert (entry.state, entry.step) == ("held", "")
        assert entry.why == "it was rehearsed; only a person sends it now"
    assert len(due.post.handed()) == 3
    assert subjects(due, "overdue") == []


def test_what_a_person_rehearsed_before_its_time_goes_out_for_real(
    due: Any, clock: Any, lines: Callable[..., str]
) -> None:
    through_the_outbox(due, lines)
    due.write(FEBRUARY, send_at="2024-02-05 09:00")
    due.approve(FEBRUARY)
    clock.to("2024-02-05 09:00")
    due.attend()
    make_it_a_persons(due)
    assert due.mailing(FEBRUARY).kind == "rehearsal"
    due.configure(lines())
    due.write(FEBRUARY)
    due.approve(FEBRUARY)
    clock.to("2024-02-06 09:00")

    due.attend()

    assert due.mailing(FEBRUARY).kind == "real"
    assert due.standing(FEBRUARY).state == "finished"


def make_it_a_persons(bureau: Any) -> None:
    """Have the mailing be one that was begun by hand."""
    with writing(bureau.engine) as connection:
        connection.execute(update(mailings).values(unattended=False))


def test_operators_hear_once_more_when_what_was_not_ready_is_and_the_other_way(
    due: Any, clock: Any
) -> None:
    clock.to("2024-02-05 10:00")
    for approved in (False, True, False, True):
        (due.approve if approved else due.withdraw)(FEBRUARY)
        due.attend()

    assert subjects(due, "upcoming") == [
        "2024-02 is not ready to go out on Tuesday 2024-02-06 09:00 -05:00: nobody approved it",
        "2024-02 goes out on Tuesday 2024-02-06 09:00 -05:00, to 3 recipients",
    ]


def test_without_approvals_nobody_is_told_to_approve(
    bureau: Any, clock: Any, lines: Callable[..., str]
) -> None:
    bureau.configure(lines(approval="none"))
    clock.to("2024-02-05 10:00")
    bureau.attend()

    (notice,) = bureau.notices()
    assert "Write issues/2024-02.yaml." in notice.text
    assert "approve" not in notice.text


def test_further_doubt_is_told_again_and_the_same_is_not(due: Any, clock: Any) -> None:
    answers = iter(["doubtful", "planned", "planned", "doubtful", "accepted"])
    due.post.verdict = lambda claim: next(answers) if claim.delivery > 0 else "accepted"
    due.attend()
    clock.on(minutes=2)
    due.attend()
    clock.on(minutes=2)
    due.attend()

    assert subjects(due, "doubtful") == [
        "2024-02: 1 mail may or may not have arrived",
        "2024-02: 2 mails may or may not have arrived",
    ]


def test_a_provider_that_dies_in_the_middle_is_told_as_just_that(due: Any) -> None:
    def die(claim: Any) -> str:
        due.post.dead = "the server does not answer"
        return "accepted"

    due.post.at_once = 1
    due.post.verdict = die
    due.attend()

    (subject,) = subjects(due, "refused")
    assert subject == "2024-02 stopped at 1 of 3 recipients: the provider takes no mail"
    text = next(row.text for row in due.notices() if row.kind == "refused")
    assert "It goes on by itself while that takes no longer than 12 hours." in text


def test_another_hour_for_all_months_tells_no_old_month_again(
    due: Any, clock: Any, lines: Callable[..., str]
) -> None:
    due.withdraw(FEBRUARY)
    clock.on(days=1)
    due.attend()
    due.configure(lines() + "schedule: {time: '10:00'}\n")
    due.attend()
    assert len(subjects(due, "overdue")) == 1

    due.write(FEBRUARY, send_at="2024-02-09 09:00")
    clock.to("2024-02-10 09:00")
    due.attend()
    assert len(subjects(due, "overdue")) == 2


def test_whoever_is_no_operator_any_more_gets_no_message_that_waits(
    due: Any, operators: tuple[str, ...], lines: Callable[..., str], clock: Any
) -> None:
    due.withdraw(FEBRUARY)
    due.post.dead = "the server does not answer"
    due.attend()
    due.post.dead = ""
    due.configure(lines(operators=operators[:1]))
    clock.on(minutes=10)
    due.attend()

    told = {copy.email: copy.state for copy in due.copies() if copy.kind == "refused"}
    assert told == {operators[0]: "accepted", operators[1]: "failed"}
    assert due.file
    assert "no longer among the operators" in due.file


def test_an_address_that_no_mail_can_go_to_keeps_word_from_nobody_else(
    due: Any, operators: tuple[str, ...], lines: Callable[..., str]
) -> None:
    odd = '"o o"@example.org'
    due.config = due.config.model_copy(update={"operators": (odd, operators[0])})
    due.restart()
    due.withdraw(FEBRUARY)
    due.attend()

    told = {copy.email: copy.state for copy in due.copies() if copy.kind == "refused"}
    assert told == {odd: "failed", operators[0]: "accepted"}


def test_an_approved_issue_whose_file_goes_away_is_due_when_it_said_all_the_same(
    bureau: Any, clock: Any
) -> None:
    bureau.write(FEBRUARY, send_at="2024-02-20 09:00")
    bureau.approve(FEBRUARY)
    clock.to("2024-02-19 10:00")
    bureau.attend()
    bureau.path(FEBRUARY).unlink()
    bureau.attend()
    clock.to("2024-02-20 09:00")
    found = bureau.attend()

    entry = bureau.entry(FEBRUARY, found)
    assert (entry.state, entry.at.isoformat()) == ("missing", "2024-02-20T14:00:00+00:00")
    assert [row.subject for row in bureau.notices()] == [
        "2024-02 goes out on Tuesday 2024-02-20 09:00 -05:00, to 3 recipients",
        "2024-02 is not ready to go out on Tuesday 2024-02-20 09:00 -05:00: there is no file of it",
        "2024-02 did not go out: there is no file of it",
    ]


@pytest.mark.parametrize("written", ["2024-02-20 09:00:00", "2024-02-20T09:00-05:00"])
def test_a_time_that_the_loader_refuses_is_still_the_issues_own(
    bureau: Any, clock: Any, written: str
) -> None:
    bureau.write(FEBRUARY, send_at=written)
    clock.to("2024-02-20 09:01")
    found = bureau.attend()

    entry = bureau.entry(FEBRUARY, found)
    assert entry.at.isoformat() == "2024-02-20T14:00:00+00:00"
    assert entry.why.startswith("issues/2024-02.yaml:3:")
    (refused,) = (row for row in bureau.notices() if row.kind == "refused")
    assert "issues/2024-02.yaml:3:" in refused.text


def test_a_second_brake_is_told_again_and_what_it_leaves_behind_too(due: Any, clock: Any) -> None:
    def brake() -> None:
        with writing(due.engine) as connection:
            connection.execute(update(mailings).values(state="paused", hold="brake"))

    due.post.verdict = lambda claim: "planned" if claim.reader.email[0] == "c" else "failed"
    due.attend()
    brake()
    due.attend()
    assert len(subjects(due, "failures")) == 1
    clock.on(minutes=10)
    control.resume(due.engine, due.mailing(FEBRUARY))
    brake()
    due.attend()
    texts = [row.text for row in due.notices() if row.kind == "failures"]
    assert len(texts) == 2
    assert "It was resumed on Tuesday 2024-02-06 09:10 -05:00, and fails again." in texts[1]
    clock.on(hours=13)
    due.attend()
    due.attend()
    assert subjects(due, "overdue") == [
        "2024-02 is unfinished, and does not go on by itself any more"
    ]
    text = next(row.text for row in due.notices() if row.kind == "overdue")
    assert "Nothing has come of it since Tuesday 2024-02-06 09:10 -05:00." in text


def test_a_provider_that_refuses_for_now_for_an_hour_is_told_once(due: Any, clock: Any) -> None:
    due.post.verdict = lambda claim: "planned" if claim.delivery > 0 else "accepted"
    for _ in range(8):
        due.attend()
        clock.on(minutes=16)

    assert subjects(due, "refused") == ["2024-02 is not through: 3 of 3 recipients remain"]
