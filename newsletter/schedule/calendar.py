"""What is due when: pure functions from what is known of the months, and the time it is now.

All moments here are in UTC: Python compares and adds aware times of one zone by the clock on
its wall, which is wrong across a change of clocks.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Content = Literal["missing", "broken", "unapproved", "changed", "approved"]
"""What there is of a month: no file, one that cannot be read, or how its approval stands."""
Rehearsed = Literal["", "by hand", "on time"]
"""Whether an issue of real mail has been rehearsed; on time, if the schedule did it."""
State = Literal["approved", "unapproved", "changed", "missing", "sent", "held"]
"""What `schedule --list` tells of a month."""
Step = Literal["", "upcoming", "send", "resume", "refused", "overdue"]
"""What is to be done about a month now.

    upcoming    operators hear what will go out, or why not yet
    send        it is due, and may go out
    resume      its mailing was interrupted, and goes on by itself
    refused     it is due, and may not go out
    overdue     its time has passed, and nothing happens any more by itself
"""

NOTICE = timedelta(days=1)
"""How long before its moment operators hear of an issue."""
MISSING = timedelta(days=7)
"""How long before its moment, and after its grace, a month without a file is remarked on."""
CANCELLED = "cancelled"
_LATELY, _UNSETTLED = timedelta(days=31), timedelta(days=366)
"""How long the list shows what has gone out, and what never did."""
GOES_ON = frozenset({"", "interruption", "provider"})
"""Why a mailing may rest and still go on by itself; what a person or the brake held does not."""


@dataclass(frozen=True)
class Rules:
    """What holds for all months of a publication."""

    grace: timedelta
    """How late an issue may still go out by itself."""
    made_at: datetime
    """When its database was made; what was to go out before is history."""


@dataclass(frozen=True)
class Sending:
    """What the ledger knows of an issue's mailing, once it has begun."""

    state: str
    """As `newsletter status` has it: planned, sending, paused, cancelled, finished."""
    hold: str = ""
    """Why it is paused."""
    unattended: bool = True
    """Whether the schedule began it; only then it goes on by itself."""
    doubtful: int = 0
    withdrawn: bool = False
    """Whether the approval it went out by was taken back since."""
    alive_at: datetime | None = None
    """When anything last became of it."""


@dataclass(frozen=True)
class Month:
    """What is known of one month."""

    issue: str
    at: datetime
    """When it is to go out, in UTC."""
    content: Content
    why: str = ""
    """What is wrong with its file, or has changed since its approval, in words."""
    sending: Sending | None = None
    moved: str = ""
    """That the clocks skip the time asked for, in words."""
    rehearsed: Rehearsed = ""


@dataclass(frozen=True)
class Entry:
    """One month on the calendar."""

    issue: str
    at: datetime
    """In UTC."""
    state: State
    step: Step = ""
    why: str = ""
    """More about the state, in words."""
    moved: str = ""


def entries(months: Iterable[Month], rules: Rules, now: datetime) -> tuple[Entry, ...]:
    """The calendar, in the order in which things go out; history is not on it."""
    found = (_entry(month, rules, now) for month in months)
    return tuple(
        sorted((entry for entry in found if entry), key=lambda each: (each.at, each.issue))
    )


def coming(calendar: Iterable[Entry], now: datetime) -> Iterator[Entry]:
    """What `schedule --list` shows: the next twelve months, the last one, and what is unsettled."""
    end = _a_year_after(now)
    for entry in calendar:
        settled = entry.state == "sent" or entry.why == CANCELLED
        if now - (_LATELY if settled else _UNSETTLED) <= entry.at < end:
            yield entry


def next_moment(calendar: Iterable[Entry], rules: Rules, now: datetime) -> datetime | None:
    """When something changes next by time alone, if anything does."""
    moments = (
        moment
        for entry in calendar
        for moment in (
            entry.at - MISSING,
            entry.at - NOTICE,
            entry.at,
            entry.at + rules.grace + _JUST_AFTER,
            entry.at + rules.grace + MISSING + _JUST_AFTER,
        )
        if moment > now
    )
    return min(moments, default=None)


