"""What is on record of a publication's issues, looked up on the way by who shows or checks them.

Nothing is made for it, least of all a database; where there is none, nothing that reads databases
is loaded; and nobody waits for one that does not answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event, Lock, Thread
from time import monotonic
from typing import TYPE_CHECKING

from newsletter.config import Config
from newsletter.errors import NewsletterError

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from newsletter.approval.record import Approval
    from newsletter.delivery.mailing import Mailing

_PATIENCE = 2.0
"""Seconds that somebody waits for an answer."""
_PAUSE = 30.0
"""Seconds for which a database is left alone that has not answered."""
_FILE = "sqlite:///"


@dataclass(frozen=True)
class Records:
    """What a database says of all issues, by month."""

    approvals: Mapping[str, Approval] = field(default_factory=dict)
    """The one that counts; none once a mailing has begun, which no later edit touches."""
    begun: Mapping[str, Mailing] = field(default_factory=dict)
    """The mailing, once it was ever sent from: the real one, or one of the configured kind."""
    made_at: datetime | None = None
    """When the database was made, in UTC; None where there is none."""


class Lookup:
    """Asks a publication's database, again and again; may be used from several threads."""

    def __init__(self, patience: float = _PATIENCE, pause: float = _PAUSE) -> None:
        self.trouble = ""
        """Why the last question was left without an answer, if the database is to blame."""
        self._patience, self._pause = patience, pause
        self._place: _Place | None = None
        self._last: _Question | None = None
        self._quiet_until = 0.0
        self._stopped = False
        self._lock = Lock()

    def ask(self, config: Config) -> Records | None:
        """What is on record at this moment; None where that cannot be known.

        A database of another version of this program is not read.
        """
        place = _place_of(config)
        with self._lock:
            if place != self._place:
                self._leave()
                self._place = place
            if place is None:
                return Records()
            if self._stopped or self._is_pausing():
                return None
            return self._answer(config)

    def stop(self) -> None:
        """Keep nobody waiting any more; may be called by a signal's handler."""
        self._stopped = True
        if self._last:
            self._last.is_over.set()

    def close(self) -> None:
        """Let go of the database."""
        self.stop()
        with self._lock:
            self._leave()

    def _is_pausing(self) -> bool:
        return monotonic() < self._quiet_until or (self._last is not None and self._last.is_open)

    def _answer(self, config: Config) -> Records | None:
        import newsletter.delivery.records  # noqa: F401 - loading is not the database's slowness

        question = _Question(config, self._last.engine if self._last else None)
        self._last = question
        question.start()
        question.is_over.wait(self._patience)
        self.trouble = "the database does not answer" if question.is_open else question.trouble
        if self.trouble:
            self._quiet_until = monotonic() + self._pause
        return question.records

    def _leave(self) -> None:
        """Forget a database, and all that was said of it."""
        if self._last:
            self._last.abandon()
        self._last, self._quiet_until, self.trouble = None, 0.0, ""


_Place = tuple[object, ...]


def _place_of(config: Config) -> _Place | None:
    """Which database it is; a file that takes another's place is another; None: there is none."""
    if not config.database.startswith(_FILE):
        return (config.database,)
    try:
        found = (config.root / config.database.removeprefix(_FILE)).stat()
    except OSError:
        return None
    return config.database, config.root, found.st_dev, found.st_ino


class _Question(Thread):
    """One look at a database, in a thread that holds nobody up, and no exit either."""

    def __init__(self, config: Config, engine: Engine | None) -> None:
        super().__init__(name="lookup", daemon=True)
        self.engine = engine
        """Opened where it is None, and left open for the next question."""
        self.records: Records | None = None
        self.trouble = ""
        self.is_open = True
        """Whether the database has yet to answer."""
        self.is_over = Event()
        """Set where there is nothing to wait for any more."""
        self._config = config
        self._abandoned = False

    def run(self) -> None:
        """Ask."""
        from sqlalchemy.exc import SQLAlchemyError

        try:
            self.records = self._read()
        except (NewsletterError, SQLAlchemyError, OSError, ValueError) as error:
            self.trouble = str(error).partition("\n")[0]
            self._let_go()
        finally:
            self.is_open = False
            self.is_over.set()
            if self._abandoned:
                self._let_go()

    def abandon(self) -> None:
        """Close the database as soon as nobody uses it."""
        self._abandoned = True
        if not self.is_open:
            self._let_go()

    def _read(self) -> Records | None:
        from newsletter.delivery.records import read_records
        from newsletter.store import open_existing

        config = self._config
        self.engine = self.engine or open_existing(config.database, config.root)
        if self.engine is None:
            return None
        try:
            return read_records(self.engine, config)
        finally:
            if self.engine.dialect.name == "sqlite":
                # A log that is held open would be taken for that of a file put in this one's place.
                self.engine.dispose()

    def _let_go(self) -> None:
        engine, self.engine = self.engine, None
        if engine is not None:
            engine.dispose()
