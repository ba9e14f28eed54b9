"""Messages to operators as the database keeps them: each once, each copy accounted for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from newsletter.schedule import notices
from newsletter.schedule.notices import Copy, Notice
from newsletter.store import reading, writing

NOW = datetime(2024, 2, 6, 14, tzinfo=UTC)
CHAIR, EDITOR = "chair@operators.example", "editor@operators.example"
NOTICE = Notice("2024-02", "overdue", "2024-02-06T14:00Z", "2024-02 did not go out", "Why.\n")


def record(store: Engine, *operators: str, notice: Notice = NOTICE, now: datetime = NOW) -> bool:
    with writing(store) as connection:
        return notices.record(connection, notice, operators, now)


def waiting(store: Engine, now: datetime = NOW) -> list[Copy]:
    with reading(store) as connection:
        return notices.waiting(connection, now)


def claim(store: Engine, copies: list[Copy], now: datetime = NOW) -> list[Copy]:
    with writing(store) as connection:
        return notices.claim(connection, copies, now)


def mark(store: Engine, copies: list[Copy], state: str, now: datetime = NOW, why: str = "") -> None:
    with writing(store) as connection:
        notices.mark(connection, copies, state, now, why)


def undelivered(store: Engine, now: datetime = NOW) -> list[tuple[str, str]]:
    with reading(store) as connection:
        return [(copy.email, copy.state) for copy in notices.undelivered(connection, now)]


def give_up(store: Engine, now: datetime) -> None:
    with writing(store) as connection:
        notices.give_up(connection, now)


def test_a_message_is_kept_once_with_a_copy_for_each_operator(store: Engine) -> None:
    assert record(store, CHAIR, EDITOR)
    assert not record(store, CHAIR, EDITOR, now=NOW + timedelta(days=1))

    assert [copy.email for copy in waiting(store)] == [CHAIR, EDITOR]
    assert {copy.made_at for copy in waiting(store)} == {NOW}
    with reading(store) as connection:
        assert notices.told(connection) == {NOTICE.key: NOW}


def test_an_operator_who_is_named_twice_gets_one_copy(store: Engine) -> None:
    assert record(store, CHAIR, EDITOR, CHAIR)

    assert [copy.email for copy in waiting(store)] == [CHAIR, EDITOR]


def test_without_operators_a_message_is_kept_all_the_same(store: Engine) -> None:
    assert record(store)
    assert not record(store, CHAIR)

    assert waiting(store) == []


def test_a_copy_is_taken_by_one_alone(store: Engine) -> None:
    record(store, CHAIR, EDITOR)
    seen = waiting(store)
    assert claim(store, seen[:1]) == seen[:1]

    assert claim(store, seen) == seen[1:]
    assert claim(store, seen) == []
    assert waiting(store) == []


def test_what_was_under_way_when_a_process_died_is_in_doubt_and_shown(store: Engine) -> None:
    record(store, CHAIR, EDITOR)
    claim(store, waiting(store)[:1])
    with writing(store) as connection:
        notices.settle_left_open(connection)

    assert [copy.email for copy in waiting(store, NOW + timedelta(days=1))] == [EDITOR]
    assert undelivered(store) == [(CHAIR, "doubtful")]


def test_what_was_refused_for_now_is_tried_again_after_five_minutes(store: Engine) -> None:
    record(store, CHAIR)
    mark(store, claim(store, waiting(store)), "planned", why="greylisted")

    assert waiting(store, NOW + timedelta(minutes=4)) == []
    assert len(waiting(store, NOW + timedelta(minutes=5))) == 1
    assert undelivered(store) == [(CHAIR, "planned")]
    with reading(store) as connection:
        assert notices.next_attempt(connection) == NOW + timedelta(minutes=5)


def test_a_clock_that_was_set_back_makes_no_copy_wait_until_it_has_caught_up(
    store: Engine,
) -> None:
    record(store, CHAIR)
    ahead = NOW + timedelta(days=365)
    mark(store, claim(store, waiting(store), ahead), "planned", ahead, "greylisted")

    assert len(waiting(store, NOW)) == 1


@pytest.mark.parametrize(("days", "left"), [(2, True), (4, False)])
def test_a_copy_is_tried_for_three_days_and_then_has_failed(
    store: Engine, days: int, left: bool
) -> None:
    record(store, CHAIR)
    mark(store, claim(store, waiting(store)), "planned", why="greylisted")
    later = NOW + timedelta(days=days)
    give_up(store, later)

    assert bool(waiting(store, later)) is left
    assert undelivered(store, later) == [(CHAIR, "planned" if left else "failed")]


def test_a_copy_that_was_never_tried_is_tried_however_late(store: Engine) -> None:
    record(store, CHAIR)
    later = NOW + timedelta(days=30)
    give_up(store, later)

    assert len(waiting(store, later)) == 1


def test_what_reached_nobody_is_shown_for_a_month(store: Engine) -> None:
    record(store, CHAIR, EDITOR)
    copies = claim(store, waiting(store))
    mark(store, copies[:1], "failed", why="550 no such user")
    mark(store, copies[1:], "accepted")

    assert undelivered(store, NOW + timedelta(days=29)) == [(CHAIR, "failed")]
    assert undelivered(store, NOW + timedelta(days=31)) == []


def test_copies_stand_together_with_their_message(store: Engine) -> None:
    other = Notice("2024-03", "result", "1", "2024-03 went out", "All of it.\n")
    record(store, CHAIR, EDITOR)
    record(store, CHAIR, EDITOR, notice=other)
    mixed: Any = waiting(store)
    mixed = [mixed[0], mixed[2], mixed[1], mixed[3]]

    found = [(notice, [copy.email for copy in each]) for notice, each in notices.by_notice(mixed)]

    assert found == [(NOTICE, [CHAIR, EDITOR]), (other, [CHAIR, EDITOR])]
