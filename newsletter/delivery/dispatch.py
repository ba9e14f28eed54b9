"""The claims of one run: what may be sent now, committed before it is handed out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic, sleep

from newsletter.config import Delivery
from newsletter.delivery.claim import Claim, Outcome
from newsletter.delivery.ending import Why
from newsletter.delivery.entry import Recipient
from newsletter.delivery.ledger import Ledger
from newsletter.delivery.pace import DELAYS, Lanes, Retries
from newsletter.delivery.supply import Supply
from newsletter.errors import SenderBusy, StoreUnavailable

_LOOK = 0.5
"""Seconds between looks at what another terminal wishes."""
_TELL = 0.1
"""Seconds between reports to whoever watches."""
_NAP = 0.05
_BRAKE_FROM = 100
"""Settled attempts of a run from which the brake may act."""
_WISHES = {"pause": Why.PAUSED, "cancel": Why.CANCELLED}


@dataclass
class Stop:
    """Asks a run to end; a signal handler may set it."""

    requested: bool = False


@dataclass
class Tally:
    """What a run has brought about so far."""

    claimed: int = 0
    accepted: int = 0
    failed: int = 0
    doubtful: int = 0
    returned: int = 0
    """Attempts that were surely not sent, tried again or not."""
    exhausted: int = 0
    """Deliveries that were refused for now as often as a run tries."""

    @property
    def settled(self) -> int:
        """Attempts that will not be repeated in this run."""
        return self.accepted + self.failed + self.doubtful + self.exhausted

    @property
    def in_flight(self) -> int:
        """Attempts without an outcome yet."""
        return self.claimed - self.accepted - self.failed - self.doubtful - self.returned


Watch = Callable[[Tally], None]
"""Is told several times a second how a run goes."""


@dataclass
class Dispatch:
    """Hands out claims, a provider's work, and takes its outcomes back.

    `take` writes what has come back and claims what goes out in one transaction.
    """

    ledger: Ledger
    settings: Delivery
    claim_for: Callable[[Recipient], Claim]
    limit: int | None
    stop: Stop
    watch: Watch
    delays: Sequence[float] = DELAYS
    """Seconds before each further attempt of what was refused for now."""
    tally: Tally = field(default_factory=Tally)
    why: Why | None = None
    """Why the run is to end, once it is."""
    error: str = ""

    def __post_init__(self) -> None:
        self._lanes = Lanes(self.settings.rate, self.settings.rates)
        self._retries = Retries(self.delays)
        self._domains: dict[int, str] = {}
        self._news: list[Outcome] = []
        self._supply = Supply(self.ledger, self.settings.rates)
        self._fails = False
        self._looked = self._told = 0.0

    @property
    def stopping(self) -> bool:
        """Whether the run is to end: finish what is in flight, give back what has not left."""
        return self.why is not None or self.stop.requested

    def take(self, most: int) -> Sequence[Claim]:
        """At most so many claims, each committed as `attempting`; see `Claims.take`."""
        while not self._fails:
            try:
                claims = self._turn(most)
            except (StoreUnavailable, SenderBusy) as error:
                self.end(Why.LEDGER, str(error))
                self._fails = True
                break
            if claims or self.tally.in_flight or self._over() or not most:
                return claims or ()
            if claims is None:
                sleep(_NAP)
        return ()

    def settle(self, outcome: Outcome) -> None:
        """Take an outcome in; it is written by the next `take`."""
        self._news.append(outcome)
        domain = self._domains.pop(outcome.delivery)
        if outcome.verdict != "planned":
            setattr(self.tally, outcome.verdict, getattr(self.tally, outcome.verdict) + 1)
        else:
            self.tally.returned += 1
            if not self.stopping and not self._retries.defer(outcome.delivery, domain):
                self.tally.exhausted += 1
        self._brake()

    def flush(self) -> None:
        """Write what has come back since the last `take`."""
        self.ledger.exchange(self._news, ())
        self._news.clear()

    def _turn(self, most: int) -> list[Claim] | None:
        """What goes out now; None where nothing is due, not even for readers who have left."""
        self._look()
        due = [] if self.stopping else self._due(most)
        if not (due or self._news):
            return None
        fit = self.ledger.exchange(self._news, due)
        self._news.clear()
        self.tally.claimed += len(fit)
        for recipient in fit:
            self._domains[recipient.id] = recipient.domain
        return [self.claim_for(recipient) for recipient in fit]

    def _due(self, most: int) -> list[int]:
        if self.limit is not None:
            most = min(most, self.limit - self.tally.claimed + self.tally.returned)
        again = self._retries.due()
        if again:
            self.flush()  # it is taken again from `planned`, which may not be written yet
            self.ledger.reclaim([delivery for delivery, _ in again])
        for delivery, domain in again:
            self._lanes.add(delivery, domain)
        if most <= 0:
            return []
        self._supply.fill(self._lanes, most)
        return self._lanes.next(most)

    def _over(self) -> bool:
        if self.stopping:
            return True
        if self.limit is not None and self.tally.claimed - self.tally.returned >= self.limit:
            self.end(Why.LIMIT)
            return True
        if self._supply or len(self._lanes) or len(self._retries):
            return False
        self.end(Why.LEFT)  # a provider that rests sees it by `stopping`
        return True

    def _look(self) -> None:
        """Tell how it goes, and see what is wished for, by a signal or another terminal."""
        now = monotonic()
        if now - self._told > _TELL:
            self._told = now
            self.watch(self.tally)
        if self.stop.requested:
            self.end(Why.INTERRUPTED)
        if now - self._looked > _LOOK:
            self._looked = now
            wish = _WISHES.get(self.ledger.wish())
            if wish:
                self.end(wish)

    def _brake(self) -> None:
        """Stop what goes wrong; and what goes nowhere, so that it is not tried for hours."""
        tally = self.tally
        known = tally.accepted + tally.failed + tally.doubtful
        if known >= _BRAKE_FROM and known - tally.accepted > self.settings.brake * known:
            self.end(Why.BRAKE)
        elif tally.exhausted >= _BRAKE_FROM and not known:
            self.end(Why.LEFT)

    def end(self, why: Why, error: str = "") -> None:
        """The first reason to end stays, but a cancellation goes before all."""
        if self.why is None or why is Why.CANCELLED:
            self.why, self.error = why, error
