"""A list of subscribers in a store, and what tests do to it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, select

from newsletter.audience.address import normalise
from newsletter.audience.entry import typed_entry
from newsletter.audience.erasing import Erasure, erase
from newsletter.audience.exporting import export_list
from newsletter.audience.importing import Source, Terms, import_list
from newsletter.audience.joining import Joined, add
from newsletter.audience.keys import Keyring
from newsletter.audience.leaving import Left, unsubscribe
from newsletter.audience.sheet import open_sheet
from newsletter.audience.tally import Tally
from newsletter.store import now_utc, open_store, reading, subscribers, writing

TODAY = "2026-03-10"


@dataclass
class Roll:
    """Who is subscribed."""

    engine: Engine
    folder: Path
    keyring: Keyring = field(default_factory=lambda: Keyring(["a secret of the tests"]))

    def take(self, content: str | bytes, encoding: str | None = None, **terms: Any) -> Tally:
        """Import a list."""
        file = self.folder / "list.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        with file.open("rb") as opened:
            source = Source(opened, "list.csv", encoding)
            conditions = Terms(**{"today": TODAY, **terms})
            return import_list(self.engine, source, conditions, lambda: self.keyring)

    def add(self, email: str, *, resubscribe: bool = False, **values: str) -> Joined:
        """Add one by hand."""
        entry = typed_entry({"email": email, **values}, TODAY, now_utc())
        with writing(self.engine) as connection:
            return add(connection, entry, lambda: self.keyring, resubscribe=resubscribe)

    def leave(self, email: str, status: str = "unsubscribed") -> Left:
        """Suppress one by hand."""
        with writing(self.engine) as connection:
            return unsubscribe(connection, normalise(email), status, lambda: self.keyring)

    def erase(self, email: str) -> Erasure:
        """Erase one."""
        with writing(self.engine) as connection:
            return erase(connection, normalise(email), self.keyring)

    def export(self) -> str:
        """Everybody as a list."""
        out = io.StringIO(newline="")
        with reading(self.engine) as connection:
            export_list(connection, out)
        return out.getvalue()

    def rows(self) -> list[dict[str, Any]]:
        """The table as it is."""
        with reading(self.engine) as connection:
            return [dict(row) for row in connection.execute(select(subscribers)).mappings()]

    def of(self, email: str) -> dict[str, Any]:
        """The row of an address."""
        (row,) = [row for row in self.rows() if row["key"] == normalise(email).key]
        return row

    def clear(self) -> None:
        """Forget everybody, as no command can."""
        with writing(self.engine) as connection:
            connection.execute(delete(subscribers))


@pytest.fixture
def roll(store: Engine, tmp_path: Path) -> Roll:
    """An empty roll, in a database of either kind."""
    return Roll(store, tmp_path)


@pytest.fixture(scope="module")
def sqlite_roll(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Roll]:
    """A roll in an SQLite file, which the examples of a property share."""
    folder = tmp_path_factory.mktemp("roll")
    engine = open_store("sqlite:///newsletter.db", folder)
    yield Roll(engine, folder)
    engine.dispose()


@pytest.fixture(scope="session")
def second_roll(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Roll]:
    """Another one, of another publication with other keys."""
    folder = tmp_path_factory.mktemp("second")
    engine = open_store("sqlite:///newsletter.db", folder)
    yield Roll(engine, folder, Keyring(["another secret"]))
    engine.dispose()


Read = Callable[..., list[tuple[int, list[str]]]]


@pytest.fixture(scope="session")
def read(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Reads a list's rows with their lines, from any bytes."""
    file = tmp_path_factory.mktemp("lists") / "list.csv"

    def reading_rows(content: str | bytes, encoding: str | None = None) -> Any:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        with file.open("rb") as opened:
            return list(open_sheet(opened, "list.csv", encoding).rows)

    return reading_rows
