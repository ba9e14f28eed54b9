"""What the year's test knows of each month, and has read of the provider's log."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/Toronto")
MADE_AT = datetime(2024, 1, 3, 12, tzinfo=ZONE)
GRACE = timedelta(hours=12)
MISSING = timedelta(days=7)
MINUTE = timedelta(minutes=1)
READERS = ("a@example.org", "b@example.org", "c@example.org", "d@example.org")


def first_tuesday(month: str) -> datetime:
    """The schedule's moment, worked out otherwise than by the program."""
    day = date.fromisoformat(f"{month}-01")
    day += timedelta(days=(1 - day.weekday()) % 7)
    return datetime(day.year, day.month, day.day, 9, tzinfo=ZONE).astimezone(UTC)


@dataclass(frozen=True)
class Text:
    """What an issue's file holds."""

    subject: str
    send_at: str = ""
    is_broken: bool = False


@dataclass
class Sheet:
    """What the test knows of a month."""

    month: str
    text: Text | None = None
    approved: tuple[Text, int] | None = None
    """What was approved last, with the templates of that time; None once it was withdrawn."""
    by_hand: bool = False
    is_halted: bool = False
    """Whether the approval by which it began was withdrawn."""
    content: str = ""
    """The content of the first mail that left."""

    @property
    def at(self) -> datetime:
        """When it is to go out; what was approved, when that said, even if its file is gone."""
        text = self.text
        unreadable = text is None or (text.is_broken and not text.send_at)
        if unreadable and self.approved:
            text = self.approved[0]
        if text and text.send_at:
            local = datetime.fromisoformat(text.send_at).replace(tzinfo=ZONE)
            return local.astimezone(UTC)
        return first_tuesday(self.month)


@dataclass
class Seen:
    """What has been read of the provider's log."""

    lines: int = 0
    begun: set[str] = field(default_factory=set)
    out: Counter[tuple[str, ...]] = field(default_factory=Counter)
    """How often the far end may have taken a message; what it gave back is taken off."""
    handed: Counter[str] = field(default_factory=Counter)
    """How many mails of an issue were handed over."""
    took: Counter[tuple[str, ...]] = field(default_factory=Counter)
    """How often it said so."""

    def add(self, key: tuple[str, ...], said: str) -> None:
        self.out[key] += (said == "handed") - (said == "planned")
        self.took[key] += said == "accepted"
        assert self.out[key] <= 1, f"sent twice: {key}"
