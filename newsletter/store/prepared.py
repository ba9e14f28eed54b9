"""Statements for the one loop, compiled once and handed to the driver as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.sql.dml import UpdateBase

from newsletter.store.driver import driver


class Prepared:
    """A statement for one kind of database.

    Its values must be such as the driver takes: texts and numbers.
    """

    def __init__(self, statement: UpdateBase, connection: Connection) -> None:
        compiled = statement.compile(dialect=connection.dialect)
        self._sql = str(compiled)
        self._returns = bool(compiled.effective_returning)
        self._constants = dict(compiled.params)
        self._order: Sequence[str] | None = compiled.positiontup  # None where they have names

    def __call__(self, connection: Connection, *rows: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Execute it for each row of values; what it returns of the only one."""
        given = [self._given(row) for row in rows]
        with driver(connection) as raw:
            cursor = raw.cursor()
            if len(given) > 1:
                cursor.executemany(self._sql, given)
            else:
                cursor.execute(self._sql, given[0])
            return list(cursor.fetchall()) if self._returns else []

    def _given(self, row: Mapping[str, Any]) -> Any:
        values = {**self._constants, **row}
        return values if self._order is None else tuple(values[name] for name in self._order)
