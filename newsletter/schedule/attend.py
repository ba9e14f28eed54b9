"""One unattended pass: what is due is sent, what was interrupted goes on, operators are told."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from newsletter.audience.standing import reach
from newsletter.delivery.dispatch import Stop
from newsletter.delivery.ending import Ending, Why
from newsletter.delivery.lock import sender_lock
from newsletter.delivery.mailing import Counts, Mailing, counts_of
from newsletter.delivery.plan import skipped_by_reason
from newsletter.log import note
from newsletter.schedule import notices, words
from newsletter.schedule.agenda import look
from newsletter.schedule.calendar import Entry, next_moment
from newsletter.schedule.facts import Known
from newsletter.schedule.notices import Notice
from newsletter.schedule.office import Office
from newsletter.schedule.rules import rules_of
from newsletter.schedule.sending import Refusal, is_failing, send
from newsletter.schedule.shelf import Shelf
from newsletter.schedule.telling import LOG, Teller
from newsletter.store import reading

ATTENDING = 0
"""The number of the lock that one scheduler has at a time; no mailing has it."""
_GLANCE = 0.2
_RESTS = tuple(timedelta(minutes=each) for each in (1, 2, 5, 10, 15))
"""How long an issue rests after each attempt that came to nothing; then as long as the last."""
_SLOW = timedelta(hours=1)
"""After which operators hear that a provider still refuses some for now."""
_OF_PROVIDER = {Why.PROVIDER: "provider", Why.LEDGER: "ledger"}


@dataclass
class Rests:
    """When issues may be tried again that could not go out, or not to the end."""

    _tries: dict[str, tuple[int, datetime]] = field(default_factory=dict)

    def is_resting(self, issue: str, now: datetime) -> bool:
        """Whether it is too early for another attempt."""
        tries, until = self._tries.get(issue, (0, now))
        # A clock that was set back must not make it wait for longer than it ever would.
        return tries > 0 and now < until <= now + _RESTS[-1]

    def lay(self, issue: str, now: datetime) -> None:
        """An attempt came to nothing."""
        tries = self._tries.get(issue, (0, now))[0]
        rest = _RESTS[min(tries, len(_RESTS) - 1)]
        self._tries[issue] = tries + 1, now + rest

    def clear(self) -> None:
        """Somebody may have mended what was the matter."""
        self._tries.clear()

    def next_end(self, now: datetime) -> datetime | None:
        """When the next one ends."""
        return min((until for _, until in self._tries.values() if until > now), default=None)


@dataclass(frozen=True)
class Pass:
    """What a pass has found and done."""

    calendar: tuple[Entry, ...] = ()
    endings: tuple[Ending, ...] = ()
    """Of the mailings that were sent from."""
    refusals: Mapping[str, Refusal] = field(default_factory=dict)
    """By issue: what is due, and did not go out."""
    told: tuple[Notice, ...] = ()
    """What operators were told by it for the first time."""
    untold: bool = False
    """Whether a message could not be sent to them."""
    is_busy: bool = False
    """Whether another scheduler was at work, so that this one did nothing."""
    next_at: datetime | None = None
    """When something changes next by time alone."""


def attend(office: Office, shelf: Shelf, rests: Rests, stop: Stop) -> Pass:
    """Do what is to be done now.

    Raises:
        StoreUnavailable: where the database does not answer, or cannot be written.
        ConfigurationError: where the folder of issues is none.
    """
    with sender_lock(office.engine, ATTENDING, _GLANCE) as mine:
        if mine is None:
            return Pass(is_busy=True)
        return _Attendance(office, shelf, rests, stop).run()


def tell_broken(office: Office, about: str, why: str) -> None:
    """Tell operators that the configuration cannot be used; `about` tells one such from another.

    Raises:
        StoreUnavailable: where the database does not answer, or cannot be written.
    """
    with sender_lock(office.engine, ATTENDING, _GLANCE) as mine:
        if mine is not None:
            teller = Teller(office)
            teller.tell(words.broken(office, about, why))
            teller.deliver()


class _Attendance:
    """A pass under way; the lock is held."""

    def __init__(self, office: Office, shelf: Shelf, rests: Rests, stop: Stop) -> None:
        self._office, self._shelf, self._rests, self._stop = office, shelf, rests, stop
        self._rules = rules_of(office.engine, office.config)
        self._teller = Teller(office)
        self._endings: list[Ending] = []
        self._refusals: dict[str, Refusal] = {}
        self._seen: set[str] = set()

    def run(self) -> Pass:
        """Look, tell, send one, and look again, until nothing is left to do."""
        while True:
            now, known, calendar = look(self._office, self._shelf)
            for entry in calendar:
                self._tell(entry, known[entry.issue], now)
            if self._teller.deliver():  # meanwhile hours may have passed, or a person acted
                now, known, calendar = look(self._office, self._shelf)
            chosen = self._next(calendar, now)
            if chosen is None or self._stop.requested:
                return self._pass(calendar, now)
            self._seen.add(chosen.issue)
            self._send(chosen, known[chosen.issue])

    def _next(self, calendar: tuple[Entry, ...], now: datetime) -> Entry | None:
        """The first issue to be sent; each is tried once a pass."""
        return next(
            (
                entry
                for entry in calendar
                if entry.step in ("send", "resume")
                and entry.issue not in self._seen
                and not self._rests.is_resting(entry.issue, now)
            ),
            None,
        )

    def _send(self, entry: Entry, known: Known) -> None:
        try:
            found = send(self._office, known, self._teller, self._stop)
        except BaseException:
            # The next pass is not to stumble over it again before it looks after the others.
            self._rests.lay(entry.issue, self._office.clock())
            raise
        if isinstance(found, Refusal):
            self._refuse(entry, known, found)
        elif found:
            self._endings.append(found)
            self._tell_slow(found)
            if found.why in _OF_PROVIDER:
                self._teller.tell(
                    words.stopped(self._office, known, found, _OF_PROVIDER[found.why])
                )
        if isinstance(found, Refusal) or (found and not found.mailing.is_over):
            self._rests.lay(entry.issue, self._office.clock())

    def _refuse(self, entry: Entry, known: Known, refusal: Refusal) -> None:
        self._refusals[entry.issue] = refusal
        self._teller.tell(words.refused(self._office, known, entry, refusal.code, refusal.why))

    def _tell(self, entry: Entry, known: Known, now: datetime) -> None:
        """Whatever operators are to hear of a month by now."""
        if entry.step == "upcoming":
            self._tell_upcoming(entry, known, now)
        elif entry.step == "refused":
            self._refuse(entry, known, Refusal(known.month.content, entry.why))
        elif entry.step == "overdue" and not self._teller.has_told_since(
            entry.issue, "overdue", known.alive_at or entry.at
        ):
            self._teller.tell(words.overdue(self._office, known, entry))
        if known.mailing and known.mailing.unattended and known.month.sending:
            self._tell_of(known.mailing, known.month.sending.doubtful)

    def _tell_upcoming(self, entry: Entry, known: Known, now: datetime) -> None:
        office = self._office
        cleared = self._shelf.cleared(known.path) if known.path else None
        code, why = words.readiness(known, cleared)
        if self._teller.has_told(*words.upcoming_key(entry, code)):
            return
        today = office.local(now).date().isoformat()
        with reading(office.engine) as connection:
            reached = reach(connection, today)
        if code == "approved" and not reached.recipients:
            code = "nobody"
        if code == "approved":
            laid_out = cleared.value if cleared else None
            self._teller.tell(words.upcoming(office, known, entry, laid_out, reached))
        else:
            self._teller.tell(words.not_ready(office, known, entry, code, why))

    def _tell_slow(self, ending: Ending) -> None:
        """That a mailing is tried again and again, and does not come to its end."""
        mailing = ending.mailing
        began = mailing.resumed_at or mailing.started_at
        if ending.why is Why.LEFT and began:
            span = self._office.clock() - datetime.fromisoformat(began)
            if span >= _SLOW:
                self._teller.tell(words.slow(self._office, mailing, ending.counts))

    def _tell_of(self, mailing: Mailing, doubtful: int) -> None:
        """What a mailing that the schedule began has come to."""
        office, teller = self._office, self._teller
        if doubtful > teller.doubts_told(mailing):
            teller.tell(words.doubtful(office, mailing, doubtful))
        braked = mailing.hold == "brake"
        over = mailing.is_over or braked
        if not over or teller.has_told(mailing.issue, "result", str(mailing.id)):
            return
        counts, skipped = self._sums(mailing)
        if braked or is_failing(counts.failed, counts.settled):  # a second brake is told again
            teller.tell(words.failures(office, mailing, counts.failed, counts.settled))
        if mailing.is_over:
            teller.tell(words.result(office, mailing, counts, skipped))

    def _sums(self, mailing: Mailing) -> tuple[Counts, dict[str, int]]:
        with reading(self._office.engine) as connection:
            return counts_of(connection, mailing), skipped_by_reason(connection, mailing)

    def _pass(self, calendar: tuple[Entry, ...], now: datetime) -> Pass:
        office = self._office
        with reading(office.engine) as connection:
            again = notices.next_attempt(connection)
        moments = (next_moment(calendar, self._rules, now), self._rests.next_end(now), again)
        found = Pass(
            calendar=calendar,
            endings=tuple(self._endings),
            refusals=self._refusals,
            told=tuple(self._teller.fresh),
            untold=self._teller.failed,
            next_at=min(filter(None, moments), default=None),
        )
        note(LOG, logging.DEBUG, "looked", months=len(calendar), next_at=found.next_at)
        return found
