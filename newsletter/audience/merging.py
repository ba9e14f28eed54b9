"""What an entry makes of a subscriber, new or known."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from newsletter.audience.batch import Stored
from newsletter.audience.consent import Consent, merged, strengthened
from newsletter.audience.entry import Entry

_NOTHING = (None, None, None, "", None)


def new_row(id_: int, entry: Entry) -> tuple[Any, ...]:
    """The columns `ADDED` of a new subscriber."""
    attributes = json.dumps(entry.attributes, ensure_ascii=False) if entry.attributes else "{}"
    return (
        id_, *entry[1:8], attributes,
        entry.status or "active", entry.status_since or None, entry.status_note,
        *(consent_first(entry) or _NOTHING),
    )  # fmt: skip


def consent_of(stored: Stored) -> Consent | None:
    """What is on record of a subscriber's consent."""
    return None if stored.consent is None else Consent._make(stored[-5:])


def changed_row(stored: Stored, entry: Entry, consent: Consent | None) -> tuple[Any, ...] | None:
    """The columns `CHANGED`, but for the time; None where an entry changes nothing.

    What is empty in the entry is kept; `consent` is what is on record from now on.
    """
    after = (
        entry.first_name or stored.first_name,
        entry.last_name or stored.last_name,
        entry.topics or stored.topics,
        entry.language or stored.language,
        _attributes(stored.attributes, entry.attributes) if entry.attributes else stored.attributes,
        *(consent or _NOTHING),
    )
    return None if after == stored[3:] else after


def consent_first(entry: Entry) -> Consent | None:
    """The consent on record of a new subscriber."""
    return strengthened(entry.consent, entry.blanket) if entry.blanket else entry.consent


def consent_after(stored: Stored, entry: Entry) -> Consent | None:
    """The consent on record of a known one, once an entry has been taken in."""
    return strengthened(merged(consent_of(stored), entry.consent), entry.blanket)


def is_upgrade(stored: Stored | None, entry: Entry, consent: Consent | None) -> bool:
    """Whether the command line's consent took the place of an implied one."""
    if not entry.blanket or consent != entry.blanket:
        return False
    known = consent_of(stored) if stored else None
    before = merged(known, entry.consent)
    return before is not None and before != consent


def _attributes(stored: str, given: Mapping[str, str]) -> str:
    """Those stored, with what is given; 'City' and 'city' are one, in the earlier spelling."""
    attributes: dict[str, str] = json.loads(stored)
    spelled = {name.casefold(): name for name in attributes}
    changes = {spelled.get(name.casefold(), name): value for name, value in given.items()}
    return json.dumps(attributes | changes, ensure_ascii=False)
