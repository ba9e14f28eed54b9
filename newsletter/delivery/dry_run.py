"""All of sending but the provider: nothing leaves, and nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Select, literal, select

from newsletter.audience.keys import Keyring
from newsletter.audience.standing import why_skipped
from newsletter.delivery.addressing import addressed
from newsletter.delivery.entry import Recipient
from newsletter.delivery.mailing import Mailing
from newsletter.delivery.plan import nobody
from newsletter.edition import Letter
from newsletter.errors import MailingRefused
from newsletter.store import deliveries, reading, subscribers

_UNNUMBERED = 0
"""In links of messages that belong to no mailing."""


@dataclass(frozen=True)
class DryRun:
    """What a send would have done."""

    messages: int
    size: int
    """Bytes of all messages."""
    skipped: dict[str, int]
    """Recipients left out, by reason."""


def dry_run(
    engine: Engine, letter: Letter, begun: Mailing | None, today: str, keyring: Keyring
) -> DryRun:
    """Address and splice every message of a mailing that goes on, or of one yet to be planned.

    Others may write meanwhile.

    Raises:
        MailingRefused: where there is nobody to send to.
    """
    number = begun.id if begun else _UNNUMBERED
    claim_for = addressed(letter, number, keyring)
    skipped: Counter[str] = Counter()
    messages = size = 0
    with reading(engine) as connection:
        for recipient, why in _recipients(connection, begun, today):
            reason = why or recipient.unfit
            if reason:
                skipped[reason] += 1
            else:
                messages += 1
                size += len(claim_for(recipient).message)
    if not (messages or begun):
        raise MailingRefused(nobody(letter.month, dict(skipped.most_common())))
    return DryRun(messages, size, dict(skipped.most_common()))


def _recipients(
    connection: Connection, begun: Mailing | None, today: str
) -> Iterator[tuple[Recipient, str | None]]:
    query = _frozen(begun) if begun else _audience(today)
    for row in connection.execute(query.execution_options(yield_per=1000)):
        yield Recipient(*row[:-1]), row[-1]


def _frozen(mailing: Mailing) -> Select[Any]:
    fields = (deliveries.c[name] for name in Recipient._fields)
    own = deliveries.c.mailing_id == mailing.id
    return select(*fields, literal(None)).where(own, deliveries.c.state == "planned")


def _audience(today: str) -> Select[Any]:
    fields = (subscribers.c[name] for name in Recipient._fields if name != "subscriber_id")
    number, *others = fields
    query = select(number, number, *others, why_skipped(today))
    return query.where(subscribers.c.email.is_not(None))
