"""Who gets no mail any more, whatever a later import says.

A suppression gives way only to a stronger one, so that nothing which comes later makes light
of what was there. From the weakest:

    unsubscribed   the reader's own wish, which the reader may undo
    bounced        there is no such mailbox
    manual         the administrator's decision
    complained     the reader called it spam
    erased         the address itself is gone

The way back is `subscribers add --resubscribe` alone.
"""

from __future__ import annotations

from sqlalchemy import Connection, update

from newsletter.store import subscribers

WEAKEST_FIRST = ("active", "unsubscribed", "bounced", "manual", "complained", "erased")


def suppress(connection: Connection, key: str, status: str, note: str, now: str) -> bool:
    """Send nothing to a subscriber any more.

    `key` is the normalised address, `note` says who or what brought it about, and `now` is
    the moment as `now_utc` gives it. False where the key is unknown, or suppressed by
    something as strong already.
    """
    weaker = WEAKEST_FIRST[: WEAKEST_FIRST.index(status)]
    statement = (
        update(subscribers)
        .where(subscribers.c.key == key, subscribers.c.status.in_(weaker))
        .values(status=status, status_since=now, status_note=note, updated_at=now)
    )
    return connection.execute(statement).rowcount > 0
