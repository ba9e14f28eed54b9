"""The rows of a ledger: who a delivery is for, and the statements that move it on."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Update, and_, bindparam
from sqlalchemy.sql.dml import ReturningUpdate

from newsletter.audience.standing import WHY_SUPPRESSED
from newsletter.delivery.claim import Outcome
from newsletter.delivery.states import State, move
from newsletter.edition import Reader
from newsletter.store import deliveries

_LONGEST = 1000
"""Characters kept of what a server says."""
_UNKEPT = re.compile("[\x00\ud800-\udfff]")
"""What no database takes: NUL, and half characters of a reply that was no UTF-8."""


class Recipient(NamedTuple):
    """A delivery's frozen reader."""

    id: int
    subscriber_id: int
    key: str
    email: str
    first_name: str
    last_name: str
    domain: str

    @property
    def unfit(self) -> str | None:
        """Why no message can be made for this reader, if none can."""
        if not self.email:
            return WHY_SUPPRESSED["erased"]
        return Reader(self.email, self.first_name, self.last_name, "", "").unfit


_IDS = deliveries.c.id.in_(bindparam("ids", expanding=True))
STILL_CLAIMED = and_(_IDS, deliveries.c.state == "claimed")
RECIPIENT = [deliveries.c[name] for name in Recipient._fields]
AGAIN = move("planned", "claimed").where(_IDS)
SKIP = move("claimed", "skipped", reason=bindparam("why"), settled_at=bindparam("at")).where(
    deliveries.c.id == bindparam("row")
)


def id_of(place: int) -> str:
    """The parameter that a delivery's number goes into."""
    return f"id_{place}"


def attempting(fit: ColumnElement[bool], number: int) -> ReturningUpdate[Any]:
    """Begin the attempts of so many claimed deliveries, if their readers are fit.

    Where PostgreSQL has waited for somebody who erased a reader meanwhile, it looks again at
    the delivery's row, but not at the subscriber's; so the row itself must show it.
    """
    step = move(
        "claimed",
        "attempting",
        attempted_at=bindparam("now"),
        reason="",  # of an earlier attempt, which would mislead whoever settles a doubtful one
        detail="",
        provider_id="",
        attempts=deliveries.c.attempts + 1,
    )
    ids = deliveries.c.id.in_(
        [bindparam(id_of(place), type_=BigInteger) for place in range(number)]
    )
    return step.where(ids, deliveries.c.email != "", fit).returning(*RECIPIENT)


def recording(verdict: State) -> Update:
    """Write down what became of an attempt; for values, see `outcome_row`."""
    return move(
        "attempting",
        verdict,
        reason=bindparam("why"),
        detail=bindparam("reply"),
        provider_id=bindparam("name"),
        settled_at=bindparam("at"),
    ).where(deliveries.c.id == bindparam("row"))


VERDICTS: tuple[State, ...] = ("accepted", "failed", "doubtful", "planned")
"""What an attempt can come to."""


def kept(words: str) -> str:
    """What a server said, as far as it can be stored."""
    return _UNKEPT.sub("\ufffd", words[:_LONGEST])


def outcome_row(outcome: Outcome, now: str) -> dict[str, Any]:
    """The values of `recording` for an outcome."""
    return {
        "row": outcome.delivery,
        "why": kept(outcome.reason),
        "reply": kept(outcome.detail),
        "name": kept(outcome.provider_id),
        "at": None if outcome.verdict == "planned" else now,
    }
