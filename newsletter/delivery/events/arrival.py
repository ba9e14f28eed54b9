"""How far a mail has come by the provider's reports, and what that says of its delivery.

Reports come late, twice and in any order, so none may count by when it comes. An arrival
therefore only goes up one ladder, and the top of what was heard is the same in any order:

    processed   the provider has taken it on: what it reports of any mail, but of a dropped one
    deferred    a server has put it off; what follows is blocked, delivered or bounced
    blocked     refused for now, or given up on after 72 hours of deferrals: the end of its way
    dropped     never sent, which is the end too; no mail is both blocked and dropped
    delivered   a server has taken it, after whatever deferrals
    bounced     refused for good; servers also say so later of what they took, never the reverse

SendGrid reports only one of the ends of a mail, and `bounced` after `delivered`. More are told
only of a delivery that was sent again by hand, and so was two mails. Then `delivered` is above
`blocked` and `dropped`, since its reader has it, and must not be sent it once more; `bounced` is
above them all, since the mailbox is dead; and `dropped` is above `blocked`, since somebody has
to see to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from newsletter.delivery.states import State

Arrival = Literal["", "processed", "deferred", "blocked", "dropped", "delivered", "bounced"]
LADDER: tuple[Arrival, ...] = get_args(Arrival)
"""From nothing heard to the last word."""
_RUNG = {arrival: number for number, arrival in enumerate(LADDER)}

_UNDER_WAY: tuple[Arrival, ...] = ("processed", "deferred", "blocked")
_REACHED: tuple[Arrival, ...] = ("delivered", "bounced")
"""What a receiving server has answered to the mail itself."""

SETTLED: Mapping[tuple[State, State], tuple[Arrival, ...]] = {
    ("doubtful", "accepted"): (*_UNDER_WAY, *_REACHED),
    ("doubtful", "failed"): ("dropped",),
    ("accepted", "failed"): ("dropped",),
    # Of an earlier attempt: a reader who has it must not get it again.
    ("planned", "accepted"): _REACHED,
    ("failed", "accepted"): _REACHED,
}
"""The steps that a delivery takes by its arrival. `claimed` and `attempting` are the sender's."""

_NOT_SENT_YET: tuple[State, ...] = ("planned", "claimed", "skipped")


def after(state: State, arrival: Arrival, reported: Arrival) -> Arrival:
    """How far a delivery has come by one more report.

    What has not been sent yet was attempted before, and is to be again: how that attempt fared
    tells nothing of the next one, unless it makes it needless.
    """
    if state in _NOT_SENT_YET and reported not in _REACHED:
        return arrival
    return max(arrival, reported, key=_RUNG.__getitem__)


def unsettled(state: State, arrival: Arrival) -> bool:
    """Whether a delivery takes a step by its arrival."""
    return any(state == source and arrival in those for (source, _), those in SETTLED.items())
