"""The lock of a mailing's one sender: who holds it, and what becomes of one who lost it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from threading import Timer
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine

from newsletter.delivery.claim import Claim
from newsletter.delivery.control import alone
from newsletter.delivery.ending import Why
from newsletter.delivery.ledger import Ledger
from newsletter.delivery.lock import sender_lock
from newsletter.delivery.send import refuse_unready
from newsletter.delivery.standing import standing_of
from newsletter.errors import SenderBusy
from newsletter.store import open_store

Readers = Callable[..., list[str]]


@pytest.fixture
def another(database: str, make_house: Callable[[Engine], Any]) -> Iterator[Any]:
    """The same publication, as another process has it open."""
    engine = open_store(database, Path("/"))
    yield make_house(engine)
    engine.dispose()


def test_a_second_sender_is_told_who_sends_and_since_when(
    house: Any, another: Any, make_post: Any
) -> None:
    house.subscribe("a@example.org", "b@example.org")
    refused: list[str] = []

    def try_as_well(claim: Claim) -> None:
        if claim.reader.email != "a@example.org":
            return
        for attempt in (
            lambda: another.send(make_post()),
            lambda: refuse_unready(another.engine, another.mailing),
        ):
            with pytest.raises(SenderBusy) as caught:
                attempt()
            refused.append(str(caught.value))
        assert another.standing().state == "sending"

    post = make_post(before=try_as_well, at_once=2)
    assert house.send(post).why is Why.DONE

    began = datetime.fromisoformat(house.mailing.sender_since).astimezone()
    expected = (
        f"2023-12 is being sent by process {os.getpid()} on {os.uname().nodename} since "
        f"{began.isoformat(timespec='seconds')}; wait, or stop it with 'newsletter pause 2023-12'"
    )
    assert refused == [expected] * 2
    assert post.handed == ["a@example.org", "b@example.org"]


def test_who_holds_the_lock_and_does_not_send_is_not_called_a_sender(
    house: Any, another: Any, make_post: Any
) -> None:
    house.subscribe("a@example.org", "b@example.org")
    house.send(make_post(), limit=1)
    with alone(house.engine, house.mailing), pytest.raises(SenderBusy) as caught:
        another.send(make_post())

    assert str(caught.value) == ("another command is at work on 2023-12; try again once it is done")


def test_the_lock_of_a_file_is_the_same_by_any_of_its_names(
    sqlite_house: Any, make_house: Callable[[Engine], Any], make_post: Any, tmp_path: Path
) -> None:
    sqlite_house.subscribe("a@example.org")
    mailing = sqlite_house.plan()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "other.db").symlink_to(tmp_path / "newsletter.db")
    engine = open_store("sqlite:///elsewhere/other.db", tmp_path)
    with sender_lock(sqlite_house.engine, mailing.id), pytest.raises(SenderBusy):
        make_house(engine).send(make_post())
    engine.dispose()


def test_the_lock_is_free_after_the_run(house: Any, another: Any, make_post: Any) -> None:
    house.subscribe("a@example.org")
    house.send(make_post(otherwise="planned"), delays=())
    assert another.send(make_post()).why is Why.DONE


def test_two_mailings_are_sent_side_by_side(house: Any, another: Any, make_post: Any) -> None:
    house.subscribe("a@example.org")
    house.plan()
    other = another.with_delivery(provider="outbox")

    def send_the_rehearsal(_: Claim) -> None:
        assert other.send(make_post()).why is Why.DONE

    assert house.send(make_post(before=send_the_rehearsal)).why is Why.DONE


def test_a_look_is_no_sender(house: Any, another: Any, make_post: Any) -> None:
    house.subscribe("a@example.org")
    mailing = house.plan()
    with sender_lock(house.engine, mailing.id, shared=True) as looking:
        assert looking is not None
        assert another.standing().state == "planned"
        refuse_unready(another.engine, mailing)


def test_a_standing_is_that_of_now_whatever_was_known_before(house: Any, make_post: Any) -> None:
    house.subscribe("a@example.org")
    planned = house.plan()
    house.send(make_post())
    assert standing_of(house.engine, planned).state == "finished"


# PostgreSQL: the lock is the session's


@pytest.fixture
def pg_house(postgresql: str, make_house: Callable[[Engine], Any]) -> Iterator[Any]:
    engine = open_store(postgresql, Path("/"))
    yield make_house(engine)
    engine.dispose()


@pytest.fixture
def lose_sessions(postgresql: str) -> Callable[[], None]:
    """Ends every session of the database, as a restart or a network does."""

    def lose() -> None:
        with psycopg.connect(postgresql, autocommit=True) as connection:
            end_all_but(connection)

    return lose


def end_all_but(connection: psycopg.Connection[Any]) -> None:
    connection.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )


def test_a_sender_whose_session_is_lost_writes_its_last_outcomes_and_ends(
    pg_house: Any, make_post: Any, readers: Readers, lose_sessions: Callable[[], None]
) -> None:
    pg_house.subscribe(*readers(10))

    def lose(claim: Claim) -> None:
        if claim.reader.email == "reader2@example.org":
            lose_sessions()

    post = make_post(before=lose)
    ending = pg_house.send(post)

    assert (ending.why, ending.exit_code) == (Why.LEDGER, 1)
    assert ending.error
    assert "\n" not in ending.error
    assert ending.counts.accepted == len(post.handed)
    assert (ending.counts.doubtful, ending.counts.remaining) == (0, 10 - len(post.handed))
    assert pg_house.send(post).why is Why.DONE
    assert sorted(post.handed) == sorted(readers(10))


def test_a_sender_who_lost_the_lock_to_another_writes_nothing_more(
    pg_house: Any,
    postgresql: str,
    make_house: Callable[[Engine], Any],
    make_post: Any,
    readers: Readers,
    lose_sessions: Callable[[], None],
) -> None:
    pg_house.subscribe(*readers(10))
    mailing = pg_house.plan()
    with ExitStack() as stack:
        seen: dict[str, Any] = {}

        def lose(claim: Claim) -> None:
            """The session ends, and another sender begins at once."""
            lose_sessions()
            engine = open_store(postgresql, Path("/"))
            stack.callback(engine.dispose)
            connection = stack.enter_context(sender_lock(engine, mailing.id))
            assert connection is not None
            ledger = Ledger(connection, mailing, "2023-12-05")
            assert ledger.recover() == 3
            claimed = ledger.claim(0, 4)
            ledger.exchange((), [claimed[0][0]])
            ledger.note(sender="process 1 on another")
            seen.update(pg_house.states())

        with pytest.raises(SenderBusy) as caught:
            pg_house.send(make_post(before=lambda claim: seen or lose(claim)))

        assert str(caught.value).startswith(
            "the connection to the database was lost, and meanwhile 2023-12 is being sent by "
            "process 1 on another since "
        )
        assert pg_house.states() == seen
        assert list(seen.values()) == [
            *["doubtful"] * 3, "attempting", *["claimed"] * 3, *["planned"] * 3
        ]  # fmt: skip
        assert pg_house.mailing.sender == "process 1 on another"


def test_a_sender_who_cannot_learn_who_has_its_lock_writes_nothing_either(
    pg_house: Any,
    postgresql: str,
    make_post: Any,
    readers: Readers,
    lose_sessions: Callable[[], None],
) -> None:
    pg_house.subscribe(*readers(10))
    mailing = pg_house.plan()
    with psycopg.connect(postgresql, autocommit=True) as other:

        def trouble(claim: Claim) -> None:
            if claim.reader.email == "reader1@example.org":
                other.execute("UPDATE mailings SET sender = 'process 1 on another'")
                other.execute("ALTER TABLE mailings RENAME TO away")
                end_all_but(other)
                other.execute("SELECT pg_advisory_lock(%s, %s)", (0x6E6C6D67, mailing.id))
            if claim.reader.email == "reader3@example.org":
                back = "ALTER TABLE away RENAME TO mailings"
                Timer(0.25, other.execute, [back]).start()  # between two tries to write

        with pytest.raises(SenderBusy):
            pg_house.send(make_post(before=trouble))

        assert list(pg_house.states().values()) == [
            *["attempting"] * 3, *["claimed"] * 7
        ]  # fmt: skip


def test_a_sender_interrupted_while_it_waits_for_the_database_keeps_its_lock_or_stops(
    pg_house: Any, make_post: Any, readers: Readers
) -> None:
    pg_house.subscribe(*readers(5))

    def interrupt(claim: Claim) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pg_house.send(make_post(before=interrupt))

    assert list(pg_house.states().values()) == [*["doubtful"] * 3, *["planned"] * 2]
    assert pg_house.send(make_post()).counts.accepted == 2


def test_a_session_that_is_lost_at_the_very_end_spoils_nothing(
    pg_house: Any, lose_sessions: Callable[[], None]
) -> None:
    pg_house.subscribe("a@example.org")
    mailing = pg_house.plan()
    with sender_lock(pg_house.engine, mailing.id):
        lose_sessions()
    with sender_lock(pg_house.engine, mailing.id, patience=0) as again:
        assert again is not None
