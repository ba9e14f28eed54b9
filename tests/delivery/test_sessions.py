"""Sessions with PostgreSQL that wait for each other, or are lost while the server holds them."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
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
from newsletter.delivery.claim import Claim
from newsletter.delivery.ending import Why
from newsletter.delivery.ledger import Ledger
from newsletter.delivery.lock import sender_lock, this_process
from newsletter.errors import StoreUnavailable
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


# A session that the server still holds


class Forgetful:
    """Stands between clients and a server; `lose` ends what clients have, and tells no server."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._clients: list[socket.socket] = []
        self._servers: list[socket.socket] = []
        self._threads = [Thread(target=self._accept)]
        self._threads[0].start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                server = socket.create_connection(("127.0.0.1", self._port))
                self._clients.append(client)
                self._servers.append(server)
                for ends in ((client, server), (server, client)):
                    self._threads.append(Thread(target=self._pass_on, args=ends))
                    self._threads[-1].start()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)

    def lose(self) -> None:
        while self._clients:
            client = self._clients.pop()
            with suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
            client.close()

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.lose()
        for server in self._servers:
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            server.close()
        for thread in self._threads:
            thread.join()


@pytest.fixture
def between(postgresql_server: Any) -> Iterator[Forgetful]:
    """What forgets sessions between a publication and its database."""
    with closing(Forgetful(postgresql_server.port)) as between:
        yield between


@pytest.fixture
def far_house(
    postgresql: str,
    postgresql_server: Any,
    between: Forgetful,
    make_house: Callable[[Engine], Any],
) -> Iterator[Any]:
    """A publication whose database is on the far side."""
    address = postgresql.replace(f":{postgresql_server.port}/", f":{between.port}/")
    engine = open_store(address, Path("/"))
    yield make_house(engine)
    engine.dispose()


def test_known_answers_are_written_although_the_server_still_holds_the_lost_session(
    far_house: Any, between: Forgetful, make_post: Any, readers: Callable[[int], list[str]]
) -> None:
    far_house.subscribe(*readers(10))

    def lose(claim: Claim) -> None:
        if claim.reader.email == "reader2@example.org":
            between.lose()

    post = make_post(before=lose)
    ending = far_house.send(post)

    assert ending.why is Why.LEDGER
    assert (ending.counts.accepted, ending.counts.doubtful) == (len(post.handed), 0)
    assert far_house.send(post).why is Why.DONE
    assert sorted(post.handed) == sorted(readers(10))


def test_a_lock_that_the_lost_session_holds_is_said_to_be_ones_own(
    far_house: Any, between: Forgetful
) -> None:
    far_house.subscribe("a@example.org")
    mailing = far_house.plan()
    with sender_lock(far_house.engine, mailing.id) as connection:
        assert connection is not None
        ledger = Ledger(connection, mailing, "2023-12-05")
        ledger.note(sender=this_process())
        between.lose()
        with pytest.raises(StoreUnavailable):
            ledger.wish()

        with pytest.raises(StoreUnavailable) as caught:
            ledger.wish()

        assert str(caught.value) == (
            "the connection to the database was lost, and 2023-12 is still locked by this "
            "process's own lost session"
        )
