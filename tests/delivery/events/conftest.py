"""Events as SendGrid tells them, and a publication that hears them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from newsletter.delivery.events import read, take_in
from newsletter.store import deliveries, events, open_store, reading, writing

NUMBERS = count(1)
WORDS = {
    "delivered": {"response": "250 2.0.0 OK"},
    "deferred": {"response": "451 4.7.1 come again", "attempt": "5"},
    "dropped": {"reason": "Bounced Address", "status": "5.0.0"},
    "bounce": {"reason": "550 5.1.1 no such user", "status": "5.1.1", "type": "bounce"},
    "blocked": {"event": "bounce", "reason": "552 5.2.2 full", "type": "blocked"},
}

Event = dict[str, Any]
Tell = Callable[..., Event]


def tell(kind: str, delivery: object = 1, email: object = "a@example.org", **more: Any) -> Event:
    return {
        "email": email,
        "timestamp": 1_700_000_000,
        "event": kind,
        "category": ["2023-12"],
        "delivery": str(delivery),
        "sg_event_id": f"event-{next(NUMBERS)}",
        "sg_message_id": "14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0",
        "ip": "203.0.113.5",
        "useragent": "Curious/1.0",
        "url": "https://curious.example/",
        **WORDS.get(kind, {}),
        **more,
    }


@pytest.fixture(scope="session", name="tell")
def _tell() -> Tell:
    """Makes an event: a kind (or `blocked`), a delivery's number, an address, more fields."""
    return tell


class Ear:
    """Hears events for a publication, and looks at what came of them."""

    def __init__(self, house: Any) -> None:
        self.house, self.patience = house, 60.0

    def __call__(self, *told: Event) -> None:
        """One request's events."""
        reports = read(json.dumps(told).encode(), datetime.now(UTC))
        take_in(self.house.engine, reports, self.patience)

    def put(self, state: str, **columns: Any) -> None:
        """Every delivery into a state, as if it had come there."""
        with writing(self.house.engine) as connection:
            connection.execute(deliveries.update().values(state=state, **columns))

    def all(self) -> list[dict[str, Any]]:
        """The events that are kept."""
        with reading(self.house.engine) as connection:
            query = select(events).order_by(events.c.id)
            return [dict(row) for row in connection.execute(query).mappings()]

    def has_come_to(self) -> tuple[str, str]:
        """State and arrival of the only delivery."""
        (row,) = self.house.rows()
        return row.state, row.arrival

    def forget(self) -> None:
        """Begin anew with the same deliveries and readers."""
        with writing(self.house.engine) as connection:
            connection.execute(events.delete())
            anew = {"arrival": "", "complained": False, "unsubscribed": False, "reason": ""}
            connection.execute(update(deliveries).values(**anew))


@pytest.fixture
def hear(house: Any) -> Ear:
    """Hears events for a mailing to a@example.org, accepted, over either database."""
    return ear(house)


@pytest.fixture
def sqlite_hear(sqlite_house: Any) -> Ear:
    """The same over SQLite."""
    return ear(sqlite_house)


@pytest.fixture
def postgresql_hear(
    postgresql: str, tmp_path: Path, make_house: Callable[[Engine], Any]
) -> Iterator[Ear]:
    """The same over PostgreSQL."""
    engine = open_store(postgresql, tmp_path)
    yield ear(make_house(engine))
    engine.dispose()


@pytest.fixture
def hearing(house: Any) -> Ear:
    """Hears events for whatever the house has planned, over either database."""
    return Ear(house)


def ear(house: Any) -> Ear:
    house.subscribe("a@example.org")
    house.plan()
    hearing = Ear(house)
    hearing.put("accepted")
    return hearing
