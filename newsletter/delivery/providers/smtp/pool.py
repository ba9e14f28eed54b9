"""The open connections, watched together, so that none is waited for alone."""

from __future__ import annotations

import selectors
from collections.abc import Iterator
from time import monotonic

from newsletter.delivery.claim import Claim
from newsletter.delivery.providers.smtp.access import Access, Obstacle
from newsletter.delivery.providers.smtp.openings import Openings
from newsletter.delivery.providers.smtp.patience import Patience
from newsletter.delivery.providers.smtp.session import Session, Settled
from newsletter.delivery.providers.smtp.setbacks import Setbacks

_LOOK = 0.05
"""Seconds between looks for connections that take too long."""
_IDLE = 1.0
"""Seconds after which a connection that the server closes was not needed."""


class Pool:
    """Opens connections as there is work for them, and notes what fails in a row."""

    def __init__(self, access: Access, patience: Patience) -> None:
        self._access, self._patience = access, patience
        self._openings = Openings(access)
        self._sessions: set[Session] = set()
        self._setbacks = Setbacks()
        self._wanted = 1
        self._success = False
        """Whether a message came to its end since more connections were last wanted."""
        self._open_from = 0.0
        """No connection is opened before this moment."""
        self._look_from = 0.0
        self.failure = ""
        """Why nothing more can be sent, once that is so."""
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._openings, selectors.EVENT_READ)

    @property
    def idle(self) -> list[Session]:
        """Those that wait for something to do."""
        return [session for session in self._sessions if not session.busy]

    @property
    def busy(self) -> int:
        """How many have a transaction going on."""
        return sum(session.busy for session in self._sessions)

    def grow(self) -> None:
        """Want more connections, since there is work for all; slowly, while they work well."""
        if self._success and len(self._sessions) >= self._wanted and monotonic() > self._open_from:
            self._wanted = min(2 * self._wanted, self._access.settings.connections)
            self._success = False

    def refill(self) -> None:
        """Begin to open what is wanted; a single one where there is none that works."""
        if monotonic() < self._open_from:
            return
        wanted = self._wanted if self._sessions else 1
        for _ in range(wanted - len(self._sessions) - self._openings.under_way):
            self._openings.begin()

    def begin(self, session: Session, claim: Claim) -> Settled | None:
        """Begin to send over an idle connection; see `Session.begin`."""
        return self._after(session, session.begin(claim, monotonic()))

    def watch(self, timeout: float) -> Iterator[Settled]:
        """Go on wherever something has come, waiting for it so long; what is settled by that."""
        for key, events in self._selector.select(timeout):
            if isinstance(key.fileobj, Session):
                session = key.fileobj
                settled = self._after(session, session.advance(events, monotonic()))
                if settled:
                    yield settled
            else:
                self._welcome()

    def cut_overdue(self) -> Iterator[Settled]:
        """Give up those that have kept us waiting for too long; looks now and then."""
        now = monotonic()
        if now < self._look_from:
            return
        self._look_from = now + _LOOK
        for session in [each for each in self._sessions if each.overdue(now)]:
            settled = self._after(session, session.cut("the server did not answer in time"))
            if settled:
                yield settled

    def cut_unfinished(self) -> Iterator[Settled]:
        """Give up what is surely not sent yet."""
        for session in [each for each in self._sessions if each.busy and not each.dot_left]:
            settled = self._after(session, session.cut("the run ended"))
            if settled:
                yield settled

    def part(self, patience: float) -> None:
        """Say goodbye to the server, and wait for its own so many seconds."""
        self._selector.unregister(self._openings)
        for session in list(self._sessions):
            session.part()
            self._after(session, None)
        until = monotonic() + patience
        while self._sessions and (left := until - monotonic()) > 0:
            for _ in self.watch(left):
                pass

    def close(self) -> None:
        """Hang up everywhere."""
        for session in self._sessions:
            session.close()
        self._sessions.clear()
        self._openings.close()
        self._selector.close()

    def _after(self, session: Session, settled: Settled | None) -> Settled | None:
        """Keep the books after something was done with a connection."""
        if session.closed:
            self._selector.unregister(session)
            self._sessions.discard(session)
            if monotonic() - session.since > _IDLE:
                self._wanted -= 1
            self._wanted = max(self._wanted, 1) if self._sessions else 1
        elif session.interest != session.watched:
            session.watched = session.interest
            self._selector.modify(session, session.watched)
        if settled:
            self._learn(settled)
        return settled

    def _learn(self, settled: Settled) -> None:
        """A reply that settles a delivery is a success, whatever it says about the recipient."""
        if settled.refused:
            if self._setbacks.note("refused"):
                self._fail(
                    f"refuses mail from {settled.claim.letter.sender_email} ({settled.refused}); "
                    "check sender.email, delivery.smtp.username and delivery.smtp.security in "
                    "newsletter.yaml"
                )
        elif settled.lost:
            if self._setbacks.note("lost"):
                self._fail(
                    f"ended {self._setbacks.of('lost')} connections in a row while mail was being "
                    f"handed over ({settled.lost}); ask those who run it, and see 'newsletter "
                    "doubtful'"
                )
        elif settled.outcome and settled.outcome.detail:
            self._setbacks.success()
            self._success = True

    def _welcome(self) -> None:
        for opened in self._openings.ended():
            if isinstance(opened, Obstacle):
                self._turned_away(opened)
            else:
                session = Session(opened, self._patience, monotonic())
                self._sessions.add(session)
                self._selector.register(session, session.watched)

    def _turned_away(self, obstacle: Obstacle) -> None:
        if self._sessions:  # the server's limit, it seems: go on with fewer
            self._wanted = len(self._sessions)
            self._open_from = monotonic() + self._patience.fewer
        elif self._setbacks.note("opening") or obstacle.final:
            self._fail(str(obstacle))
        else:
            pauses = self._patience.again
            pause = pauses[min(self._setbacks.of("opening"), len(pauses)) - 1]
            self._open_from = monotonic() + pause

    def _fail(self, why: str) -> None:
        self.failure = self.failure or f"{self._access.place} {why}"
