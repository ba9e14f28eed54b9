"""Sessions with PostgreSQL that wait for each other, or are lost while the server holds them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine

from newsletter.audience.address import normalise
from newsletter.audience.erasing import erase
from newsletter.audience.keys import Keyring
from newsletter.delivery.ledger import Ledger
from newsletter.delivery.lock import sender_lock
from newsletter.store import open_store, writing


@pytest.fixture
def house(postgresql: str, make_house: Callable[[Engine], Any]) -> Iterator[Any]:
    engine = open_store(postgresql, Path("/"))
    yield make_house(engine)
    engine.dispose()


@pytest.fixture
def ask(postgresql: str) -> Iterator[Callable[[str], Any]]:
    """Asks the server for a single value, from a session that no test is about."""
    with closing(psycopg.connect(postgresql, autocommit=True)) as connection:

        def answer(query: str) -> Any:
            row = connection.execute(query).fetchone()  # type: ignore[call-overload]
            return row[0]

        yield answer


def until(what: Callable[[], Any]) -> None:
    """Wait for something to become true."""
    end = monotonic() + 10
    while not what():
        assert monotonic() < end, "it did not happen"
        sleep(0.01)


# Erasing


def test_a_reader_who_is_erased_while_an_attempt_waits_for_the_row_is_skipped(
    house: Any, ask: Callable[[str], Any]
) -> None:
    house.subscribe("a@example.org", "b@example.org")
    mailing = house.plan()
    begun: list[Any] = []
    with sender_lock(house.engine, mailing.id) as connection:
        assert connection is not None
        ledger = Ledger(connection, mailing, "2023-12-05")
        due = [number for number, _ in ledger.claim(0, 2)]
        sender = Thread(target=lambda: begun.extend(ledger.exchange((), due)))
        with writing(house.engine) as erasing:
            erase(erasing, normalise("a@example.org"), Keyring(["a secret of the tests"]))
            sender.start()
            until(lambda: ask("SELECT count(*) FROM pg_locks WHERE NOT granted"))
        sender.join()

    assert [each.email for each in begun] == ["b@example.org"]
    erased, other = house.rows()
    assert (erased.state, erased.reason, erased.attempts) == ("skipped", "erased", 0)
    assert other.state == "attempting"
