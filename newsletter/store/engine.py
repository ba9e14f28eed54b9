"""The engine for either database, with the settings that durability asks for."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from newsletter.errors import StoreUnavailable
from newsletter.store.address import read_address, shown
from newsletter.store.driver import driver
from newsletter.store.migrate import is_current, migrate

_CONNECTIONS = {"pool_size": 5, "max_overflow": 35}
"""As many as an application has threads: each waits for the database, not for a connection."""
BUSY_SECONDS = 30
"""How long a command waits while another one writes to an SQLite file."""
_GLANCE = 2.0
"""The same for whoever only looks something up on the way."""


def open_store(database: str, root: Path, *, busy: float = BUSY_SECONDS) -> Engine:
    """The database of a publication, its schema brought up to date.

    Args:
        database: `sqlite:///FILE`, relative to `root`, or `postgresql://…`.
        root: the publication's folder.
        busy: seconds to wait for another writer of an SQLite file.

    Raises:
        ConfigurationError: where the URL cannot be read.
        StoreUnavailable: where the database does not answer, is no database, or comes from
            a newer version of this program.
    """
    engine = _engine(read_address(database, root), busy)
    try:
        with explained(engine):
            migrate(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def open_existing(database: str, root: Path) -> Engine | None:
    """The database of a publication to look into, as it is; None where there is none to read.

    For whoever only wants to know what was recorded: nothing is made or brought up to date.

    Raises:
        ConfigurationError: where the URL cannot be read.
        StoreUnavailable: where the database does not answer, or is no database.
    """
    url = read_address(database, root)
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).is_file():
        return None
    engine = _engine(url, _GLANCE)
    try:
        with reading(engine) as connection:
            current = is_current(connection)
    except BaseException:
        engine.dispose()
        raise
    if not current:
        engine.dispose()
        return None
    return engine


def identity(engine: Engine) -> tuple[int, int] | None:
    """What tells an SQLite file from one that takes its place; None of a server.

    Raises:
        StoreUnavailable: where the file is gone, though whoever has it open can go on writing.
    """
    if engine.dialect.name != "sqlite":
        return None
    try:
        found = Path(str(engine.url.database)).stat()
    except OSError as error:
        raise StoreUnavailable(
            f"{engine.url.database}: error: the database's file is gone, so nothing is sent; put "
            "it back, or stop what uses it and begin with a new one"
        ) from error
    return found.st_dev, found.st_ino


def _engine(url: URL, busy: float) -> Engine:
    return _sqlite(url, busy) if url.get_backend_name() == "sqlite" else _postgresql(url)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one moment and keeps nobody from writing."""
    with explained(engine), engine.connect() as connection:
        yield connection.execution_options(**_READING[engine.dialect.name])


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that is committed whole, or not at all where something is raised."""
    with explained(engine), engine.begin() as connection:
        yield connection


@contextmanager
def explained(engine: Engine) -> Iterator[None]:
    """Say in a sentence what is the matter with a database.

    Raises:
        StoreUnavailable: instead of the driver's own errors.
    """
    try:
        yield
    except DBAPIError as error:
        raise StoreUnavailable(f"{shown(engine.url)}: error: {_told(error)}") from error
    except PoolTimeout as error:
        raise StoreUnavailable(f"{shown(engine.url)}: error: {_CROWDED}") from error


def wait_for_rows(connection: Connection, seconds: float) -> None:
    """Have a transaction wait no longer than that for what others hold.

    PostgreSQL would wait for ever; an SQLite file is waited for at the transaction's beginning.
    """
    if connection.dialect.name == "postgresql":
        limit = {"limit": f"{int(seconds * 1000)}ms"}
        connection.execute(text("SELECT set_config('lock_timeout', :limit, true)"), limit)


_READING: dict[str, dict[str, Any]] = {
    "sqlite": {"newsletter_reads": True},
    # By itself PostgreSQL lets each statement of a transaction see a moment of its own.
    "postgresql": {"isolation_level": "REPEATABLE READ"},
}
"""Options of a transaction that sees one moment."""


def _sqlite(url: URL, busy: float) -> Engine:
    settings = {"timeout": busy, "isolation_level": None}
    engine = create_engine(url, connect_args=settings, hide_parameters=True, **_CONNECTIONS)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        cursor = connection.cursor()
        _keep_a_log(cursor, busy)
        # NORMAL could lose a committed "accepted" to a power cut, and so double a mail.
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # Python's driver would begin late, and a reader that turns writer then fails at once
        # instead of waiting its turn; so a transaction says at its start which one it is.
        reads = connection.get_execution_options().get("newsletter_reads")
        with driver(connection) as raw:
            raw.execute("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


def _keep_a_log(cursor: sqlite3.Cursor, busy: float) -> None:
    """Turn the write-ahead log on, which stays with the file.

    SQLite does not wait here where two programs open a new file together; the second is told
    at once that it is locked.
    """
    until = monotonic() + busy
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > until:
                raise
            sleep(0.01)
        else:
            return


_PATIENCE = {
    "connect_timeout": 10,  # seconds
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 4,
    "tcp_user_timeout": 30_000,  # milliseconds
}
"""How long a server may be silent; the system's own patience is hours. Options of libpq."""


def _postgresql(url: URL) -> Engine:
    patience = {name: value for name, value in _PATIENCE.items() if name not in url.query}
    # Its warnings of a lost connection would stand beside the error that says what to do.
    logging.getLogger("psycopg").setLevel(logging.CRITICAL)
    engine = create_engine(
        url, connect_args=patience, pool_pre_ping=True, hide_parameters=True, **_CONNECTIONS
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        # As with SQLite: a server set to answer early could forget an "accepted".
        connection.execute(
            "SELECT set_config('synchronous_commit', 'on', false) "
            "WHERE current_setting('synchronous_commit') = 'off'"
        )
        # So that it notices within minutes, not hours, when a sender's machine has died.
        connection.execute(
            "SELECT set_config('tcp_keepalives_idle', '30', false), "
            "set_config('tcp_keepalives_interval', '10', false)"
        )
        connection.commit()

    return engine


_CROWDED = "all connections to it are in use, and none came free; try again later"
_LOST = (
    "closed the connection unexpectedly",
    "connection is closed",
    "connection is lost",
    "terminating connection",
)
_IN_WORDS = {
    "database or disk is full": "the disk is full; free some space, then run the command again",
    "database is locked": "another program keeps the database locked; try again once it is done",
    "unable to open database file": "the file cannot be opened; check that its folder exists "
    "and may be written to",
    "attempt to write a readonly database": "the file may not be written to; check its permissions",
    "file is not a database": "the file is no SQLite database; name another in 'database'",
    "disk I/O error": "the disk cannot be read or written; check it, and its free space",
    "already exists": "the database holds tables of another program; name another in 'database'",
    **dict.fromkeys(
        _LOST,
        "the connection to the server is lost; see to it that it runs, then run the command again",
    ),
    "due to lock timeout": "another program keeps what is to be changed; try again once it is done",
    "Connection refused": "no server answers there; start it, or check the address in 'database'",
    "password authentication failed": "the server refuses this user and password; check them in "
    "NEWSLETTER_DATABASE",
}


def _told(error: DBAPIError) -> str:
    """The driver's words, or ours where they say what to do."""
    # PostgreSQL's detail names whole rows, addresses and all; where no server speaks, none is.
    server = getattr(error.orig, "diag", None)
    said = " ".join(((server and server.message_primary) or str(error.orig)).split())
    return next((words for known, words in _IN_WORDS.items() if known in said), said)
