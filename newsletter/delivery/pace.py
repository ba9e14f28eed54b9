"""Limits of speed: for the whole run, and for single domains that hold up no other."""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Mapping, Sequence
from heapq import heappop, heappush
from time import monotonic

from newsletter.config import Rate

Clock = Callable[[], float]
"""Seconds that never go backwards."""


class Limit:
    """So many attempts in so many seconds, evenly spread.

    Attempts not made add up for a quarter of a second at most, so that requests of many
    recipients need not be cut into single ones.
    """

    def __init__(self, rate: Rate, clock: Clock = monotonic) -> None:
        self._clock = clock
        self._interval = rate.seconds / rate.count
        self._burst = max(1, int(0.25 / self._interval))
        self._next = clock()

    def room(self) -> int:
        """How many may begin now."""
        ahead = self._clock() - self._next
        return min(self._burst, int(ahead / self._interval) + 1) if ahead >= 0 else 0

    def spend(self, number: int) -> None:
        """Note that so many begin."""
        earliest = self._clock() - (self._burst - 1) * self._interval
        self._next = max(self._next, earliest) + number * self._interval


class Lanes:
    """Claimed deliveries in line: one lane for each limited domain, one for all others."""

    def __init__(
        self, rate: Rate | None, rates: Mapping[str, Rate], clock: Clock = monotonic
    ) -> None:
        self._whole = None if rate is None else Limit(rate, clock)
        self._limits = {domain: Limit(each, clock) for domain, each in rates.items()}
        self._lines = OrderedDict[str, deque[int]]((domain, deque()) for domain in (*rates, ""))
        """Whose turn was longest ago comes first."""

    def add(self, delivery: int, domain: str) -> None:
        """Put a delivery in the line of its domain."""
        self._lines[domain if domain in self._limits else ""].append(delivery)

    def waiting(self, domain: str) -> int:
        """How many wait in the line of a limited domain, or in that of all others, ''."""
        return len(self._lines[domain])

    def __len__(self) -> int:
        return sum(map(len, self._lines.values()))

    def next(self, most: int) -> list[int]:
        """Deliveries that may begin now, at most so many; their lines take turns."""
        room = most if self._whole is None else min(most, self._whole.room())
        chosen = self._in_turn(room) if room > 0 else []
        if self._whole and chosen:
            self._whole.spend(len(chosen))
        return chosen

    def _in_turn(self, room: int) -> list[int]:
        """One from each line that may go on, and again; no line waits for another to empty."""
        allowed = {line: number for line in self._lines if (number := self._allowed(line))}
        turns, served = deque(allowed), Counter[str]()
        chosen: list[int] = []
        while turns and len(chosen) < room:
            line = turns.popleft()
            chosen.append(self._lines[line].popleft())
            self._lines.move_to_end(line)
            served[line] += 1
            if served[line] < allowed[line]:
                turns.append(line)
        for line in served.keys() & self._limits.keys():
            self._limits[line].spend(served[line])
        return chosen

    def _allowed(self, line: str) -> int:
        """How many of a line may begin now, by its own limit."""
        number, limit = len(self._lines[line]), self._limits.get(line)
        return min(number, limit.room()) if number and limit else number


DELAYS = (1.0, 5.0, 30.0)
"""Seconds before each further attempt of what was refused for now."""


class Retries:
    """Deliveries that wait to be tried again in this run."""

    def __init__(self, delays: Sequence[float] = DELAYS, clock: Clock = monotonic) -> None:
        self._delays, self._clock = delays, clock
        self._tried: dict[int, int] = {}
        self._waiting: list[tuple[float, int, str]] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def defer(self, delivery: int, domain: str) -> bool:
        """Let a delivery wait for its next try; False where it has had them all."""
        tried = self._tried.get(delivery, 0)
        if tried == len(self._delays):
            return False
        self._tried[delivery] = tried + 1
        heappush(self._waiting, (self._clock() + self._delays[tried], delivery, domain))
        return True

    def due(self) -> list[tuple[int, str]]:
        """Take out whatever has waited long enough: deliveries and their domains."""
        ready: list[tuple[int, str]] = []
        now = self._clock()
        while self._waiting and self._waiting[0][0] <= now:
            ready.append(heappop(self._waiting)[1:])
        return ready
