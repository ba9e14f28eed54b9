"""Consent to be written to: what is on record, what may change it, and when it runs out.

CASL s.10: express consent holds until it is withdrawn; implied consent for two years after a
purchase or the like (s.10(10)(a)), for six months after an inquiry (s.10(10)(e)). The burden of
proof is the sender's (s.13), so kind, basis, day and source are kept.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from typing import NamedTuple

from newsletter.suggest import did_you_mean

KINDS = ("express", "implied")
MONTHS_OF = {"customer": 24, "inquiry": 6}
"""How long each basis of implied consent lasts."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Consent(NamedTuple):
    """What is on record of one subscriber's consent."""

    kind: str
    """`express` or `implied`."""
    basis: str | None
    """`customer` or `inquiry`; what implied consent rests on."""
    date: str | None
    """ISO date on which it was given."""
    source: str
    """Where and how, in words."""
    until: str | None
    """The last day on which it counts; None for no end."""


def read_consent(kind: str, basis: str, day: str, source: str, today: str) -> Consent | None:
    """What the four cells of a row say; None where they say nothing.

    Raises:
        ValueError: a sentence, where they contradict each other or cannot be shown to hold.
    """
    kind, basis = kind.lower(), basis.lower()
    if not kind:
        if basis or day or source:
            raise ValueError(
                "consent is empty, but its basis, date or source is not; write express or implied"
            )
        return None
    _require_known("consent", kind, KINDS)
    if basis:
        _require_known("consent_basis", basis, MONTHS_OF)
    if day:
        _require_past(day, today)
    if kind == "express":
        return Consent(kind, basis or None, day or None, source, None)
    if not basis or not day:
        missing = "consent_basis (customer or inquiry)" if not basis else "consent_date"
        raise ValueError(f"implied consent without {missing} cannot be shown to hold; add it")
    return Consent(kind, basis, day, source, last_day(basis, day))


def last_day(basis: str, day: str) -> str:
    """The last day on which implied consent counts, as an ISO date.

    "Within the two-year period immediately before the day on which the message was sent": so
    the anniversary itself still counts. A month without such a day ends with its last.
    """
    given = date.fromisoformat(day)
    years, month = divmod(given.month - 1 + MONTHS_OF[basis], 12)
    year, month = given.year + years, month + 1
    return date(year, month, min(given.day, monthrange(year, month)[1])).isoformat()


def merged(stored: Consent | None, given: Consent | None) -> Consent | None:
    """What is on record after an import that says `given`.

    A consent (basis, day and source) is one record, taken or left as a whole. Implied consent
    is not renewed by saying it again: a list exported every month would renew it for ever. It
    gives way to express consent, or to implied consent from another source or on another basis
    that lasts longer. Express consent gives way only to a later express one that tells its
    source, or where none is stored. Of the same consent, empty particulars keep what is stored.
    """
    if stored is None or given is None or stored == given:
        return given or stored
    if stored.kind == given.kind == "express":
        return _express(stored, given)
    if stored.kind == "express" or given.kind == "express":
        return given if given.kind == "express" else stored
    return _implied(stored, given)


def strengthened(record: Consent | None, blanket: Consent | None) -> Consent | None:
    """What is on record where a blanket consent is given to all whose own is weaker."""
    return record if record and record.kind == "express" else merged(record, blanket)


def _express(stored: Consent, given: Consent) -> Consent:
    if stored.date == given.date:
        basis, source = given.basis or stored.basis, given.source or stored.source
        return Consent("express", basis, stored.date, source, None)
    is_later = (given.date or "") > (stored.date or "")
    return given if is_later and (given.source or not stored.source) else stored


def _implied(stored: Consent, given: Consent) -> Consent:
    if (stored.basis, stored.date) == (given.basis, given.date):
        return given if given.source else stored
    another_source = stored.source and given.source and not _alike(stored.source, given.source)
    if (another_source or stored.basis != given.basis) and str(given.until) > str(stored.until):
        return given
    return stored


def _alike(one: str, other: str) -> bool:
    return one.casefold().split() == other.casefold().split()


def _require_known(column: str, word: str, known: tuple[str, ...] | dict[str, int]) -> None:
    if word not in known:
        hint = did_you_mean(word, known) or f"; write {' or '.join(known)}"
        raise ValueError(f"{column} '{word[:40]}' is not known{hint}")


def _require_past(day: str, today: str) -> None:
    try:
        date.fromisoformat(day if _DAY.fullmatch(day) else "")
    except ValueError:
        raise ValueError(
            f"consent_date '{day[:40]}' is not a date; write one such as 2024-01-31"
        ) from None
    if day > today:
        raise ValueError(f"consent_date {day} is in the future; write the day it was given")
