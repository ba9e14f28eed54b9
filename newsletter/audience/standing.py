"""Whether mail may go to a subscriber today, and if not, why: once in SQL, once in Python."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Text, case, literal, null

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


def _text(value: str) -> ColumnElement[str]:
    # Typed, since PostgreSQL would not know what kind of NULL-or-text the CASE is.
    return literal(value, Text)
