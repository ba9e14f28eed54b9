"""Planning: the audience and the letter are frozen once, whoever comes first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from newsletter.delivery.dry_run import dry_run
from newsletter.delivery.ending import Why
from newsletter.delivery.lock import sender_lock
from newsletter.delivery.mailing import all_mailings, find_mailing
from newsletter.delivery.plan import (
    discard,
    load_letter,
    plan,
    recipients_before,
    skipped_by_reason,
    speed_before,
)
from newsletter.delivery.standing import standing_of
from newsletter.edition import Letter
from newsletter.errors import MailingRefused, StoreUnavailable
from newsletter.store import deliveries, mailings, open_store, reading, writing

Readers = Callable[..., list[str]]


@pytest.fixture
def another(database: str, make_house: Callable[[Engine], Any]) -> Iterator[Any]:
    """The same publication, as another process has it open."""
    engine = open_store(database, Path("/"))
    yield make_house(engine)
    engine.dispose()


def rows_in(engine: Engine, table: Any) -> int:
    with reading(engine) as connection:
        return len(connection.execute(select(table.c.id)).all())


def test_a_plan_freezes_the_letter_and_the_audience(
    house: Any, make_post: Any, small_letter: Letter
) -> None:
    house.subscribe("a@example.org", first_name="Ann")
    mailing = house.plan()
    house.subscribe("late@example.org")
    house.change("a@example.org", first_name="Bea", email="other@example.org")

    again, new = plan(house.engine, replace(small_letter, subject="Changed"), house.terms)

    assert (again, new) == (mailing, False)
    with reading(house.engine) as connection:
        assert load_letter(connection, mailing) == small_letter
    post = make_post()
    house.send(post)
    assert post.handed == ["a@example.org"]
    assert house.rows()[0].first_name == "Ann"


def test_two_who_plan_at_the_same_moment_plan_once(
    house: Any, another: Any, small_letter: Letter, readers: Readers
) -> None:
    house.subscribe(*readers(200))
    start, made = Barrier(2), list[tuple[Any, bool]]()

    def planning(engine: Engine) -> None:
        start.wait(5)
        made.append(plan(engine, small_letter, house.terms))

    threads = [Thread(target=planning, args=[each.engine]) for each in (house, another)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    (one, first), (other, second) = made
    assert (one.id, {first, second}) == (other.id, {True, False})
    assert rows_in(house.engine, mailings) == 1
    assert rows_in(house.engine, deliveries) == 200


def test_nobody_to_send_to_is_refused_and_leaves_nothing(house: Any) -> None:
    with pytest.raises(MailingRefused) as caught:
        house.plan()
    assert str(caught.value) == (
        "there are no subscribers yet; 'newsletter subscribers import FILE' brings them in"
    )

    house.subscribe("a@example.org", "b@example.org", consent=None)
    house.subscribe("c@example.org", status="bounced")
    with pytest.raises(MailingRefused) as caught:
        house.plan()
    assert str(caught.value) == (
        "nobody would get 2023-12: of 3 subscribers, 2 no consent on record, 1 bounced"
    )
    assert rows_in(house.engine, mailings) == rows_in(house.engine, deliveries) == 0


def test_an_erased_subscriber_is_in_no_mailing(house: Any) -> None:
    house.subscribe("a@example.org", "b@example.org")
    house.change("b@example.org", key=None, email=None, status="erased", consent=None)
    house.plan()
    assert house.states() == {"a@example.org": "planned"}


def test_a_real_mailing_and_its_rehearsal_stand_side_by_side(house: Any, make_post: Any) -> None:
    house.subscribe("a@example.org", "b@example.org")
    rehearsal = house.with_delivery(provider="outbox")
    practised, real = make_post(), make_post()

    assert rehearsal.send(practised).mailing.name == "the rehearsal of 2023-12"
    assert house.send(real, limit=1).mailing.name == "2023-12"

    assert (len(practised.handed), len(real.handed)) == (2, 1)
    with reading(house.engine) as connection:
        found = find_mailing(connection, "2023-12")
        assert found
        assert (found.kind, found.state) == ("real", "paused")
        practice = find_mailing(connection, "2023-12", "rehearsal")
        assert practice
        assert practice.state == "finished"
        assert [each.id for each in all_mailings(connection)] == [found.id]


def test_reasons_are_counted(house: Any) -> None:
    house.subscribe("a@example.org")
    house.subscribe("b@example.org", status="bounced")
    house.subscribe("c@example.org", "d@example.org", consent=None)
    mailing = house.plan()
    with reading(house.engine) as connection:
        counted = skipped_by_reason(connection, mailing)
    assert list(counted.items()) == [("no consent on record", 2), ("bounced", 1)]
    assert (mailing.total, mailing.recipients) == (4, 1)


# Taking it back


def test_a_plan_that_was_not_begun_can_be_taken_back(house: Any) -> None:
    house.subscribe("a@example.org")
    first = house.plan()
    discard(house.engine, first)
    assert rows_in(house.engine, mailings) == rows_in(house.engine, deliveries) == 0
    second = house.plan()
    assert second.id > first.id, "a number in links must not be used again"


def test_a_mailing_that_was_begun_cannot_be_taken_back(house: Any, make_post: Any) -> None:
    house.subscribe("a@example.org", "b@example.org")
    house.send(make_post(), limit=1)
    discard(house.engine, house.mailing)
    assert house.standing().counts.total == 2


def test_a_mailing_that_somebody_is_about_to_send_cannot_be_taken_back(sqlite_house: Any) -> None:
    sqlite_house.subscribe("a@example.org")
    mailing = sqlite_house.plan()
    with sender_lock(sqlite_house.engine, mailing.id):
        discard(sqlite_house.engine, mailing)
    assert sqlite_house.standing().counts.total == 1


def test_what_was_taken_back_meanwhile_is_not_sent(house: Any, make_post: Any) -> None:
    house.subscribe("a@example.org")
    mailing = house.plan()
    discard(house.engine, mailing)
    post = make_post()
    with pytest.raises(MailingRefused, match=r"^the plan of 2023-12 was taken back meanwhile; "):
        standing_of(house.engine, mailing)
    for _ in range(2):  # the second time another mailing stands in its place
        with pytest.raises(MailingRefused) as caught:
            house.send(post, mailing=mailing)
        assert str(caught.value) == (
            "the plan of 2023-12 was taken back meanwhile; 'newsletter send 2023-12' plans it anew"
        )
        house.plan()
    assert post.handed == []
    assert house.standing().state == "planned"


# What came before


def test_the_mailing_before_is_of_the_same_kind(
    house: Any, make_post: Any, small_letter: Letter
) -> None:
    house.subscribe("a@example.org", "b@example.org")
    house.with_delivery(provider="outbox").send(make_post())
    first = house.plan()
    house.subscribe("c@example.org")
    second = house.plan(replace(small_letter, month="2024-01"))
    assert recipients_before(house.engine, first) is None
    assert recipients_before(house.engine, second) == 2


@pytest.mark.parametrize("seconds", [10, 0])
def test_the_speed_is_that_of_what_was_sent_lately(
    sqlite_house: Any, make_post: Any, seconds: int, small_letter: Letter
) -> None:
    sqlite_house.subscribe("a@example.org", "b@example.org")
    sqlite_house.send(make_post())
    sqlite_house.note(finished_at="2033-12-24T14:00:00.000+00:00")  # as after a long pause
    times = ("2033-12-05T14:00:00.000+00:00", f"2033-12-05T14:00:{seconds:02}.000+00:00")
    rows = sqlite_house.rows()
    with writing(sqlite_house.engine) as connection:
        for row, moment in zip(rows, times, strict=True):
            change = update(deliveries).where(deliveries.c.id == row.id)
            connection.execute(change.values(attempted_at=moment))
    later = sqlite_house.plan(replace(small_letter, month="2024-01"))
    assert speed_before(sqlite_house.engine, later) == (2 / seconds if seconds else None)


def test_times_in_the_future_stop_nobody(house: Any, make_post: Any) -> None:
    """The clock was set back after the first part had been sent."""
    house.subscribe("a@example.org", "b@example.org")
    house.send(make_post(), limit=1)
    future = "2099-01-01T00:00:00.000+00:00"
    house.note(planned_at=future, started_at=future, sender_since=future)
    post = make_post()
    ending = house.send(post)
    assert (ending.why, post.handed) == (Why.DONE, ["b@example.org"])
    assert house.standing().state == "finished"


# A dry run


def test_a_dry_run_makes_every_message_and_keeps_nothing(house: Any, small_letter: Letter) -> None:
    house.subscribe("a@example.org", "b@example.org", first_name="Ann")
    house.subscribe("c@example.org", consent=None)
    house.subscribe("d@example.org", first_name="D\x07")

    done = dry_run(house.engine, small_letter, None, house.terms.today, house.keyring)

    assert (done.messages, done.size > 1000) == (2, True)
    assert done.skipped == {
        "no consent on record": 1,
        "first name holds a control character": 1,
    }
    assert rows_in(house.engine, mailings) == rows_in(house.engine, deliveries) == 0


def test_a_dry_run_of_what_is_begun_counts_what_remains(
    house: Any, make_post: Any, small_letter: Letter, readers: Readers
) -> None:
    house.subscribe(*readers(5))
    house.send(make_post(), limit=2)
    before = house.rows()
    begun = house.mailing
    done = dry_run(house.engine, small_letter, begun, house.terms.today, house.keyring)
    assert done.messages == 3
    assert house.rows() == before


def test_a_letter_that_was_changed_in_the_database_is_not_sent(
    house: Any, make_post: Any, small_letter: Letter
) -> None:
    house.subscribe("a@example.org")
    house.plan()
    other = replace(small_letter, subject="Another").to_json()
    house.note(letter=other)
    post = make_post()
    with pytest.raises(StoreUnavailable, match="is not the one that was planned"):
        house.send(post)
    assert post.handed == []


def test_a_dry_run_leaves_the_database_to_others(
    sqlite_house: Any, small_letter: Letter, readers: Readers
) -> None:
    sqlite_house.subscribe(*readers(3))
    with writing(sqlite_house.engine):  # as a long import would
        today, keys = sqlite_house.terms.today, sqlite_house.keyring
        assert dry_run(sqlite_house.engine, small_letter, None, today, keys).messages == 3
