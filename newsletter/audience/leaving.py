"""Suppressing an address by hand, whether the list holds it or not."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import Connection

from newsletter.audience.address import Address
from newsletter.audience.batch import Batch, new_ids
from newsletter.audience.entry import Entry
from newsletter.audience.erased import Erased, Keys
from newsletter.audience.merging import new_row
from newsletter.audience.suppression import suppress
from newsletter.audience.turn import take_turn
from newsletter.store import now_utc

Left = Literal["suppressed", "already", "recorded", "erased"]
"""What came of it.

    suppressed  the subscriber gets no mail any more
    already     nor did they before, for this reason or a stronger one
    recorded    the list did not hold them; no later import will add them
    erased      the list holds nothing of them, and no import will add them
"""


def unsubscribe(connection: Connection, address: Address, status: str, keys: Keys) -> Left:
    """Send nothing to an address any more.

    Args:
        connection: a writing transaction.
        address: whose it is.
        status: unsubscribed, bounced, manual or complained.
        keys: where the keys come from, should anybody have been erased.

    Raises:
        SecretMissing: where it might be an erased address, and nobody could tell.
    """
    take_turn(connection)
    now, note = now_utc(), "command line"
    store = Batch(connection, now)
    if store.find([address.key]):
        changed = suppress(connection, address.key, status, note, now)
        return "suppressed" if changed else "already"
    if Erased(connection, keys).find(address.key) is not None:
        return "erased"
    (id_,) = new_ids(1)
    gone = Entry(0, address.key, address.email, address.domain)
    gone = gone._replace(status=status, status_since=now, status_note=note)
    store.add([new_row(id_, gone)])
    return "recorded"
