"""When an issue is planned to go out."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from newsletter.config import DAYS, ORDINALS, Config
from newsletter.issue.model import Issue


def planned_at(issue: Issue, config: Config) -> datetime:
    """The issue's own `send_at`, else the schedule's day and time in its month.

    An hour that the clocks skip in spring is moved forward by the gap; of an hour that
    comes twice in autumn the first is meant.
    """
    local = issue.send_at or datetime.combine(
        scheduled_day(issue.year, issue.month_number, config.schedule.day), config.schedule.time
    )
    return _existing(local, config.zone)


def scheduled_day(year: int, month: int, rule: str) -> date:
    """The date of `first tuesday`, `last weekday` or `15`; past a month's end, its last day."""
    length = monthrange(year, month)[1]
    if rule.isdigit():
        return date(year, month, min(int(rule), length))
    ordinal, name = rule.split()
    days = [date(year, month, day) for day in range(1, length + 1)]
    fitting = [day for day in days if _is(day, name)]
    return fitting[-1] if ordinal == "last" else fitting[ORDINALS.index(ordinal)]


def _is(day: date, name: str) -> bool:
    return day.weekday() < 5 if name == "weekday" else DAYS[day.weekday()] == name


def _existing(local: datetime, zone: ZoneInfo) -> datetime:
    """Through UTC and back, a skipped hour becomes the one after the gap (PEP 495)."""
    return local.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
