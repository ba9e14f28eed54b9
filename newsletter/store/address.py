"""A database's address: how it is read, and how messages name it."""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from newsletter.errors import ConfigurationError


def read_address(database: str, root: Path) -> URL:
    """The address that a publication's `database` stands for.

    Raises:
        ConfigurationError: where it is none. The message never repeats it, since it may hold
            a password.
    """
    if not re.match(r"sqlite:///|postgresql(\+\w+)?://", database):
        raise ConfigurationError("the database must begin with sqlite:/// or postgresql://")
    try:
        url = make_url(database)
    except (ArgumentError, ValueError):  # a port that is no number is a ValueError
        raise ConfigurationError("the database's address cannot be read; check it") from None
    return _file(url, root) if url.get_backend_name() == "sqlite" else _server(url)


def shown(url: URL) -> str:
    """The database as messages name it, without its password."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    plain = url.set(drivername="postgresql", query={})  # which may hold a password as well
    return plain.render_as_string(hide_password=True)


def _file(url: URL, root: Path) -> URL:
    if url.query:  # they could undo what durability asks for
        raise ConfigurationError(
            "the database's address: an SQLite file takes no options: remove '?' and what follows"
        )
    if url.database == ":memory:":
        raise ConfigurationError(
            "the database's address: a database in memory is gone when the command ends; name a "
            "file, such as sqlite:///newsletter.db"
        )
    return url.set(database=str(root / (url.database or "newsletter.db")))


def _server(url: URL) -> URL:
    if "@" in (url.host or ""):  # the rest of a password, which messages would show
        raise ConfigurationError(
            "the database's address: write '@' in a user's name or password as %40"
        )
    return url.set(drivername="postgresql+psycopg")
