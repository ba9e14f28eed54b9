"""The database's own driver, where SQLAlchemy's share of the time would be the larger one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError


@contextmanager
def driver(connection: Connection) -> Iterator[Any]:
    """The driver's connection, within the transaction that SQLAlchemy has begun.

    Raises:
        DBAPIError: for each of the driver's own errors, as a statement of SQLAlchemy would; a
            lost connection is given up likewise.
    """
    dialect, raw = connection.dialect, connection.connection
    try:
        yield raw.driver_connection
    except dialect.loaded_dbapi.Error as error:
        if dialect.is_disconnect(error, raw, None):
            connection.invalidate(error)
        raise DBAPIError("", None, error) from error
