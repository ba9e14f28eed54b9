"""Statements for the one loop in which SQLAlchemy's share of the time would be the larger one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, CursorResult
from sqlalchemy.sql.dml import UpdateBase


class Prepared:
    """A statement compiled once for a database, and handed to its driver as it is.

    Its values must be such as the driver takes: texts and numbers. No error is told otherwise.
    """

    def __init__(self, statement: UpdateBase, connection: Connection) -> None:
        compiled = statement.compile(dialect=connection.dialect)
        self._sql = str(compiled)
        self._constants = dict(compiled.params)
        self._order: Sequence[str] | None = compiled.positiontup  # None where they have names

    def __call__(self, connection: Connection, *rows: Mapping[str, Any]) -> CursorResult[Any]:
        """Execute it for each row of values."""
        given = [self._given(row) for row in rows]
        return connection.exec_driver_sql(self._sql, given if len(given) > 1 else given[0])

    def _given(self, row: Mapping[str, Any]) -> Any:
        values = {**self._constants, **row}
        return values if self._order is None else tuple(values[name] for name in self._order)
