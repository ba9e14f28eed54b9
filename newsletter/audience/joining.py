"""Adding one subscriber by hand, and the only way back for those who left."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import Connection, update

from newsletter.audience.batch import Batch, Stored, new_ids
from newsletter.audience.consent import Consent
from newsletter.audience.entry import Entry
from newsletter.audience.erased import Erased, Keys
from newsletter.audience.merging import changed_row, consent_after, new_row
from newsletter.audience.turn import take_turn
from newsletter.errors import NewsletterError
from newsletter.store import now_utc, subscribers

RESUBSCRIBED = "resubscribed"
"""The note of a status that a person has lifted since its reader asked to be back."""

Joined = Literal["added", "updated", "unchanged", "resubscribed"]


def add(connection: Connection, entry: Entry, keys: Keys, *, resubscribe: bool = False) -> Joined:
    """Add a subscriber, or complete what is known of one, as a list of one row would.

    Args:
        connection: a writing transaction.
        entry: the subscriber; to resubscribe, with consent that has a source.
        keys: where the keys come from, should anybody have been erased.
        resubscribe: whether they have asked to be back after they had left.

    Raises:
        NewsletterError: where they have left, and are not said to have asked.
        SecretMissing: where they might have been erased, and nobody could tell.
    """
    take_turn(connection)
    store = Batch(connection, now_utc())
    held = store.hold([entry.key]) or store.find([entry.key])
    stored = held.get(entry.key)
    if stored is None:
        return _welcome(connection, store, entry, Erased(connection, keys), resubscribe)
    if stored.status == "active":
        consent = consent_after(stored, entry)
        return "updated" if _complete(store, stored, entry, consent) else "unchanged"
    if not resubscribe:
        raise NewsletterError(_refusal(entry.email, stored.status))
    _complete(store, stored, entry, entry.consent)
    _lift(connection, stored)
    return "resubscribed"


def _complete(store: Batch, stored: Stored, entry: Entry, consent: Consent | None) -> bool:
    """Write what an entry adds to what is known; whether it adds anything."""
    after = changed_row(stored, entry, consent)
    if after:
        store.change([(*after, now_utc(), stored.id)])
    return after is not None


def _lift(connection: Connection, stored: Stored) -> None:
    """Let mail go to a subscriber again."""
    now = now_utc()
    connection.execute(
        update(subscribers)
        .where(subscribers.c.id == stored.id)
        .values(status="active", status_since=now, status_note=RESUBSCRIBED, updated_at=now)
    )


def _welcome(
    connection: Connection, store: Batch, entry: Entry, erased: Erased, resubscribe: bool
) -> Joined:
    """Add somebody whom the list does not hold; who was erased comes back as a new subscriber."""
    former = erased.find(entry.key)
    if former is not None:
        if not resubscribe:
            raise NewsletterError(_refusal(entry.email, "erased"))
        # The old row stays, since deliveries speak of it, but recognises nobody any more.
        connection.execute(
            update(subscribers)
            .where(subscribers.c.id == former)
            .values(erased_hash=None, erased_by_key=None)
        )
    (id_,) = new_ids(1)
    store.add([new_row(id_, entry)])
    return "resubscribed" if former is not None else "added"


def _refusal(email: str, status: str) -> str:
    return (
        f"{email} is {_IN_WORDS[status]}, so nothing was changed; if they have asked to be back, "
        "add them with --resubscribe --consent-source 'how they asked'"
    )


_IN_WORDS = {
    "unsubscribed": "unsubscribed",
    "bounced": "suppressed, since mail bounced for good",
    "complained": "suppressed, since they complained of spam",
    "manual": "suppressed by hand",
    "erased": "erased",
}
