"""All of sending but the provider: nothing leaves, and nothing is kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, select

from newsletter.audience.keys import Keyring
from newsletter.config import Config
from newsletter.delivery.addressing import addressed
from newsletter.delivery.ledger import Recipient
from newsletter.delivery.mailing import Mailing
from newsletter.delivery.plan import Terms, load_letter, plan_in, skipped_by_reason
from newsletter.edition import Letter
from newsletter.store import deliveries, explained


@dataclass(frozen=True)
class DryRun:
    """What a send would have done."""

    messages: int
    size: int
    """Bytes of all messages."""
    skipped: dict[str, int]
    """Recipients left out, by reason."""


def dry_run(engine: Engine, letter: Letter, terms: Terms, config: Config, keys: Keyring) -> DryRun:
    """Plan, address and splice every message, then take it all back.

    Raises:
        MailingRefused: where there is nobody to send to.
    """
    with _undone(engine) as connection:
        mailing, _ = plan_in(connection, letter, terms)
        skipped = skipped_by_reason(connection, mailing)
        claim_for = addressed(load_letter(connection, mailing), mailing, config, keys)
        messages = size = 0
        for recipient in _planned(connection, mailing):
            if recipient.unfit:
                skipped[recipient.unfit] = skipped.get(recipient.unfit, 0) + 1
            else:
                messages += 1
                size += len(claim_for(recipient).message)
        return DryRun(messages, size, skipped)


def _planned(connection: Connection, mailing: Mailing) -> Iterator[Recipient]:
    query = (
        select(*(deliveries.c[name] for name in Recipient._fields))
        .where(deliveries.c.mailing_id == mailing.id, deliveries.c.state == "planned")
        .execution_options(yield_per=1000)
    )
    return (Recipient(*row) for row in connection.execute(query))


@contextmanager
def _undone(engine: Engine) -> Iterator[Connection]:
    with explained(engine), engine.connect() as connection:
        transaction = connection.begin()
        try:
            yield connection
        finally:
            transaction.rollback()
