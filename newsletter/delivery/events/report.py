"""One event in our own words, whichever provider tells it."""

from __future__ import annotations

from typing import Literal, NamedTuple

from newsletter.delivery.events.arrival import Arrival


class Meaning(NamedTuple):
    """What a kind of event tells."""

    arrival: Arrival = ""
    flag: Literal["", "complained", "unsubscribed"] = ""
    """What the reader did about the mail; a column of its delivery."""
    suppresses: str = ""
    """The status that it gives its reader, if it does."""


class Report(NamedTuple):
    """What a provider tells of one mail."""

    event_id: str
    """The provider's name for it, or a hash where it has none."""
    delivery: int | None
    """The number that the mail was sent with, if it is one of a ledger."""
    email: str
    """Whom it was sent to; compared, and never kept."""
    kind: str
    detail: str
    """What the receiving server said, or why it was dropped."""
    happened_at: str
    meaning: Meaning
