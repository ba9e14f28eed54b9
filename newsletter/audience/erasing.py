"""Forgetting somebody: all that is left is a keyed hash, by which no import adds them again."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, Text, case, cast, func, literal, select, update
from sqlalchemy.engine import Row

from newsletter.audience.address import Address
from newsletter.audience.erased import Erased
from newsletter.audience.keys import Keyring
from newsletter.audience.record import Subscriber, subscriber_of
from newsletter.audience.turn import take_turn
from newsletter.errors import MailingRefused, StoreUnavailable
from newsletter.store import deliveries, events, mailings, notice_copies, now_utc, subscribers

_SHORTEST = 3
"""Letters of a name below which its finding in a sentence tells nothing."""


@dataclass(frozen=True)
class Erasure:
    """What was forgotten."""

    deliveries: tuple[tuple[str, int], ...]
    """Issue and number of each, whose ledger no longer tells whom it was for.

    Any may lie in the outbox: what else sent the rest of its mailing says nothing of this one.
    """
    again: bool
    """Whether they had been erased before."""


def erase(connection: Connection, address: Address, keyring: Keyring) -> Erasure:
    """Remove an address and all that is known of its owner.

    Done again, it removes nothing more, and names the same mails. `wipe` comes after it.

    Args:
        connection: a writing transaction.
        address: whose it is.
        keyring: the keys; the first one makes the hash.

    Raises:
        NotASubscriber: where the list does not hold the address.
        MailingRefused: where a mail to it is under way.
    """
    take_turn(connection)
    found = subscriber_of(connection, address, Erased(connection, lambda: keyring))
    ledger = _ledger(connection, found)
    under_way = [row.issue for row in ledger if row.state == "attempting"]
    if under_way:
        raise MailingRefused(
            f"a mail of {under_way[0]} to {address.email} is under way, so nothing was erased; "
            "try again once the sender has its answer, or has stopped"
        )
    if found.status != "erased":
        for row in ledger:
            _forget_delivery(connection, row, address, found)
        _forget_event_words(connection, [row.id for row in ledger])
        _forget_notices(connection, address)
        _forget_subscriber(connection, address, found, keyring)
    return Erasure(tuple((row.issue, row.id) for row in ledger), found.status == "erased")


def wipe(engine: Engine) -> None:
    """Write an SQLite file anew, without what its free space still shows of erased rows.

    `secure_delete` would not do: it leaves the copies that remain where a page was split.
    PostgreSQL's files are its server's, and have no such command.

    Raises:
        StoreUnavailable: where the disk is too full, or another program keeps reading or writing.
    """
    if engine.dialect.name != "sqlite":
        return
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("VACUUM")
        # Where another program still reads, this raises nothing: the answer's first value is 1.
        (kept, *_) = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        trouble = "another program reads it" if kept else ""
    except sqlite3.Error as error:
        trouble = str(error)
    finally:
        raw.close()
    if trouble:
        raise StoreUnavailable(
            f"{engine.url.database}: error: it is erased, but its traces could not be wiped from "
            f"the file yet ({trouble}); once other programs are done, run 'erase' with it again"
        )


def _ledger(connection: Connection, subscriber: Subscriber) -> list[Row[tuple[str | int, ...]]]:
    """Their deliveries, kept from a sender until the end of the transaction."""
    query = (
        select(deliveries.c.id, deliveries.c.state, deliveries.c.reason, mailings.c.issue)
        .join(mailings, mailings.c.id == deliveries.c.mailing_id)
        .where(deliveries.c.subscriber_id == subscriber.id)
        .order_by(deliveries.c.id)
        .with_for_update(of=deliveries)
    )
    return list(connection.execute(query))


def _forget_delivery(
    connection: Connection, row: Row[tuple[str | int, ...]], address: Address, who: Subscriber
) -> None:
    """What became of it is kept; whose it was, and the provider's words, are not."""
    connection.execute(
        update(deliveries)
        .where(deliveries.c.id == row.id)
        .values(
            key=f"erased:{row.id}",
            email="",
            domain="",
            first_name="",
            last_name="",
            reason="" if _quotes(row.reason, address, who) else row.reason,
            detail="",
        )
    )


def _forget_event_words(connection: Connection, mails: Sequence[int]) -> None:
    """Whether their mails arrived is kept; what servers said of it is not."""
    connection.execute(update(events).where(events.c.delivery_id.in_(mails)).values(detail=""))


def _forget_notices(connection: Connection, address: Address) -> None:
    """That an operator was told is kept; that it was they, and the provider's words, are not.

    What waits to be sent is not sent any more.
    """
    copies = notice_copies.c
    theirs = update(notice_copies).where(func.lower(copies.email) == address.key)
    erased = literal("erased:") + cast(copies.id, Text)
    state = case((copies.state == "planned", "failed"), else_=copies.state)
    connection.execute(theirs.values(email=erased, detail="", state=state))


def _quotes(reason: str, address: Address, who: Subscriber) -> bool:
    local = address.key.rpartition("@")[0]
    words = (address.key, local, address.domain, who.first_name, who.last_name)
    folded = reason.casefold()
    return any(len(word) >= _SHORTEST and word.casefold() in folded for word in words)


def _forget_subscriber(
    connection: Connection, address: Address, who: Subscriber, keyring: Keyring
) -> None:
    now = now_utc()
    by_key, hashed = keyring.erasure(address.key)
    connection.execute(
        update(subscribers)
        .where(subscribers.c.id == who.id)
        .values(
            key=None, email=None, domain="", first_name="", last_name="", topics="", language="",
            attributes="{}", status="erased", status_since=now, status_note="",
            consent=None, consent_basis=None, consent_date=None, consent_source="",
            consent_until=None, erased_hash=hashed, erased_by_key=by_key, updated_at=now,
        )
    )  # fmt: skip
