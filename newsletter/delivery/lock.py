"""The lock of a mailing's one sender, which dies with its process.

With SQLite it is a lock on a file beside the database, which a process keeps as long as it
lives. With PostgreSQL it is an advisory lock of the very session that writes the ledger: where
the session is lost, so is the lock, and nothing is written before it has been taken anew.
Libraries for lock files fall back on files that outlive their process where a system has no
real lock; that would hold a mailing up for ever, so it is done by hand.
"""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from newsletter.delivery.mailing import Mailing, find_mailing
from newsletter.errors import SenderBusy, StoreUnavailable
from newsletter.store import explained, reading

_CLASS = 0x6E6C6D67
"""The first half of PostgreSQL's advisory locks that are ours."""
_STEP = 0.05
_SESSION = "newsletter_session"
"""The option of a connection that names the session in which its lock was taken."""


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

    A server may not know yet that the old session is dead; then it is told to end it.

    Raises:
        SenderBusy: where another sender has begun meanwhile.
        StoreUnavailable: where nobody has, but it is not free yet.
    """
    if connection.dialect.name == "sqlite" or _try_session(connection, mailing.id, shared=False):
        return
    try:
        lost = _end_lost_session(connection, mailing.id)
        now = _as_it_stands(connection.engine, mailing)
    finally:
        connection.invalidate()  # so that nothing is written without the lock
    if now.sender != this_process():
        raise SenderBusy(f"the connection to the database was lost, and meanwhile {_by_whom(now)}")
    holder = "this process's own lost session" if lost else "another command"
    raise StoreUnavailable(
        f"the connection to the database was lost, and {mailing.name} is still locked by {holder}"
    )


def this_process() -> str:
    """How a sender is named to others."""
    return f"process {os.getpid()} on {socket.gethostname()}"


def busy(engine: Engine, mailing: Mailing) -> str:
    """Who holds a mailing's lock, since when, and what can be done."""
    return _by_whom(_as_it_stands(engine, mailing))


def _as_it_stands(engine: Engine, mailing: Mailing) -> Mailing:
    with reading(engine) as connection:
        return find_mailing(connection, mailing.issue, mailing.kind) or mailing


def _by_whom(mailing: Mailing) -> str:
    # A sender writes at its start how it would leave the mailing if it died.
    if not mailing.sender_since or (mailing.state, mailing.hold) != ("paused", "interruption"):
        return f"another command is at work on {mailing.name}; try again once it is done"
    since = datetime.fromisoformat(mailing.sender_since).astimezone()
    return (
        f"{mailing.name} is being sent by {mailing.sender} since "
        f"{since.isoformat(timespec='seconds')}; wait, or stop it with "
        f"'newsletter pause {mailing.issue}'"
    )


@contextmanager
def _file_lock(
    connection: Connection, mailing: int, patience: float, shared: bool
) -> Iterator[bool]:
    # Links are followed: by whatever name a file is opened, it has one lock.
    database = Path(str(connection.engine.url.database)).resolve()
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
    taken = _ask(connection, f"pg_try_advisory_lock{_SHARED[shared]}", mailing)
    if taken:
        driver: Any = connection.connection.driver_connection
        connection.execution_options(**{_SESSION: driver.info.backend_pid})
    return taken


def _end_lost_session(connection: Connection, mailing: int) -> bool:
    """Have the server end the session that this connection lost; whether it held the lock."""
    names = {"class": _CLASS, "mailing": mailing}
    session = connection.get_execution_options().get(_SESSION)
    ended = connection.execute(_END, {**names, "session": session}).all()
    connection.commit()
    return bool(ended)


_END = text("""
    SELECT pg_terminate_backend(pid) FROM pg_locks
    WHERE pid = :session AND locktype = 'advisory' AND granted
    AND classid = :class AND objid = :mailing
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
""")


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
