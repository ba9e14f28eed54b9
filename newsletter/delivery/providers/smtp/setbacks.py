"""When to give up: too many failures in a row."""

from __future__ import annotations

from typing import Literal

Kind = Literal["opening", "refused", "lost"]
_MOST: dict[Kind, int] = {
    "opening": 3,  # no connection came about
    "refused": 3,  # the sender or the set-up was refused, so that every delivery would be
    "lost": 10,  # a connection ended in its first transaction; many deliveries may do that to it
}


class Setbacks:
    """Counts what goes wrong with no success between."""

    def __init__(self) -> None:
        self._counts: dict[Kind, int] = dict.fromkeys(_MOST, 0)

    def note(self, kind: Kind) -> bool:
        """Note one more; whether it is one too many."""
        self._counts[kind] += 1
        return self._counts[kind] >= _MOST[kind]

    def of(self, kind: Kind) -> int:
        """How many there were in a row."""
        return self._counts[kind]

    def success(self) -> None:
        """Begin to count anew."""
        self._counts = dict.fromkeys(_MOST, 0)
