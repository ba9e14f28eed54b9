"""What an unattended pass works with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine, select

from newsletter.audience.keys import Keyring
from newsletter.config import Config
from newsletter.delivery.claim import Provider
from newsletter.schedule.calendar import Rules
from newsletter.store import origin, reading

Clock = Callable[[], datetime]
"""Tells the time, with an offset."""


def utc_now() -> datetime:
    """The system's clock."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Office:
    """A publication, its database, and its way out."""

    config: Config
    engine: Engine
    keyring: Keyring
    open_provider: Callable[[], Provider]
    """Gives a provider; a new one each time, since word to operators leaves while mail does."""
    clock: Clock = utc_now

    @property
    def rules(self) -> Rules:
        """What the configuration and the database say of all months."""
        with reading(self.engine) as connection:
            made_at = connection.execute(select(origin.c.made_at)).scalar_one()
        return Rules(self.config.schedule.grace, datetime.fromisoformat(made_at))

    def local(self, moment: datetime) -> datetime:
        """A moment in the publication's time zone."""
        return moment.astimezone(self.config.zone)
