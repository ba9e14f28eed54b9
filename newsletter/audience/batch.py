"""Many subscribers at once: finding, adding and changing them, without a toll on each."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterable
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Insert,
    Select,
    Update,
    bindparam,
    insert,
    literal_column,
    select,
    update,
)

from newsletter.store import driver, subscribers

ADDED = (
    "id", "key", "email", "domain", "first_name", "last_name", "topics", "language",
    "attributes", "status", "status_since", "status_note", "consent", "consent_basis",
    "consent_date", "consent_source", "consent_until",
)  # fmt: skip
"""Columns of a new subscriber, in the order in which rows are given; the time is the batch's."""
CHANGED = (
    "first_name", "last_name", "topics", "language", "attributes", "consent", "consent_basis",
    "consent_date", "consent_source", "consent_until", "updated_at",
)  # fmt: skip
"""Columns that a list may change of a subscriber, whose id comes last in a row."""


class Stored(NamedTuple):
    """What the store has of a subscriber, as far as a list may touch it."""

    id: int
    key: str
    status: str
    first_name: str
    last_name: str
    topics: str
    language: str
    attributes: str
    consent: str | None
    consent_basis: str | None
    consent_date: str | None
    consent_source: str
    consent_until: str | None


_CACHE = 16_000
"""Kilobytes of an SQLite file kept in memory: an index of keys in no order needs them."""
_RANGE = 2**64


class Batch:
    """Reads and writes subscribers by the thousand, within one transaction.

    Args:
        connection: that transaction's.
        now: the time that new subscribers are given.
        long: whether so many may come that indexes are better built once they are there.
    """

    def __init__(self, connection: Connection, now: str, *, long: bool = False) -> None:
        self._connection = connection
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(f"PRAGMA cache_size = -{_CACHE}")
        self.add = _adding(connection, now)
        changing = update(subscribers).where(subscribers.c.id == bindparam("of"))
        bound: dict[str, Any] = {name: bindparam(name) for name in CHANGED}
        self.change = _many(connection, changing.values(bound), (*CHANGED, "of"))
        self._read = select(*[subscribers.c[name] for name in Stored._fields])
        self._anybody = connection.execute(select(subscribers.c.id).limit(1)).first() is not None
        self._late = [each for each in subscribers.indexes if long and not self._anybody]
        for index in self._late:
            index.drop(connection, checkfirst=True)

    def finish(self) -> None:
        """Build the indexes that were put off: in one go, a third of the time of row by row."""
        for index in self._late:
            index.create(self._connection)

    def find(self, keys: Iterable[str]) -> dict[str, Stored]:
        """Those of the keys that were held when the transaction began to write."""
        if not self._anybody:
            return {}
        return self._found(self._read, keys)

    def hold(self, keys: Iterable[str]) -> dict[str, Stored]:
        """The same as they are now, kept from others until the end of the transaction.

        PostgreSQL lets others write meanwhile; an SQLite file has one writer anyway.
        """
        if self._connection.dialect.name == "sqlite":
            return {}
        return self._found(self._read.with_for_update(), keys)

    def _found(self, query: Select[Any], keys: Iterable[str]) -> dict[str, Stored]:
        rows = self._connection.execute(query.where(subscribers.c.key.in_(list(keys))))
        return {row[1]: Stored._make(row) for row in rows}


def new_ids(count: int, start: float = 0.0, end: float = 1.0) -> list[int]:
    """Random subscriber ids of 64 bits (signed, as BIGINT is), ascending.

    A long list draws them from one slice of the range after the other, `start` and `end`
    being shares of it: rows that arrive in the order of their key are written once, while a
    million in no order would have the whole table rewritten with each batch.
    """
    width = int((end - start) * _RANGE) if end > start else _RANGE
    offset = int(start * _RANGE) if end > start else 0
    numbers = struct.unpack(f"{count}Q", os.urandom(8 * count))
    return sorted(offset + number * width // _RANGE - _RANGE // 2 for number in numbers)


def _adding(connection: Connection, now: str) -> Callable[[list[tuple[Any, ...]]], object]:
    """A function that adds rows of the columns `ADDED`."""
    if connection.dialect.name == "postgresql":
        return lambda rows: _copy(connection, [(*row, now, now) for row in rows])
    # One time for all: to bind it again with each row would cost what any value does.
    time: ColumnElement[str] = literal_column(f"'{now}'")
    bound: dict[str, Any] = {name: bindparam(name) for name in ADDED}
    adding = insert(subscribers).values({**bound, "created_at": time, "updated_at": time})
    return _many(connection, adding, ADDED)


def _copy(connection: Connection, rows: list[tuple[Any, ...]]) -> None:
    """PostgreSQL's own way in, which takes a tenth of an INSERT's time here.

    Raises:
        DBAPIError: as a statement would.
    """
    statement = f"COPY subscribers ({', '.join((*ADDED, 'created_at', 'updated_at'))}) FROM STDIN"
    with driver(connection) as raw, raw.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _many(
    connection: Connection, statement: Insert | Update, names: tuple[str, ...]
) -> Callable[[list[tuple[Any, ...]]], object]:
    """A function that runs a statement for many rows, values in the order of `names`.

    Where the driver takes positions, rows go to it as they are, which spares SQLAlchemy's
    dictionary for each: 6 µs a row, as much as SQLite takes itself.
    """
    compiled = statement.compile(dialect=connection.dialect)
    positions = tuple(getattr(compiled, "positiontup", None) or ())
    if not positions:
        return lambda rows: connection.execute(
            statement, [dict(zip(names, row, strict=True)) for row in rows]
        )
    text, order = str(compiled), itemgetter(*map(names.index, positions))
    if positions == names:
        return lambda rows: connection.exec_driver_sql(text, rows)
    return lambda rows: connection.exec_driver_sql(text, list(map(order, rows)))
