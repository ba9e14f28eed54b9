"""Where a mailing stands, adding up to the last recipient."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Engine, Text, and_, case, func, literal, select

from newsletter.delivery.events.settling import words
from newsletter.delivery.ledger import Ledger
from newsletter.delivery.lock import sender_lock
from newsletter.delivery.mailing import Counts, Mailing, as_it_is_now, counts_of
from newsletter.delivery.states import State
from newsletter.store import deliveries, reading

_GLANCE = 0.15
"""Seconds to wait for whoever has the lock for a moment, and is no sender."""


@dataclass(frozen=True)
class Standing:
    """A mailing, what it is doing, and its counts."""

    mailing: Mailing
    state: str
    """The mailing's resting state, or `sending` while a sender lives."""
    counts: Counts


def standing_of(engine: Engine, mailing: Mailing) -> Standing:
    """Where a mailing stands now; what a dead sender left open is settled first.

    Raises:
        MailingRefused: where its plan was taken back since.
        StoreUnavailable: where the ledger does not add up.
    """
    open_ends = _left_open(engine, mailing)
    with sender_lock(engine, mailing.id, _GLANCE, shared=not open_ends) as connection:
        if connection is not None and open_ends:
            Ledger(connection, mailing, "").recover()
        with reading(engine) as looking:
            now = as_it_is_now(looking, mailing)
            counts = counts_of(looking, now)
    rests = connection is not None or now.is_over  # whose sender is about to leave
    return Standing(now, now.state if rests else "sending", counts)


def _left_open(engine: Engine, mailing: Mailing) -> bool:
    query = select(func.count()).where(
        deliveries.c.mailing_id == mailing.id, deliveries.c.state.in_(("claimed", "attempting"))
    )
    with reading(engine) as connection:
        return bool(connection.execute(query).scalar())


class Told(NamedTuple):
    """What happened to one recipient.

    Of what the provider accepted and then reported on, `reason` tells the report.
    """

    email: str
    state: State
    reason: str
    attempted_at: str | None
    detail: str
    """The provider's reply as it came."""
    attempts: int
    settled_at: str | None
    provider_id: str


_ACCEPTED = deliveries.c.state == "accepted"
_REPORTED = and_(_ACCEPTED, deliveries.c.arrival != "")
_DID = [
    case((deliveries.c[what], literal(f", {what}", Text)), else_=literal("", Text))
    for what in ("complained", "unsubscribed")
]
_HEARD = func.ltrim(deliveries.c.arrival + _DID[0] + _DID[1], literal(", ", Text))
"""Such as `delivered, unsubscribed`; empty where nothing was heard."""
_LATEST = {
    "reason": case((and_(_ACCEPTED, _HEARD != ""), _HEARD), else_=deliveries.c.reason),
    "detail": case(
        (_REPORTED, func.coalesce(words(), deliveries.c.detail)), else_=deliveries.c.detail
    ),
}


def recipients_of(engine: Engine, mailing: Mailing, state: State | None = None) -> Iterator[Told]:
    """Every recipient in the order of planning, or those in a state; streamed."""
    query = (
        select(*(_LATEST.get(name, deliveries.c[name]) for name in Told._fields))
        .where(deliveries.c.mailing_id == mailing.id)
        .order_by(deliveries.c.id)
        .execution_options(yield_per=1000)
    )
    if state is not None:
        query = query.where(deliveries.c.state == state)
    with reading(engine) as connection:
        for row in connection.execute(query):
            yield Told(*row)
