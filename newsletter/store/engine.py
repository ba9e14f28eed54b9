"""The engine for either database, with the settings that durability asks for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from newsletter.errors import ConfigurationError, StoreUnavailable
from newsletter.store.migrate import migrate

BUSY_SECONDS = 30
"""How long a command waits while another one writes to an SQLite file."""


def open_store(database: str, root: Path) -> Engine:
    """The database of a publication, its schema brought up to date.

    Args:
        database: `sqlite:///FILE`, relative to `root`, or `postgresql://…`.
        root: the publication's folder.

    Raises:
        ConfigurationError: where the URL cannot be read.
        StoreUnavailable: where the database does not answer, is no database, or comes from
            a newer version of this program.
    """
    url = _address(database, root)
    engine = _sqlite(url) if url.get_backend_name() == "sqlite" else _postgresql(url)
    with explained(engine):
        migrate(engine)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one moment and keeps nobody from writing."""
    with explained(engine), engine.connect() as connection:
        yield connection.execution_options(newsletter_reads=True)


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


def shown(url: URL) -> str:
    """The database as messages name it, without its password."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return url.set(drivername="postgresql").render_as_string(hide_password=True)


def _address(database: str, root: Path) -> URL:
    try:
        url = make_url(database)
    except ArgumentError as error:  # the value is not shown: it may hold a password
        raise ConfigurationError("the database's address cannot be read; check it") from error
    if url.get_backend_name() == "sqlite":
        return url.set(database=str(root / (url.database or "newsletter.db")))
    return url.set(drivername="postgresql+psycopg")


def _sqlite(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS, "isolation_level": None})

    @event.listens_for(engine, "connect")
    def settings(connection: Any, _: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        # NORMAL could lose a committed "accepted" to a power cut, and so double a mail.
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # Python's driver would begin late, and a reader that turns writer then fails at once
        # instead of waiting its turn; so a transaction says at its start which one it is.
        reads = connection.get_execution_options().get("newsletter_reads")
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


def _postgresql(url: URL) -> Engine:
    return create_engine(url, connect_args={"connect_timeout": 10}, pool_pre_ping=True)


_IN_WORDS = {
    "database or disk is full": "the disk is full; free some space, then run the command again",
    "database is locked": f"another program kept the database locked for {BUSY_SECONDS} s; "
    "try again once it is done",
    "unable to open database file": "the file cannot be opened; check that its folder exists "
    "and may be written to",
    "attempt to write a readonly database": "the file may not be written to; check its permissions",
    "file is not a database": "the file is no SQLite database; name another in 'database'",
    "disk I/O error": "the disk cannot be read or written; check it, and its free space",
}


def _told(error: DBAPIError) -> str:
    """The driver's words, or ours where they say what to do."""
    said = " ".join(str(error.orig).split())
    return next((words for known, words in _IN_WORDS.items() if known in said), said)
