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

BY_LINK = "link"
"""The note of a status that a reader brought about by a mail's link, and may take back."""


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
    if connection.execute(statement).rowcount:
        return True
    if note != BY_LINK:  # a second way of leaving, so that taking back the first is not enough
        again = (
            subscribers.c.key == key,
            subscribers.c.status == status,
            subscribers.c.status_note == BY_LINK,
        )
        connection.execute(update(subscribers).where(*again).values(status_note=note))
    return False
