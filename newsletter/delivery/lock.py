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
from sqlalchemy.exc import DBAPIError

from newsletter.delivery.mailing import Mailing, find_mailing
from newsletter.errors import SenderBusy
from newsletter.store import explained, reading

_CLASS = 0x6E6C6D67
"""The first half of PostgreSQL's advisory locks that are ours."""
_STEP = 0.05


@contextmanager
def sender_lock(
    engine: Engine, mailing: int, patience: float = 1.0, *, shared: bool = False
) -> Iterator[Connection | None]:
    """Hold a mailing's lock, with the connection to write its ledger by; None if it is taken.

    It waits for `patience` seconds, since others take the lock for a moment. Those who only
    look share it, so that no look is taken for a sender by another.
    """
    with explained(engine), engine.connect() as connection:
        taking = _file_lock if engine.dialect.name == "sqlite" else _session_lock
        with taking(connection, mailing, patience, shared) as taken:
            yield connection if taken else None


def lock_again(connection: Connection, mailing: Mailing) -> None:
    """Take the lock anew whose session was lost, before a new session writes.

    Raises:
        SenderBusy: where another sender has it by now.
    """
    if connection.dialect.name == "sqlite" or _try_session(connection, mailing.id, shared=False):
        return
    connection.invalidate()
    raise SenderBusy(
        f"the connection to the database was lost, and meanwhile {busy(connection.engine, mailing)}"
    )


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
def _file_lock(
    connection: Connection, mailing: int, patience: float, shared: bool
) -> Iterator[bool]:
    database = Path(str(connection.engine.url.database))
    # Never removed: two processes could hold the locks of two files of one name.
    file = os.open(database.with_name(f"{database.name}.sender-{mailing}"), os.O_CREAT | os.O_RDWR)
    try:
        yield _tried(lambda: _flock(file, shared), patience)
    finally:
        os.close(file)


def _flock(file: int, shared: bool) -> bool:
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _session_lock(
    connection: Connection, mailing: int, patience: float, shared: bool
) -> Iterator[bool]:
    taken = _tried(lambda: _try_session(connection, mailing, shared), patience)
    try:
        yield taken
    finally:
        if taken and not connection.invalidated and not connection.closed:
            try:
                connection.rollback()
                _ask(connection, f"pg_advisory_unlock{_SHARED[shared]}", mailing)
            except DBAPIError:
                connection.invalidate()  # the lock goes with its session


_SHARED = {False: "", True: "_shared"}


def _try_session(connection: Connection, mailing: int, shared: bool) -> bool:
    return _ask(connection, f"pg_try_advisory_lock{_SHARED[shared]}", mailing)


def _ask(connection: Connection, function: str, mailing: int) -> bool:
    query = text(f"SELECT {function}(:class, :mailing)")
    answer = bool(connection.execute(query, {"class": _CLASS, "mailing": mailing}).scalar())
    connection.commit()
    return answer


def _tried(lock: Callable[[], bool], patience: float) -> bool:
    until = monotonic() + patience
    while not lock():
        if monotonic() >= until:
            return False
        sleep(_STEP)
    return True
