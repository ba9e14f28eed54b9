"""The steps of a ledger that follow from the provider's reports, in SQL."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, ScalarSelect, Text, case, func, literal, select

from newsletter.delivery.events.arrival import SETTLED
from newsletter.delivery.states import move
from newsletter.store import deliveries, events

_KIND = case((deliveries.c.arrival == "bounced", literal("bounce")), else_=deliveries.c.arrival)
"""The kind of event that an arrival comes from."""


def words() -> ScalarSelect[str]:
    """What was last said of a delivery when its arrival was reported; NULL where nothing was."""
    return (
        select(events.c.detail)
        .where(events.c.delivery_id == deliveries.c.id, events.c.kind == _KIND)
        .order_by(events.c.happened_at.desc(), events.c.id.desc())
        .limit(1)
        .correlate(deliveries)
        .scalar_subquery()
    )


def settle(connection: Connection, whose: ColumnElement[bool], now: str) -> None:
    """Take the steps that follow from what has been reported of some deliveries.

    Done again it changes nothing. The sender's own, `claimed` and `attempting`, stay as they are.
    """
    for (source, target), arrivals in SETTLED.items():
        step = move(source, target, reason=_reason(), detail=_said(), settled_at=now)
        connection.execute(step.where(whose, deliveries.c.arrival.in_(arrivals)))
    # Whoever calls it spam has it, even where nothing else was heard of it.
    told = move("doubtful", "accepted", reason="reported as spam", detail="", settled_at=now)
    connection.execute(told.where(whose, deliveries.c.complained))


def _said() -> ColumnElement[str]:
    return func.coalesce(words(), "")


def _reason() -> ColumnElement[str]:
    dropped = case((_said() == "", literal("dropped")), else_=literal("dropped: ", Text) + _said())
    reported = literal("reported as ", Text) + deliveries.c.arrival
    return case((deliveries.c.arrival == "dropped", dropped), else_=reported)
