"""One run: claims in, outcomes out."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from time import monotonic

from newsletter.delivery.claim import Claim, Claims, Outcome
from newsletter.delivery.providers.smtp.patience import Patience
from newsletter.delivery.providers.smtp.pool import Pool
from newsletter.delivery.providers.smtp.session import Settled
from newsletter.errors import ProviderFailed

_POLL = 0.05
"""Seconds between looks at what no socket tells: whether there is work, or a wish to stop."""
_COMMIT = 0.2
"""Seconds after which outcomes are to be written though no connection is idle."""
_GATHER = (0.0001, 0.005)
"""The least and the most seconds for which an idle connection waits for others to be idle too;
selectors wait for whole milliseconds."""
_MOST = 1.5
"""With so many times more idle than busy ones they wait no longer: the server is to have some
work left while outcomes are written. Measured with 8 connections, so that 5 go together: 198 µs
a message; 4 take 215, 6 take 211, and all 8 222."""


class Run:
    """Takes a claim for each idle connection, never more, so that doubt stays as small."""

    def __init__(self, pool: Pool, patience: Patience, claims: Claims) -> None:
        self._pool, self._patience, self._claims = pool, patience, claims
        self._waiting: deque[Claim] = deque()
        """Claims whose connection had ended before they began."""
        self._news: deque[Outcome] = deque()
        self._settled = False
        """Whether there are outcomes to write."""
        self._unfed = 0
        """How many connections got nothing to do when work was last asked for."""
        self._asked = 0.0
        self._took = 0.0
        """Seconds that it took when work was last asked for."""
        self._gathering = False
        """Whether idle connections wait for others in this turn."""
        self._gather_until: float | None = None
        self._end_by: float | None = None

    def outcomes(self) -> Iterator[Outcome]:
        """Deliver; see `Provider.deliver`."""
        while self._turn():
            self._note(self._pool.watch(self._timeout))
            while self._news:
                yield self._news.popleft()
        yield from self._news
        if self._claims.stopping:
            self._claims.take(0)  # writes the last outcomes before the goodbye, which takes time
        failure = self._pool.failure
        self._pool.part(0 if failure else self._patience.quit)
        if failure:
            raise ProviderFailed(failure)

    @property
    def _timeout(self) -> float:
        """Seconds for which the connections may be listened to."""
        if self._news:
            return 0
        if self._gathering and self._gather_until is not None:
            return max(0, self._gather_until - monotonic())
        return _POLL

    def _turn(self) -> bool:
        """Hand out what there is to do; False where it is over."""
        self._gathering = False
        self._note(self._pool.cut_overdue())
        if self._pool.failure or self._claims.stopping:
            return self._wind_up()
        while self._waiting and (idle := self._pool.idle):
            settled = self._pool.begin(idle[0], self._waiting.popleft())
            self._note([settled] if settled else ())
        going_on = self._take()
        if going_on:
            self._pool.refill()
        return going_on

    def _take(self) -> bool:
        """Ask for work where a connection is idle; let outcomes be written where none is."""
        if self._news:  # they count as in flight until they have been yielded
            return True
        idle = self._pool.idle
        in_flight = bool(self._pool.busy or self._waiting)
        ago = monotonic() - self._asked
        if idle and (self._settled or len(idle) > self._unfed or ago >= _POLL):
            self._gathering = len(idle) < _MOST * self._pool.busy and self._is_early()
            if self._gathering:
                return True
            claims = self._ask(len(idle))
            if len(claims) == len(idle):
                self._pool.grow()
            for session, claim in zip(idle, claims, strict=False):
                settled = self._pool.begin(session, claim)
                self._note([settled] if settled else ())
            return in_flight or bool(claims)
        if not idle and ago >= _COMMIT:
            self._ask(0)
        return True

    def _is_early(self) -> bool:
        """Whether to wait for the others a little, so that they share a transaction.

        As long as the last transaction took, at most: on a slow disk that makes up to twice as
        many messages a second, over a slow network it costs next to nothing.
        """
        least, most = _GATHER
        now = monotonic()
        if self._gather_until is None:
            self._gather_until = now + (min(self._took, most) if self._took > least else 0)
        return now < self._gather_until

    def _ask(self, most: int) -> list[Claim]:
        self._settled, self._gather_until = False, None
        began = monotonic()
        claims = list(self._claims.take(most))
        self._asked = monotonic()
        self._took = self._asked - began
        self._unfed = most - len(claims)
        return claims

    def _wind_up(self) -> bool:
        """Finish what may be finished soon, and what may have left already."""
        now = monotonic()
        self._end_by = self._end_by or now + self._patience.stop
        if now >= self._end_by:
            self._note(self._pool.cut_unfinished())
        while self._waiting:
            claim = self._waiting.popleft()
            self._news.append(Outcome(claim.delivery, "planned", "the run ended before its turn"))
        if self._pool.busy and not self._news and now - self._asked >= _COMMIT:
            self._ask(0)
        return self._pool.busy > 0

    def _note(self, settled: Iterable[Settled]) -> None:
        for each in settled:
            self._settled = True
            if each.outcome is None:
                self._waiting.append(each.claim)
            else:
                self._news.append(each.outcome)
