"""Whether mail may go to a subscriber today, and if not, why: once in SQL, once in Python."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Text, case, func, literal, null, select

from newsletter.store import subscribers

WHY_SUPPRESSED = {
    "unsubscribed": "unsubscribed",
    "bounced": "bounced",
    "complained": "complained",
    "manual": "suppressed by hand",
    "erased": "erased",
}
"""Each status but `active`, in the words that a skipped delivery carries."""
NO_CONSENT = "no consent on record"
RAN_OUT = "implied consent ran out on "


def why_skipped(today: str) -> ColumnElement[str | None]:
    """SQL over `subscribers`: the reason why no mail goes out, NULL where it may.

    Args:
        today: the day in the publication's time zone, as an ISO date. Consent still counts on
            its last day (CASL s.10(10): within the two years before the day of sending).
    """
    table = subscribers.c
    suppressed = [(table.status == status, _text(why)) for status, why in WHY_SUPPRESSED.items()]
    return case(
        *suppressed,
        (table.consent.is_(None), _text(NO_CONSENT)),
        (table.consent_until < today, _text(RAN_OUT) + table.consent_until),
        else_=null(),
    )


def why_skipped_now(
    status: str, consent: str | None, consent_until: str | None, today: str
) -> str | None:
    """The same for one subscriber's columns."""
    if status in WHY_SUPPRESSED:
        return WHY_SUPPRESSED[status]
    if consent is None:
        return NO_CONSENT
    if consent_until is not None and consent_until < today:
        return RAN_OUT + consent_until
    return None


class Reach(NamedTuple):
    """How many a mail of today would go to, and why not to the others."""

    recipients: int
    skipped: Mapping[str, int]
    """Subscribers left out by reason, the most frequent first."""

    @property
    def total(self) -> int:
        """All who are on the list."""
        return self.recipients + sum(self.skipped.values())


def reach(connection: Connection, today: str) -> Reach:
    """Count whom a mail of a day would reach; see `why_skipped`."""
    why = why_skipped(today).label("why")
    query = select(why, func.count()).where(subscribers.c.email.is_not(None)).group_by(why)
    recipients, skipped = 0, Counter[str]()
    for reason, number in connection.execute(query):
        if reason is None:
            recipients = number
        else:
            skipped[reason] += number
    return Reach(recipients, in_short(skipped))


def in_short(skipped: Mapping[str, int]) -> Mapping[str, int]:
    """Reasons for leaving readers out, those whose consent ran out on whatever day together."""
    short = Counter[str]()
    for reason, number in skipped.items():
        ran_out = reason.startswith(RAN_OUT)
        short[RAN_OUT.removesuffix(" on ") if ran_out else reason] += number
    return dict(short.most_common())


def _text(value: str) -> ColumnElement[str]:
    # Typed, since PostgreSQL would not know what kind of NULL-or-text the CASE is.
    return literal(value, Text)
