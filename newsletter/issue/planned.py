"""When an issue is planned to go out."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from newsletter.config import DAYS, ORDINALS, Config
from newsletter.issue.model import Issue


class Moment(NamedTuple):
    """When an issue is to go out."""

    at: datetime
    """In the publication's time zone."""
    moved_from: datetime | None = None
    """The time on the clock that was asked for, where the clocks skip it on that day."""

    @property
    def moved(self) -> str:
        """That the clocks skip it, in words; empty where they do not."""
        if self.moved_from is None:
            return ""
        asked = f"{self.moved_from:%Y-%m-%d %H:%M}"
        return f"the clocks skip {asked} there, so it is as much later"


def planned_at(issue: Issue, config: Config) -> datetime:
    """The issue's own `send_at`, else the schedule's day and time in its month.

    An hour that the clocks skip in spring is moved forward by the gap; of an hour that
    comes twice in autumn the first is meant.
    """
    return moment_for(issue, config).at


def moment_for(issue: Issue, config: Config) -> Moment:
    """As `planned_at`, with what was asked for where that does not exist."""
    return moment_of(issue.send_at or by_schedule(issue.month, config), config.zone)


def by_schedule(month: str, config: Config) -> datetime:
    """The schedule's day and time in a month such as `2023-12`, as the clocks there show it."""
    day = scheduled_day(int(month[:4]), int(month[5:]), config.schedule.day)
    return datetime.combine(day, config.schedule.time)


def moment_of(local: datetime, zone: ZoneInfo) -> Moment:
    """The moment at which clocks of a zone show a time, or would have shown it.

    Through UTC and back, a skipped time becomes the one as far after the gap (PEP 495).
    """
    at = local.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
    return Moment(at, None if at.replace(tzinfo=None, fold=0) == local else local)


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
