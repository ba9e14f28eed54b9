"""What a row of a list says of a subscriber."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from operator import itemgetter
from types import MappingProxyType
from typing import NamedTuple

from newsletter.audience.address import Addresses
from newsletter.audience.columns import CONTROL, KNOWN, Columns
from newsletter.audience.consent import Consent, read_consent
from newsletter.audience.guard import unguarded
from newsletter.audience.sheet import Row
from newsletter.audience.statuses import STATUSES
from newsletter.store import utc_text
from newsletter.suggest import did_you_mean

LONGEST_NAME = 200
"""Characters; a name stands in a header of the mail."""
_CONTROL_IN_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""An attribute may have lines and tabs, since it stands in no mail."""
_STATUSES = STATUSES[:-1]
"""Those that a list may tell: nothing is left of the erased."""
_NONE: Mapping[str, str] = MappingProxyType({})
_HERE = ("", "", "")
"""Status, time and note of who has not left."""
_REMEMBERED = 10_000
_MOST_NOTES = 20


class Entry(NamedTuple):
    """A row that has been understood; empty texts keep what is stored."""

    line: int
    key: str
    email: str
    domain: str
    first_name: str = ""
    last_name: str = ""
    topics: str = ""
    language: str = ""
    attributes: Mapping[str, str] = _NONE
    consent: Consent | None = None
    blanket: Consent | None = None
    """The command line's, for those whose record is weaker once the row's own is taken in."""
    status: str = ""
    """Why no mail goes out, where the list is an export; else empty."""
    status_since: str = ""
    status_note: str = ""


class Blanket(NamedTuple):
    """Consent that the command line gives to all whose own is weaker, as typed."""

    kind: str = ""
    basis: str = ""
    date: str = ""
    source: str = ""


def typed_entry(values: Mapping[str, str], today: str, now: str) -> Entry:
    """A subscriber as somebody types one, by names of `KNOWN`; judged as a row of a list is.

    Raises:
        ValueError: a sentence, where it cannot be used.
    """
    known = {name: position for position, name in enumerate(values)}
    columns = Columns(len(values), known, {}, (), guarded=False)
    entries = Entries(columns, (), Blanket(), today, now)
    entry = entries.read((0, list(values.values())))
    if entry is None:
        raise ValueError("there is no address")
    return entry


