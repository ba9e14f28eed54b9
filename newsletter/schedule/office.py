"""What an unattended pass works with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine

from newsletter.audience.keys import Keyring
from newsletter.config import Config
from newsletter.delivery.claim import Provider

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

    def local(self, moment: datetime) -> datetime:
        """A moment in the publication's time zone."""
        return moment.astimezone(self.config.zone)
