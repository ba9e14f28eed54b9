"""What is on record of subscribers: one, or all of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from newsletter.audience.address import Address
from newsletter.audience.erased import Erased
from newsletter.audience.standing import why_skipped_now
from newsletter.errors import NotASubscriber
from newsletter.store import deliveries, mailings, subscribers

_LATEST = 12
"""Deliveries shown of one subscriber: a year of a monthly."""
_PAGE = 1000


class Subscriber(NamedTuple):
    """A row of the table, without what is left of an erased address."""

    id: int
    email: str | None
    """None once erased."""
    first_name: str
    last_name: str
    topics: str
    language: str
    attributes: str
    status: str
    status_since: str | None
    status_note: str
    consent: str | None
    consent_basis: str | None
    consent_date: str | None
    consent_source: str
    consent_until: str | None
    created_at: str
    updated_at: str

    @property
    def since(self) -> str:
        """When they came to be what they are."""
        return self.status_since or self.created_at

    def why_skipped(self, today: str) -> str | None:
        """Why no mail goes to them, if none does."""
        return why_skipped_now(self.status, self.consent, self.consent_until, today)

    def document(self, today: str) -> dict[str, Any]:
        """What `--json` prints of them."""
        return {
            "email": self.email,
            "status": self.status,
            "since": self.since,
            "note": self.status_note,
            "first_name": self.first_name,
            "last_name": self.last_name,
            "topics": self.topics.split("|") if self.topics else [],
            "language": self.language,
            "consent": self.consent,
            "consent_basis": self.consent_basis,
            "consent_date": self.consent_date,
            "consent_source": self.consent_source,
            "consent_until": self.consent_until,
            "skipped": self.why_skipped(today),
            "attributes": json.loads(self.attributes),
            "created_at": self.created_at,
            "updated_at": self.updated_at,
        }


_READ = select(*[subscribers.c[name] for name in Subscriber._fields])


def find_subscriber(connection: Connection, address: Address) -> Subscriber | None:
    """Who has an address now, if anybody."""
    row = connection.execute(_READ.where(subscribers.c.key == address.key)).first()
    return None if row is None else Subscriber._make(row)


def subscriber_of(connection: Connection, address: Address, erased: Erased) -> Subscriber:
    """Who has an address, or had it before it was erased.

    Raises:
        NotASubscriber: where nobody does or did.
    """
    found = find_subscriber(connection, address)
    former = None if found else erased.find(address.key)
    if former is not None:
        row = connection.execute(_READ.where(subscribers.c.id == former)).one()
        found = Subscriber._make(row)
    if found is None:
        raise NotASubscriber(
            f"{address.email} is not on the list; 'newsletter subscribers list' shows who is"
        )
    return found


def all_subscribers(connection: Connection, status: str | None = None) -> Iterator[Subscriber]:
    """Everybody in the order of their addresses, read as they are asked for.

    Those of one status where it is named; else all but the erased, of whom nothing is left.
    """
    query = _READ.order_by(subscribers.c.key, subscribers.c.id)
    if status:
        query = query.where(subscribers.c.status == status)
    else:
        query = query.where(subscribers.c.key.is_not(None))
    rows = connection.execute(query.execution_options(yield_per=_PAGE))
    return map(Subscriber._make, rows)


def latest_deliveries(connection: Connection, subscriber: Subscriber) -> list[dict[str, Any]]:
    """What became of the mail to a subscriber, newest first."""
    query = (
        select(
            mailings.c.issue, mailings.c.kind, deliveries.c.state, deliveries.c.reason,
            deliveries.c.attempted_at, deliveries.c.settled_at,
        )
        .join(mailings, mailings.c.id == deliveries.c.mailing_id)
        .where(deliveries.c.subscriber_id == subscriber.id)
        .order_by(deliveries.c.id.desc())
        .limit(_LATEST)
    )  # fmt: skip
    return [dict(row) for row in connection.execute(query).mappings()]
