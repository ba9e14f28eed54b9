"""Leaving by a link, the evidence of it, and taking a misclick back.

Who withdrew consent, when and by which link is kept for good (CASL s.11): the burden of proof
is the sender's. Nobody waits for a turn here, since nobody is added or erased.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, Connection, insert, select, update

from newsletter.audience.suppression import BY_LINK, suppress
from newsletter.audience.tokens import LinkToken
from newsletter.store import deliveries, mailings, subscribers, wait_for_rows, withdrawals

Channel = Literal["one-click", "page"]
"""The mail program's own button (RFC 8058), or the one on the page."""

_PATIENCE = 20.0
"""Seconds to wait for somebody who changes the same reader, such as an import."""
MISCLICK = timedelta(minutes=30)
"""How long a withdrawal can be taken back by whoever made it."""


class Reader(NamedTuple):
    """Whose link it is."""

    id: int
    key: str | None
    """None once erased, as the address."""
    email: str | None
    status: str
    status_since: str | None
    status_note: str

    @property
    def is_out(self) -> bool:
        """Whether they have left, or been suppressed for another reason."""
        return self.status != "active"


class Withdrawal(NamedTuple):
    """One of them, on record."""

    id: int
    mailing_id: int
    """That the link came with."""
    at: str
    undone_at: str | None

    @property
    def until(self) -> datetime:
        """Until when it can be taken back."""
        return datetime.fromisoformat(self.at) + MISCLICK


def reader_of(connection: Connection, subscriber: int, *, hold: bool = False) -> Reader | None:
    """The subscriber of a link; `hold` keeps others from changing them until the end."""
    query = select(*(subscribers.c[name] for name in Reader._fields))
    query = query.where(subscribers.c.id == subscriber)
    row = connection.execute(query.with_for_update() if hold else query).first()
    return None if row is None else Reader._make(row)


def withdraw(connection: Connection, token: LinkToken, channel: Channel, now: str) -> None:
    """Send nothing to a link's subscriber any more, and keep the evidence.

    Done again, it changes nothing. Whoever is out for another reason stays out for it, and
    their first withdrawal is recorded too.

    Args:
        connection: a writing transaction.
        token: of the link.
        channel: how it was used.
        now: the moment, as `now_utc` gives it.
    """
    wait_for_rows(connection, _PATIENCE)
    found = reader_of(connection, token.subscriber)
    if found is None:
        return
    # Deliveries before subscribers, as everywhere else, lest two transactions wait in a ring.
    _mark(connection, found, {token.mailing}, unsubscribed=True)
    reader = reader_of(connection, token.subscriber, hold=True) or found
    left = reader.key and suppress(connection, reader.key, "unsubscribed", BY_LINK, now)
    if left or _last(connection, reader) is None:
        connection.execute(
            insert(withdrawals).values(
                subscriber_id=token.subscriber,
                mailing_id=token.mailing,
                channel=channel,
                key_id=token.key_id,
                at=now,
            )
        )


def revocable(connection: Connection, reader: Reader) -> Withdrawal | None:
    """The withdrawal by which a reader is out, and nothing else: the one that can be undone."""
    last = _last(connection, reader)
    if last is None or last.undone_at or reader.status != "unsubscribed":
        return None
    if reader.status_note != BY_LINK:
        return None
    return last if last.at == reader.status_since else None


def take_back(connection: Connection, token: LinkToken, withdrawal: int, now: str) -> bool:
    """Undo a withdrawal; whether mail goes to the subscriber again.

    Only where it is the very reason why they are out: never after a complaint, a bounce, or
    another way of leaving. Done again, it changes nothing.

    Args:
        connection: a writing transaction.
        token: of the link.
        withdrawal: its number.
        now: the moment, as `now_utc` gives it.
    """
    wait_for_rows(connection, _PATIENCE)
    found = reader_of(connection, token.subscriber)
    last = found and _last(connection, found)
    if found is None or last is None or last.id != withdrawal:
        return False
    _hold(connection, found, {last.mailing_id, token.mailing})
    reader = reader_of(connection, token.subscriber, hold=True) or found
    last = revocable(connection, reader)
    if last is None or last.id != withdrawal or last.until < datetime.fromisoformat(now):
        return not reader.is_out
    _mark(connection, reader, {last.mailing_id, token.mailing}, unsubscribed=False)
    _lift(connection, reader, now)
    undone = update(withdrawals).where(withdrawals.c.id == withdrawal)
    connection.execute(undone.values(undone_at=now))
    return True


def withdrawals_of(connection: Connection, subscriber: int) -> list[dict[str, Any]]:
    """The evidence of a subscriber's withdrawals by links, newest first."""
    names = ("channel", "key_id", "at", "undone_at")
    query = (
        select(*(withdrawals.c[name] for name in names), mailings.c.issue, mailings.c.kind)
        .outerjoin(mailings, mailings.c.id == withdrawals.c.mailing_id)
        .where(withdrawals.c.subscriber_id == subscriber)
        .order_by(withdrawals.c.id.desc())
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def _last(connection: Connection, reader: Reader) -> Withdrawal | None:
    query = (
        select(*(withdrawals.c[name] for name in Withdrawal._fields))
        .where(withdrawals.c.subscriber_id == reader.id)
        .order_by(withdrawals.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return None if row is None else Withdrawal._make(row)


def _lift(connection: Connection, reader: Reader, now: str) -> None:
    connection.execute(
        update(subscribers)
        .where(subscribers.c.id == reader.id)
        .values(
            status="active", status_since=now, status_note="unsubscribing undone", updated_at=now
        )
    )


def _hold(connection: Connection, reader: Reader, sent_with: set[int]) -> None:
    """Keep others from changing a reader's deliveries until the end."""
    query = select(deliveries.c.id).where(*_theirs(reader, sent_with)).order_by(deliveries.c.id)
    connection.execute(query.with_for_update())


def _mark(
    connection: Connection, reader: Reader, sent_with: set[int], *, unsubscribed: bool
) -> None:
    """Note at the mails of these mailings what their reader has done."""
    connection.execute(
        update(deliveries)
        .where(*_theirs(reader, sent_with), deliveries.c.unsubscribed.is_(not unsubscribed))
        .values(unsubscribed=unsubscribed)
    )


def _theirs(reader: Reader, sent_with: set[int]) -> tuple[ColumnElement[bool], ...]:
    # Mailing and key have an index; the subscriber alone has none among a million deliveries.
    return (
        deliveries.c.mailing_id.in_(sent_with),
        deliveries.c.key == reader.key,
        deliveries.c.subscriber_id == reader.id,
    )