class Entries:
    """Reads the rows of one list; `notes` gathers what is odd and yet no error.

    In a list of guarded cells `'+ann@…` is read as `+ann@…`, which an export writes so; who is
    really called `'+ann` comes as `''+ann@…`.
    """

    def __init__(
        self, columns: Columns, topics: Collection[str], blanket: Blanket, today: str, now: str
    ) -> None:
        self._columns, self._blanket, self.today, self.now = columns, blanket, today, now
        self._addresses = Addresses()
        self._topics = {topic.casefold(): topic for topic in topics}
        self._known = itemgetter(*(columns.known.get(name, columns.width) for name in KNOWN))
        self._read_topics = lru_cache(_REMEMBERED)(self._topics_of)
        self._read_consent = lru_cache(_REMEMBERED)(self._consent_of)
        self.notes = list(columns.notes)

    def read(self, row: Row) -> Entry | None:
        """What a row says; None for one without any content.

        Raises:
            ValueError: a sentence, where it cannot be used.
        """
        line, cells = row[0], self._cleaned(row[1])
        (
            email, first_name, last_name, topics, language,
            kind, basis, date, source, status, since, note,
        ) = self._known([*cells, ""])  # fmt: skip
        if not email:
            if not any(cells):
                return None
            raise ValueError("there is no address in this row")
        email, key, domain = self._addresses.normal(email)
        if len(first_name) > LONGEST_NAME or len(last_name) > LONGEST_NAME:
            raise ValueError(f"a name is longer than {LONGEST_NAME} characters")
        consent, blanket = self._read_consent(kind, basis, date, source)
        status, since, note = self._status(status, since, note) if status else _HERE
        attributes = self._attributes(cells) if self._columns.attributes else _NONE
        topics = self._read_topics(topics) if topics else ""
        # What Entry(…) does, without a call of its own: there may be a million.
        return tuple.__new__(
            Entry,
            (
                line, key, email, domain, first_name, last_name, topics, language, attributes,
                consent, blanket, status, since, note,
            ),
        )  # fmt: skip

    def _cleaned(self, cells: list[str]) -> list[str]:
        """The cells of a row, one for each column, without blanks around them."""
        if len(cells) != self._columns.width:
            cells = self._fitted(cells)
        whole = "|".join(cells)
        if not whole.isprintable():
            self._refuse_controls(cells)
            cells = [cell.strip() for cell in cells]
        elif " |" in whole or "| " in whole or whole.strip() != whole:
            cells = [cell.strip() for cell in cells]
        if "'" in whole and self._columns.guarded:
            return [unguarded(cell) for cell in cells]
        return cells

    def _fitted(self, cells: list[str]) -> list[str]:
        """As many cells as there are columns; empty ones may lack, or be too many."""
        width = self._columns.width
        if len(cells) < width:
            return cells + [""] * (width - len(cells))
        if len(cells) > width and any(map(str.strip, cells[width:])):
            raise ValueError(
                f"the row has {len(cells)} cells for {width} column{'s' if width > 1 else ''}; "
                "put a cell that holds the delimiter into quotes"
            )
        return cells[:width]

    def _refuse_controls(self, cells: Sequence[str]) -> None:
        columns = self._columns
        for name, position in columns.known.items():
            if CONTROL.search(cells[position].strip(" \t\r\n")):
                raise ValueError(
                    f"{name} holds a tab, a line end or another control character; remove it"
                )
        for name, position in columns.attributes.items():
            if _CONTROL_IN_TEXT.search(cells[position]):
                raise ValueError(f"'{name[:40]}' holds a control character; remove it")

    def _attributes(self, cells: Sequence[str]) -> dict[str, str]:
        places = self._columns.attributes.items()
        return {name: cells[position] for name, position in places if cells[position]}

    def _topics_of(self, cell: str) -> str:
        """Topics in the publication's own spelling, each once; strange ones are kept, and noted."""
        chosen: dict[str, None] = {}
        for typed in filter(None, map(str.strip, cell.split("|"))):
            known = self._topics.get(typed.casefold())
            chosen[known or typed] = None
            if self._topics and not known and len(self.notes) < _MOST_NOTES:
                hint = did_you_mean(typed, self._topics.values())
                note = f"'{typed[:60]}' is no topic of the publication{hint}"
                self.notes += [] if note in self.notes else [note]
        return "|".join(chosen)

    def _consent_of(
        self, kind: str, basis: str, date: str, source: str
    ) -> tuple[Consent | None, Consent | None]:
        """What the row tells, and what the command line gives beside it."""
        given, today = self._blanket, self.today
        if not given.kind:
            return read_consent(kind, basis, date, source, today), None
        if kind:
            return read_consent(kind, basis, date, source, today), read_consent(*given, today)
        basis, date = basis or given.basis, date or given.date
        return None, read_consent(given.kind, basis, date, source or given.source, today)

    def _status(self, status: str, since: str, note: str) -> tuple[str, str, str]:
        status = status.lower()
        if status == "erased":
            raise ValueError(
                "status 'erased' stands beside an address; remove the row, and erase the address "
                "with 'newsletter subscribers erase' if it is on the list"
            )
        if status not in _STATUSES:  # no nearest word: 'subscribed' is the opposite of its own
            raise ValueError(
                f"status '{status[:40]}' is not known; write {', '.join(_STATUSES[:-1])} or "
                f"{_STATUSES[-1]}, or rename the column if it tells something else"
            )
        if status == "active":
            return _HERE
        return status, self._moment(since), note or "import"

    def _moment(self, text: str) -> str:
        """A past moment as the store keeps it, or the present one."""
        try:
            moment = datetime.fromisoformat(text)
            kept = utc_text(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
        except (ValueError, OverflowError):
            return self.now
        return min(kept, self.now)
