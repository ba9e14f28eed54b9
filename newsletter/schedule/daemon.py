"""The scheduler that runs until it is stopped.

APScheduler only wakes it: what is due is worked out anew at the start, when files change, after
each run, when the clock was set, and at least once a minute. Of its own ways none is relied on:
it would skip a late job in silence, forget it when it is added again, and run it twice where
two schedulers share a store.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event, Lock, Thread
from time import monotonic

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from newsletter.delivery.dispatch import Stop
from newsletter.errors import ConfigurationError, NewsletterError, UsageError
from newsletter.files import digest
from newsletter.log import note, place_of
from newsletter.schedule.attend import Pass, Rests, attend, tell_broken
from newsletter.schedule.calendar import Entry
from newsletter.schedule.office import Office, utc_now
from newsletter.schedule.shelf import Shelf
from newsletter.schedule.telling import LOG, told_by_hand, trouble_of
from newsletter.store import identity
from newsletter.watch import follow

LOOK = timedelta(minutes=1)
"""How often it looks at least: what is approved or resumed by other commands changes no file."""
_SETTLING = 30.0
"""Seconds for which a configuration is broken before operators hear of it."""
_JUMP = 5.0
"""Seconds by which a clock that was set differs from one that runs on."""
_TICK = 0.2
_BUSY = timedelta(seconds=10)
"""How soon it looks again after another scheduler was at work, which may have died since."""
_SETTINGS = {"misfire_grace_time": None, "coalesce": True, "max_instances": 3}
"""However late a turn is, it is taken. Only one runs at a time, the pool has one thread."""


class Daemon:
    """One run of the scheduler; `open_office` reads the configuration anew."""

    def __init__(self, open_office: Callable[[], Office], stop: Stop) -> None:
        """Open the publication.

        Raises:
            ConfigurationError: where its configuration cannot be used.
            SecretMissing: where a secret is not in the environment.
            StoreUnavailable: where its database cannot be used.
        """
        self._open_office, self._stop = open_office, stop
        self._office = open_office()
        self._shelf = Shelf(self._office.config)
        self._settings, self._file = self._digest(), identity(self._office.engine)
        self._rests = Rests()
        self._scheduler = BackgroundScheduler(
            timezone=UTC, executors={"default": ThreadPoolExecutor(1)}, job_defaults=_SETTINGS
        )
        self._lock = Lock()
        self._at_work = self._again = self._over = False
        self._trouble = ""
        self._broken_since: float | None = None
        self._next: Entry | None = None

    def run(self) -> None:
        """Send what is due, when it is due, until `stop` is requested.

        An interruption by KeyboardInterrupt waits for nothing; the process has to end then.
        """
        note(LOG, logging.INFO, "started", publication=self._office.config.name)
        self._scheduler.start()
        self._wake()
        with self._following():
            self._wait()
        with self._lock:
            self._over = True  # APScheduler waits for a turn with a lock that planning needs
        self._scheduler.shutdown()  # waits for what is in flight
        self._office.engine.dispose()
        note(LOG, logging.INFO, "stopped")

    def _wait(self) -> None:
        """Until the end; a clock that is set, or a machine that has slept, makes it look anew."""
        tick = Event()
        ahead = self._ahead()
        while not self._stop.requested:
            tick.wait(_TICK)
            now = self._ahead()
            if abs(now - ahead) > _JUMP:
                note(LOG, logging.WARNING, "clock-changed", seconds=round(now - ahead))
                self._wake()
            ahead = now

    @staticmethod
    def _ahead() -> float:
        """Seconds by which the clock on the wall is ahead of the one that is never set."""
        return utc_now().timestamp() - monotonic()

    @contextmanager
    def _following(self) -> Iterator[None]:
        over = Event()

        def changed(paths: list[str]) -> None:
            if paths:
                self._rests.clear()
            self._wake()

        settings = (lambda: self._office.config, changed, over)
        watcher = Thread(target=follow, args=settings, name="watch", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()

    def _wake(self) -> None:
        """Have a turn taken now, or right after the one under way."""
        with self._lock:
            self._again = True
            if not self._at_work:
                self._plan(utc_now())

    def _plan(self, moment: datetime) -> None:
        """Have a turn taken then, and no other one; the lock is held."""
        if not (self._over or self._stop.requested):
            self._scheduler.add_job(
                self._turn, "date", run_date=moment, id="turn", replace_existing=True
            )

    def _turn(self) -> None:
        if self._stop.requested:
            return
        with self._lock:
            self._at_work, self._again = True, False
        next_at = None
        try:
            next_at = self._attend()
        finally:
            with self._lock:
                self._at_work = False
                now = utc_now()
                latest = now + LOOK
                self._plan(now if self._again else min(next_at or latest, latest))

    def _attend(self) -> datetime | None:
        """One pass; when the next is due by time alone. No trouble ends the scheduler."""
        try:
            self._reopen()
            found = attend(self._office, self._shelf, self._rests, self._stop)
        except ConfigurationError as error:
            self._complain(error)
            self._tell_broken(error)
        except Exception as error:  # even a fault of this program's: the next look may do better
            self._complain(error)
            told_by_hand(self._office.config, error)
        else:
            if self._trouble:
                note(LOG, logging.INFO, "trouble-over")
            self._trouble, self._broken_since = "", None
            self._say_next(found)
            return utc_now() + _BUSY if found.is_busy else found.next_at
        return None

    def _tell_broken(self, error: ConfigurationError) -> None:
        """Tell operators, once a day, what is no editor's half-written file any more."""
        now = monotonic()
        self._broken_since = self._broken_since or now
        if now - self._broken_since < _SETTLING:
            return
        today = f"{self._office.local(utc_now()):%Y-%m-%d}"
        try:
            tell_broken(self._office, today, trouble_of(error))
        except (NewsletterError, OSError) as trouble:
            self._complain(trouble)

    def _reopen(self) -> None:
        """Take a changed configuration, or another database file, whole.

        Of what cannot be used, say so each time. A database that is gone is not made anew: what
        it knew of mails sent would be forgotten.

        Raises:
            ConfigurationError: where the configuration cannot be used.
            StoreUnavailable: where the database's file is gone.
        """
        settings, file = self._digest(), identity(self._office.engine)
        if settings == self._settings and file == self._file:
            return
        try:
            fresh = self._open_office()
        except UsageError as error:
            raise ConfigurationError(str(error)) from error
        self._office.engine.dispose()
        self._office, self._shelf, self._settings = fresh, Shelf(fresh.config), settings
        self._file = identity(fresh.engine)
        self._rests.clear()
        note(LOG, logging.INFO, "opened-anew", publication=fresh.config.name)

    def _digest(self) -> str:
        return digest([self._office.config.file])

    def _complain(self, error: Exception) -> None:
        """Log trouble when it begins, not each minute that it lasts."""
        trouble = trouble_of(error)
        level = logging.DEBUG if trouble == self._trouble else logging.ERROR
        self._trouble = trouble
        where = {} if isinstance(error, (NewsletterError, OSError)) else {"where": place_of(error)}
        note(LOG, level, "trouble", error=trouble, **where)
        LOG.debug("where it happened", exc_info=error)

    def _say_next(self, found: Pass) -> None:
        """Log what goes out next, when that is another than before."""
        now = self._office.clock()
        ahead = (each for each in found.calendar if each.at > now and each.state != "sent")
        coming = next(ahead, None)
        if coming != self._next and not found.is_busy:
            self._next = coming
            if coming:
                at = self._office.local(coming.at).isoformat(timespec="minutes")
                note(LOG, logging.INFO, "next", issue=coming.issue, due=at, state=coming.state)
