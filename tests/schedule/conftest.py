"""What unattended passes are tested with: a publication, its database, a clock, and a provider."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from newsletter.delivery.send import Orders
from newsletter.schedule import sending
from tests.schedule.bureau import Bureau
from tests.schedule.post import OPERATORS, Post

ZONE = ZoneInfo("America/Toronto")
MADE_AT = datetime(2024, 1, 3, 12, tzinfo=ZONE)
"""When the databases of the tests are made, but for what a test says."""


@dataclass
class Clock:
    """The time that the whole program sees."""

    traveller: Any

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    def set(self, moment: datetime) -> None:
        self.traveller.move_to(moment)

    def to(self, text: str) -> None:
        """A time in the publication's zone, such as `2024-02-06 09:00`."""
        self.set(datetime.fromisoformat(text).replace(tzinfo=ZONE))

    def on(self, **span: float) -> None:
        """Let time pass."""
        self.set(self.now + timedelta(**span))


@pytest.fixture(scope="session")
def open_bureau(make_publication: Callable[[Path], Any]) -> Callable[..., Bureau]:
    """Makes a publication with schedulers in a folder."""

    def make(root: Path, database: str = "sqlite:///newsletter.db", schedulers: int = 1) -> Bureau:
        root.mkdir(exist_ok=True)
        if not (root / "templates").exists():
            make_publication(root)
        bureau = Bureau(root, database, Post(root / "handed.jsonl"), None)  # type: ignore[arg-type]
        bureau.configure(_lines())
        bureau.schedulers = [bureau.open() for _ in range(schedulers)]
        return bureau

    return make


def _lines(approval: str = "required", operators: Sequence[str] = OPERATORS) -> str:
    return (
        f"approval: {approval}\noperators: {json.dumps(list(operators))}\n"
        "delivery: {provider: smtp}\n"
    )


@pytest.fixture(scope="session")
def lines() -> Callable[..., str]:
    """The lines of newsletter.yaml that tests change."""
    return _lines


@pytest.fixture(scope="session")
def operators() -> tuple[str, ...]:
    """The addresses of the publication's operators."""
    return OPERATORS


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is refused for now is not tried again within a run, whose waits no clock shortens."""
    monkeypatch.setattr(sending, "Orders", partial(Orders, delays=(), patience=0.5))


@pytest.fixture
def clock() -> Iterator[Clock]:
    """A clock that stands still unless it is moved; the day after a database was made."""
    with time_machine.travel(MADE_AT, tick=False) as traveller:
        yield Clock(traveller)


@pytest.fixture
def bureau(
    tmp_path: Path,
    database: str,
    clock: Clock,
    impatient: None,
    open_bureau: Callable[..., Bureau],
) -> Iterator[Bureau]:
    """A publication with two schedulers and three readers, over either database."""
    bureau = open_bureau(tmp_path, database, schedulers=2)
    bureau.subscribe("a@example.org", "b@example.org", "c@example.org")
    yield bureau
    for each in bureau.schedulers:
        each.office.engine.dispose()


@pytest.fixture
def sqlite_bureau(
    tmp_path: Path, clock: Clock, impatient: None, open_bureau: Callable[..., Bureau]
) -> Iterator[Bureau]:
    """The same over an SQLite file alone."""
    bureau = open_bureau(tmp_path, schedulers=2)
    bureau.subscribe("a@example.org", "b@example.org", "c@example.org")
    yield bureau
    for each in bureau.schedulers:
        each.office.engine.dispose()


@pytest.fixture
def due(bureau: Bureau, clock: Clock) -> Bureau:
    """February 2024, approved, at the very moment at which it is due."""
    bureau.write("2024-02")
    bureau.approve("2024-02")
    clock.to("2024-02-06 09:00")
    return bureau