def is_history(at: datetime, rules: Rules) -> bool:
    """Whether a moment had passed before there was a database to know what went out."""
    return at < rules.made_at


def months_between(first: datetime, last: datetime) -> Iterator[str]:
    """`2023-11`, `2023-12`, …: each month from one moment's to another's, both included."""
    number = first.year * 12 + first.month - 1
    while number <= last.year * 12 + last.month - 1:
        yield f"{number // 12:04}-{number % 12 + 1:02}"
        number += 1


_JUST_AFTER = timedelta(milliseconds=1)


def _entry(month: Month, rules: Rules, now: datetime) -> Entry | None:
    """A month's entry; None where it is no matter of the calendar's."""
    if month.sending:
        return _begun(month, month.sending, rules, now)
    if is_history(month.at, rules):
        return None
    late = now > month.at + rules.grace
    # Whoever turns from the outbox to real mail does not want last week's issue to go out at once.
    if month.rehearsed and (late or (month.rehearsed == "on time" and now >= month.at)):
        return _shown(month, "held", why="it was rehearsed; only a person sends it now")
    if month.content == "missing":
        if not month.at - MISSING <= now <= month.at + rules.grace + MISSING:
            return None
        state: State = "missing"
    elif late or month.content == "broken":
        state = "held"
    else:
        state = month.content
    return _shown(month, state, _step(month, late=late, now=now), _why(month, late=late))


def _step(month: Month, *, late: bool, now: datetime) -> Step:
    if late:
        return "overdue"
    if now < month.at:
        return "upcoming" if now >= month.at - NOTICE else ""
    return "send" if month.content == "approved" else "refused"


def _why(month: Month, *, late: bool) -> str:
    if not late or month.content == "missing":
        return month.why
    passed = f"its time has passed, {_NOT_READY.get(month.content, 'and nobody sent it')}"
    return f"{passed}: {month.why}" if month.why else passed


_NOT_READY = {
    "broken": "while its file could not be read",
    "unapproved": "and it was not approved",
    "changed": "and it was not approved again after a change",
}


def _begun(month: Month, sending: Sending, rules: Rules, now: datetime) -> Entry:
    if sending.state == "sending":
        return _shown(month, "approved", why="it is being sent")
    if sending.state == "finished" and not sending.doubtful:
        return _shown(month, "sent")
    late = now > (sending.alive_at or month.at) + rules.grace
    if why := _at_rest(sending):
        # That a person, or the brake, holds it is told once more when nothing comes of it.
        forgotten = late and sending.unattended and sending.state not in ("finished", "cancelled")
        return _shown(month, "held", "overdue" if forgotten else "", why)
    if late:
        return _shown(month, "held", "overdue", "unfinished, and interrupted for too long")
    return _shown(month, "held", "resume", "interrupted; it goes on by itself")


def _at_rest(sending: Sending) -> str:
    """Why a mailing does not go on by itself, in words; empty where it does."""
    reasons = (
        (sending.state == "finished", f"{sending.doubtful:,} doubtful"),
        (sending.state == "cancelled", CANCELLED),
        (sending.withdrawn, "its approval was withdrawn after it had begun"),
        (not sending.unattended, "left to a person, and not finished"),
        (sending.hold not in GOES_ON, f"paused: {sending.hold}"),
    )
    return next((why for holds, why in reasons if holds), "")


def _shown(month: Month, state: State, step: Step = "", why: str = "") -> Entry:
    return Entry(month.issue, month.at, state, step, why, month.moved)


def _a_year_after(moment: datetime) -> datetime:
    year = moment.year + 1
    return moment.replace(year=year, day=min(moment.day, monthrange(year, moment.month)[1]))
