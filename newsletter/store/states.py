"""The states of a delivery, as the table of deliveries takes them."""

from __future__ import annotations

from typing import Literal, get_args

State = Literal[
    "planned", "claimed", "attempting", "accepted", "failed", "doubtful", "skipped"
]  # fmt: skip
STATES: tuple[State, ...] = get_args(State)
