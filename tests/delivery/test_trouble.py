"""What becomes of a run whose database fails under it."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Timer
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from newsletter.delivery.claim import Claim, Outcome
from newsletter.delivery.ending import Why
from newsletter.errors import StoreUnavailable
from newsletter.store import open_store

Readers = Callable[..., list[str]]


@pytest.fixture
def hurried(tmp_path: Path, make_house: Callable[[Engine], Any]) -> Iterator[Any]:
    """A house that does not wait for a locked database."""
    engine = open_store("sqlite:///newsletter.db", tmp_path)
    event.listen(engine, "connect", lambda plain, _: plain.execute("PRAGMA busy_timeout = 0"))
    engine.dispose()
    yield make_house(engine)
    engine.dispose()


def at(address: str, act: Callable[[], None]) -> Callable[[Claim], None]:
    """Does something when the answer about an address is due."""

    def before(claim: Claim) -> None:
        if claim.reader.email == address:
            act()

    return before


# A locked database

LOCKED = "another program keeps the database locked; try again once it is done"


def test_a_database_that_is_locked_for_long_ends_the_run_and_loses_nothing(
    hurried: Any, make_post: Any, readers: Readers, tmp_path: Path
) -> None:
    hurried.subscribe(*readers(10))
    hurried.plan()
    with closing(
        sqlite3.connect(tmp_path / "newsletter.db", isolation_level=None, check_same_thread=False)
    ) as other:

        def lock() -> None:
            other.execute("BEGIN IMMEDIATE")
            Timer(0.2, other.execute, ["ROLLBACK"]).start()

        post = make_post(before=at("reader2@example.org", lock))
        ending = hurried.send(post, patience=5)

    assert (ending.why, ending.exit_code) == (Why.LEDGER, 1)
    assert ending.error == f"{tmp_path / 'newsletter.db'}: error: {LOCKED}"
    assert ending.counts.accepted == len(post.handed)
    assert ending.counts.remaining == 10 - len(post.handed)
    assert (hurried.mailing.state, hurried.mailing.hold) == ("paused", "interruption")
    assert hurried.send(post).why is Why.DONE
    assert sorted(post.handed) == sorted(readers(10))


def test_what_cannot_be_written_at_all_shows_as_doubtful(
    hurried: Any, make_post: Any, readers: Readers, tmp_path: Path
) -> None:
    hurried.subscribe(*readers(10))
    hurried.plan()
    with closing(sqlite3.connect(tmp_path / "newsletter.db", isolation_level=None)) as other:
        post = make_post(
            before=at("reader2@example.org", lambda: other.execute("BEGIN IMMEDIATE") and None)
        )
        with pytest.raises(StoreUnavailable) as caught:
            hurried.send(post, patience=0)
        other.execute("ROLLBACK")

    assert str(caught.value) == (
        f"{tmp_path / 'newsletter.db'}: error: {LOCKED}; the last outcomes could not be written "
        "and will show as doubtful"
    )
    standing = hurried.standing()
    assert standing.state == "paused"
    assert standing.counts.doubtful <= 3
    assert standing.counts.accepted + standing.counts.doubtful == len(post.handed)
    assert hurried.send(post).why is Why.DONE
    assert sorted(post.handed) == sorted(readers(10))


# A full disk


def test_a_full_disk_ends_the_run_and_nobody_gets_it_twice(
    sqlite_house: Any, make_house: Callable[[Engine], Any], make_post: Any, readers: Readers,
    tmp_path: Path,
) -> None:  # fmt: skip
    sqlite_house.subscribe(*readers(200))
    sqlite_house.plan()
    small = open_store("sqlite:///newsletter.db", tmp_path)
    with small.connect() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
    small.dispose()
    event.listen(
        small, "connect", lambda plain, _: plain.execute(f"PRAGMA max_page_count = {pages + 3}")
    )
    post = make_post(otherwise=Outcome(0, "accepted", detail="250 " + "long-winded " * 70))

    with pytest.raises(StoreUnavailable) as caught:
        make_house(small).send(post, patience=0)
    small.dispose()

    assert str(caught.value) == (
        f"{tmp_path / 'newsletter.db'}: error: the disk is full; free some space, then run the "
        "command again; the last outcomes could not be written and will show as doubtful"
    )
    standing = sqlite_house.standing()
    assert standing.state == "paused"
    assert 0 < len(post.handed) < 200
    assert standing.counts.accepted + standing.counts.doubtful == len(post.handed)
    assert standing.counts.doubtful <= 3
    assert sqlite_house.send(post).why is Why.DONE
    assert sorted(post.handed) == sorted(readers(200))


# A PostgreSQL that goes away


@dataclass
class Server:
    """A PostgreSQL of a test's own, to be stopped and started again."""

    url: str
    running: Callable[[], AbstractContextManager[Any]]
    connected: Callable[[Any, str], Any]
    process: ExitStack = field(default_factory=ExitStack)

    def start(self) -> None:
        self.connected(self.process.enter_context(self.running()), self.url).close()

    def stop(self) -> None:
        self.process.close()


