"""What operators are told before an issue goes out, and when it does not; how often."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from newsletter.schedule.attend import tell_broken

FEBRUARY = "2024-02"
CHAIR, EDITOR = "chair@operators.example", "editor@operators.example"


def texts(bureau: Any, kind: str) -> list[str]:
    """What messages of a kind say."""
    return [row.text for row in bureau.notices() if row.kind == kind]


def unapproved(bureau: Any) -> None:
    bureau.write(FEBRUARY)


def changed(bureau: Any) -> None:
    bureau.write(FEBRUARY)
    bureau.approve(FEBRUARY)
    bureau.write(FEBRUARY, "Another subject")


def withdrawn(bureau: Any) -> None:
    bureau.write(FEBRUARY)
    bureau.approve(FEBRUARY)
    bureau.withdraw(FEBRUARY)


def broken(bureau: Any) -> None:
    bureau.write(FEBRUARY)
    bureau.approve(FEBRUARY)
    bureau.path(FEBRUARY).write_text("month: [", "utf-8")


def missing(bureau: Any) -> None:
    assert not bureau.path(FEBRUARY).exists()


def sent_to_nobody(bureau: Any) -> None:
    bureau.write(FEBRUARY)
    bureau.approve(FEBRUARY)
    with_none(bureau)


def with_none(bureau: Any) -> None:
    from newsletter.store import subscribers, writing

    with writing(bureau.engine) as connection:
        connection.execute(subscribers.update().values(status="unsubscribed"))


REASONS = [
    (unapproved, "nobody approved it", "newsletter approve 2024-02 --by NAME"),
    (changed, "it has changed since it was approved", "issues/2024-02.yaml: subject"),
    (withdrawn, "nobody approved it", "newsletter approve 2024-02 --by NAME"),
    (broken, "it has changed since it was approved", "issues/2024-02.yaml:1:"),
    (missing, "there is no file of it", "issues/2024-02.yaml"),
    (sent_to_nobody, "nobody would get it", ""),
]


def test_a_day_before_operators_hear_what_goes_out_to_how_many_and_who_approved_it(
    due: Any, clock: Any
) -> None:
    due.subscribe("left@example.org", status="unsubscribed")
    clock.to("2024-02-05 08:59")
    due.attend()
    assert due.told() == []

    clock.to("2024-02-05 09:00")
    found = due.attend()
    due.attend(1)
    due.restart()
    due.attend()

    assert [notice.kind for notice in found.told] == ["upcoming"]
    assert due.post.subjects == [
        "2024-02 goes out on Tuesday 2024-02-06 09:00 -05:00, to 3 recipients"
    ]
    (text,) = texts(due, "upcoming")
    for line in (
        "Subject      Empathy",
        "Summaries    2",
        "Recipients   3 of 4",
        "Left out     1 unsubscribed",
        "Approved by  the editor",
        "newsletter approve 2024-02 --withdraw",
    ):
        assert line in text
    assert {each.to for each in due.post.handed("notice")} == {CHAIR, EDITOR}
    assert len(due.post.everything) == 4


@pytest.mark.parametrize(("prepare", "why", "more"), REASONS)
def test_a_day_before_operators_hear_why_it_would_not_go_out(
    bureau: Any, clock: Any, prepare: Callable[[Any], None], why: str, more: str
) -> None:
    prepare(bureau)
    clock.to("2024-02-05 09:00")

    bureau.attend()
    bureau.attend(1)

    assert bureau.post.subjects == [
        f"2024-02 is not ready to go out on Tuesday 2024-02-06 09:00 -05:00: {why}"
    ]
    assert more in texts(bureau, "upcoming")[0]


@pytest.mark.parametrize(("prepare", "why", "more"), REASONS)
def test_at_its_moment_operators_hear_at_once_why_it_does_not_go_out(
    bureau: Any, clock: Any, prepare: Callable[[Any], None], why: str, more: str
) -> None:
    prepare(bureau)
    clock.to("2024-02-06 09:00")

    found = bureau.attend()
    bureau.attend(1)
    bureau.restart()
    clock.on(hours=1)
    bureau.attend()

    assert bureau.post.subjects == [f"2024-02 did not go out: {why}"]
    (text,) = texts(bureau, "refused")
    assert more in text
    assert "It then goes out by itself, until Tuesday 2024-02-06 21:00 -05:00." in text
    assert found.refusals[FEBRUARY].told.startswith(why)
    assert bureau.post.handed() == []


@pytest.mark.parametrize("slip", ["colour: blue\n", ": nonsense [\n", "\0"])
def test_a_file_that_breaks_is_refused_at_the_hour_it_names_itself(
    bureau: Any, clock: Any, slip: str
) -> None:
    bureau.write(FEBRUARY, send_at="'2024-02-20 18:30' # after the conference")
    bureau.approve(FEBRUARY)
    path = bureau.path(FEBRUARY)
    path.write_text(path.read_text("utf-8") + slip, "utf-8")
    clock.to("2024-02-20 18:29")
    found = bureau.attend()
    assert bureau.entry(FEBRUARY, found).step == "upcoming"
    clock.to("2024-02-20 18:30")
    bureau.attend()

    assert bureau.told() == [(FEBRUARY, "upcoming"), (FEBRUARY, "refused")]


def test_an_error_that_a_check_finds_is_a_reason(
    bureau: Any, clock: Any, lines: Callable[..., str]
) -> None:
    bureau.configure(lines(approval="none"))
    bureau.write(FEBRUARY)
    path = bureau.path(FEBRUARY)
    path.write_text(
        path.read_text("utf-8").replace("It does.", "Lorem ipsum dolor sit amet."), "utf-8"
    )
    clock.to("2024-02-05 10:00")
    bureau.attend()
    clock.to("2024-02-06 09:00")
    found = bureau.attend()

    assert found.refusals[FEBRUARY].code == "errors"
    assert [row.kind for row in bureau.notices()] == ["upcoming", "refused"]
    assert all("a check finds errors" in row.subject for row in bureau.notices())


def test_what_is_mended_within_the_grace_goes_out_and_no_more_is_said_of_it(
    bureau: Any, clock: Any
) -> None:
    bureau.write(FEBRUARY)
    clock.to("2024-02-06 09:00")
    bureau.attend()
    bureau.approve(FEBRUARY)
    clock.on(hours=11)
    bureau.attend()
    clock.on(days=2)
    bureau.attend()

    assert bureau.told() == [(FEBRUARY, "refused"), (FEBRUARY, "result")]


@pytest.mark.parametrize("prepare", [each for each, _, _ in REASONS])
def test_what_did_not_go_out_within_its_grace_is_told_once(
    bureau: Any, clock: Any, prepare: Callable[[Any], None]
) -> None:
    prepare(bureau)
    clock.to("2024-02-06 21:01")

    for number in (0, 1, 0):
        bureau.attend(number)
        bureau.restart()
        clock.on(hours=1)

    assert bureau.told() == [(FEBRUARY, "overdue")]
    assert "newsletter send 2024-02" in texts(bureau, "overdue")[0]
    assert len(bureau.post.handed("notice")) == 2


def test_a_configuration_that_cannot_be_read_is_told_once(due: Any) -> None:
    office = due.schedulers[0].office
    for about in ("one", "one", "two"):
        tell_broken(office, about, "newsletter.yaml:3:1: error: unknown key")

    assert due.post.subjects == ["nothing goes out: the configuration cannot be used"] * 2
