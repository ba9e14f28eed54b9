"""The lock of a mailing's one sender, which dies with its process.

With SQLite it is a lock on a file beside the database, with PostgreSQL an advisory lock of the
very session that writes the ledger: whoever has lost the lock cannot write either. Libraries
for lock files fall back on files that outlive their process where a system has no real lock;
that would hold a mailing up for ever, so it is done by hand.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

from sqlalchemy import Connection, Engine, text

from newsletter.delivery.mailing import Mailing, find_mailing
from newsletter.store import explained, reading

_CLASS = 0x6E6C6D67
"""The first half of PostgreSQL's advisory locks that are ours."""
_STEP = 0.05


@contextmanager
def sender_lock(engine: Engine, mailing: int, patience: float = 1.0) -> Iterator[Connection | None]:
    """Hold a mailing's lock, with the connection to write its ledger by; None if it is taken.

    It waits for `patience` seconds, since others take the lock for a moment to look.
    """
    with explained(engine), engine.connect() as connection:
        taking = _file_lock if engine.dialect.name == "sqlite" else _session_lock
        with taking(connection, mailing, patience) as taken:
            yield connection if taken else None


def busy(engine: Engine, mailing: Mailing) -> str:
    """Who holds a mailing's lock, since when, and what can be done."""
    with reading(engine) as connection:
        now = find_mailing(connection, mailing.issue, mailing.kind) or mailing
    who = now.sender or "another process"
    since = f" since {now.sender_since}" if now.sender_since else ""
    return (
        f"{mailing.name} is being sent by {who}{since}; "
        f"wait, or stop it with 'newsletter pause {mailing.issue}'"
    )


@contextmanager
def _file_lock(connection: Connection, mailing: int, patience: float) -> Iterator[bool]:
    database = Path(str(connection.engine.url.database))
    # Never removed: two processes could hold the locks of two files of one name.
    file = os.open(database.with_name(f"{database.name}.sender-{mailing}"), os.O_CREAT | os.O_RDWR)
    try:
        yield _tried(lambda: _flock(file), patience)
    finally:
        os.close(file)


def _flock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _session_lock(connection: Connection, mailing: int, patience: float) -> Iterator[bool]:
    pair = {"class": _CLASS, "mailing": mailing}

    def lock() -> bool:
        query = text("SELECT pg_try_advisory_lock(:class, :mailing)")
        taken = bool(connection.execute(query, pair).scalar())
        connection.commit()
        return taken

    taken = _tried(lock, patience)
    try:
        yield taken
    finally:
        if taken and not connection.invalidated and not connection.closed:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:class, :mailing)"), pair)
            connection.commit()


def _tried(lock: Callable[[], bool], patience: float) -> bool:
    until = monotonic() + patience
    while not lock():
        if monotonic() >= until:
            return False
        sleep(_STEP)
    return True