@pytest.fixture(scope="module")
def server(program: Callable[[str], Path]) -> Iterator[Server]:
    shared: Any = sys.modules["tests.conftest"]
    parent = "/tmp"  # noqa: S108, a socket's path must be short, and open to nobody
    with TemporaryDirectory(prefix="newsletter-own-", dir=parent) as name:
        folder, port = Path(name), shared.free_port()
        programs = shared.within_reach(program("postgres").parent, folder)
        shared.make_cluster(programs / "initdb", folder)
        server = Server(
            f"postgresql://newsletter@127.0.0.1:{port}/postgres",
            lambda: shared.postgres_process(programs / "postgres", folder, port),
            shared.connected,
        )
        server.start()
        yield server
        server.stop()


@pytest.fixture
def on_server(server: Server, make_house: Callable[[Engine], Any]) -> Iterator[Any]:
    engine = open_store(server.url, Path("/"))
    yield make_house(engine)
    engine.dispose()


def test_a_server_that_is_started_anew_ends_the_run_and_loses_nothing(
    server: Server, on_server: Any, make_post: Any, readers: Readers
) -> None:
    on_server.subscribe(*readers(10))

    def restart() -> None:
        server.stop()
        Timer(0.7, server.start).start()

    post = make_post(before=at("reader2@example.org", restart))
    ending = on_server.send(post, patience=20)

    assert (ending.why, ending.exit_code) == (Why.LEDGER, 1)
    assert ending.error.startswith(f"{server.url}: error: ")
    assert ending.counts.accepted == len(post.handed) < 10
    assert ending.counts.doubtful == 0
    assert on_server.send(post).why is Why.DONE
    assert sorted(post.handed) == sorted(readers(10))


def test_a_server_that_stays_away_leaves_no_more_in_doubt_than_was_in_flight(
    server: Server, on_server: Any, make_post: Any, readers: Readers
) -> None:
    with on_server.engine.begin() as connection:
        connection.execute(text("TRUNCATE deliveries, mailings, subscribers"))
    on_server.subscribe(*readers(10))
    post = make_post(before=at("reader2@example.org", server.stop))

    with pytest.raises(StoreUnavailable) as caught:
        on_server.send(post, patience=0)

    assert str(caught.value).startswith(f"{server.url}: error: ")
    assert str(caught.value).endswith(
        "; the last outcomes could not be written and will show as doubtful"
    )
    assert "\n" not in str(caught.value)
    server.start()
    standing = on_server.standing()
    assert standing.state == "paused"
    assert standing.counts.accepted + standing.counts.doubtful == len(post.handed)
    assert standing.counts.doubtful <= 3
    assert on_server.send(post).why is Why.DONE
    assert sorted(post.handed) == sorted(readers(10))
