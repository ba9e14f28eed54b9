"""Times and days as the tables keep them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def utc_text(moment: datetime) -> str:
    """`2023-12-05T14:00:00.000+00:00`, which sorts as it reads."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def now_utc() -> str:
    """The present moment."""
    return utc_text(datetime.now(UTC))


def today_in(zone: ZoneInfo) -> str:
    """The day it is in a publication's time zone, as an ISO date."""
    return datetime.now(zone).date().isoformat()
