"""How a run can end, and what follows from it; one table."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from newsletter.delivery.mailing import Counts, Mailing


class _End(NamedTuple):
    state: str
    hold: str
    exit_code: int
    sentence: str


class Why(Enum):
    """Why a run is over: the mailing's resting state, its hold, the exit code, in words."""

    DONE = _End("finished", "", 0, "finished")
    CANCELLED = _End("cancelled", "", 1, "cancelled; nothing more will be sent")
    PAUSED = _End("paused", "operator", 1, "paused; 'newsletter resume' lifts that")
    BRAKE = _End(
        "paused", "brake", 1, "paused, since too much fails; 'newsletter resume' lifts that"
    )
    LIMIT = _End("paused", "limit", 0, "the limit is reached; 'newsletter send' goes on")
    INTERRUPTED = _End("paused", "interruption", 1, "interrupted; 'newsletter send' goes on")
    PROVIDER = _End("paused", "provider", 1, "stopped by the provider; 'newsletter send' goes on")
    LEDGER = _End("paused", "interruption", 1, "stopped, since the ledger cannot be written")
    LEFT = _End(
        "paused", "interruption", 1, "some were refused for now; 'newsletter send' tries again"
    )


@dataclass(frozen=True)
class Ending:
    """What a run has come to."""

    why: Why
    mailing: Mailing
    counts: Counts
    error: str = ""
    """What the provider, or the database, has said, where that ended it."""

    @property
    def exit_code(self) -> int:
        """0 where all is well: what failed, or is in doubt, wants somebody's eyes."""
        unwell = self.why is Why.DONE and (self.counts.failed or self.counts.doubtful)
        return 1 if unwell else self.why.value.exit_code
