"""One at a time: whoever adds or erases subscribers."""

from __future__ import annotations

from sqlalchemy import Connection, text

_LOCK = 0x6E6C6175
"""PostgreSQL's advisory lock of a change to who is on the list."""


def take_turn(connection: Connection) -> None:
    """Wait until no other transaction adds or erases subscribers.

    So two imports cannot both find an address missing, nor one add what is being erased. In
    SQLite every writing transaction waits its turn anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
