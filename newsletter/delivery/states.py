"""Where a delivery can stand, and every way from one state to the next.

    planned ⇄ claimed → attempting → accepted
       │         │          ├──────→ failed
       │         └→ skipped ├──────→ doubtful
       └──→ skipped         └──────→ planned

What a person decides goes backwards: failed → planned, doubtful → planned or accepted. What the
provider reports later corrects it: doubtful, planned or failed → accepted, accepted or doubtful
→ failed.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Update, update

from newsletter.store import deliveries
from newsletter.store.states import State

__all__ = ["REMAINING", "TRANSITIONS", "State", "move"]

REMAINING: tuple[State, ...] = ("planned", "claimed", "attempting")
"""States that do not tell yet what will become of a recipient."""

TRANSITIONS: dict[tuple[State, State], str] = {
    ("planned", "claimed"): "the running sender takes it",
    ("planned", "skipped"): "the mailing is cancelled",
    ("claimed", "planned"): "the sender stops, or has died, before attempting it",
    ("claimed", "attempting"): "committed before the first byte leaves",
    ("claimed", "skipped"): "its reader has left, or lost consent, since the planning",
    ("attempting", "accepted"): "the provider said yes",
    ("attempting", "failed"): "the provider said no, for good",
    ("attempting", "planned"): "surely not sent: a refusal for now, or a connection lost before",
    ("attempting", "doubtful"): "the bytes left, and the answer is lost",
    ("doubtful", "accepted"): "a person, or the provider's report, says that it arrived",
    ("doubtful", "planned"): "a person has it sent again",
    ("failed", "planned"): "a person has it tried again",
    ("planned", "accepted"): "the provider reports that an earlier attempt arrived",
    ("failed", "accepted"): "the provider reports that an earlier attempt arrived",
    ("accepted", "failed"): "the provider reports that it dropped it",
    ("doubtful", "failed"): "the provider reports that it dropped it",
}


def move(source: State, target: State, **values: Any) -> Update:
    """An UPDATE of deliveries from one state to another, to be narrowed by the caller.

    Raises:
        ValueError: where no such step exists.
    """
    if (source, target) not in TRANSITIONS:
        raise ValueError(f"no delivery goes from {source} to {target}")
    return update(deliveries).where(deliveries.c.state == source).values(state=target, **values)
