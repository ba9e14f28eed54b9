"""A list of subscribers → the store, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BufferedReader

from sqlalchemy import Connection, Engine

from newsletter.audience.batch import Batch, Stored, new_ids
from newsletter.audience.entry import Blanket, Entries, Entry
from newsletter.audience.erased import Erased, Keys
from newsletter.audience.findings import Findings
from newsletter.audience.first_lines import FirstLines
from newsletter.audience.gathering import gathered
from newsletter.audience.merging import (
    changed_row,
    consent_after,
    consent_first,
    is_upgrade,
    new_row,
)
from newsletter.audience.sheet import Sheet, open_sheet
from newsletter.audience.suppression import suppress
from newsletter.audience.tally import Duplicate, Invalid, Tally
from newsletter.audience.turn import take_turn
from newsletter.store import now_utc, writing

_BATCH = 2000
_LONG = 4_000_000
"""Bytes of a list for which it pays to build the indexes of an empty store at its end."""


@dataclass(frozen=True)
class Source:
    """A list as it is handed in."""

    file: BufferedReader
    name: str
    """The file as messages name it."""
    encoding: str | None = None
    """Other than UTF-8, or than UTF-16 with its mark."""


@dataclass(frozen=True)
class Terms:
    """On which terms a list is taken in."""

    today: str
    """The day in the publication's time zone."""
    blanket: Blanket = field(default_factory=Blanket)
    """Consent for those who have none, or a weaker one, in the list and the store."""
    topics: Collection[str] = ()
    """The publication's own, whose spelling is kept to."""
    dry_run: bool = False
    """Count everything, and change nothing."""
    most_told: int | None = None
    """How many bad rows, and how many duplicates, are kept to be told; all where it is None."""


def import_list(
    engine: Engine,
    source: Source,
    terms: Terms,
    keys: Keys,
    progress: Callable[[int], object] = lambda _: None,
) -> Tally:
    """Add and update subscribers in one transaction.

    Others cannot write to an SQLite file meanwhile; a pipe is read to its end before it begins.

    Args:
        engine: the store.
        source: the list.
        terms: what holds for all of it.
        keys: where the keys come from, should anybody have been erased.
        progress: told how many bytes have been read.

    Raises:
        UnreadableList: where the list cannot be read to its end; nothing has changed then.
        SecretMissing: where an erased address might be in the list, and nobody could tell.
    """
    with gathered(source.file, source.name) as file:
        sheet = open_sheet(file, source.name, source.encoding)
        with writing(engine) as connection:
            take_turn(connection)
            erased = Erased(connection, keys)
            importing = _Importing(connection, sheet, terms, erased, _Place(file))
            importing.run(progress)
            if terms.dry_run:
                connection.rollback()
    return importing.tally


class _Place:
    """How far a file has been read."""

    def __init__(self, file: BufferedReader) -> None:
        self._file = file
        self.size = os.fstat(file.fileno()).st_size
        self.bytes = 0

    def advance(self) -> tuple[float, float]:
        """The part read since the last look, as shares of the whole.

        All of it where the size is not told, as in Linux's /proc.
        """
        if not self.size:
            return 0.0, 1.0
        before, self.bytes = self.bytes, self._file.tell()
        return min(before / self.size, 1.0), min(self.bytes / self.size, 1.0)


class _Importing:
    """One import under way."""

    def __init__(
        self, connection: Connection, sheet: Sheet, terms: Terms, erased: Erased, place: _Place
    ) -> None:
        self._connection, self._rows = connection, sheet.rows
        self._erased, self._place = erased, place
        self._entries = Entries(sheet.columns, terms.topics, terms.blanket, terms.today, now_utc())
        self._store = Batch(connection, self._entries.now, long=place.size > _LONG)
        self.tally = Tally(
            duplicates=Findings(Duplicate._make, terms.most_told),
            invalid=Findings(Invalid._make, terms.most_told),
            notes=self._entries.notes,
        )

    def run(self, progress: Callable[[int], object]) -> None:
        """Take the list in, batch by batch."""
        for batch in self._batches():
            self._apply(batch, self._place.advance())
            progress(self._place.bytes)
        self._store.finish()

    def _batches(self) -> Iterator[list[Entry]]:
        """Entries that are good and new to the list, some thousands at a time."""
        read, seen, batch = self._entries.read, FirstLines(), []
        for row in self._rows:
            try:
                entry = read(row)
            except ValueError as error:
                self.tally.invalid.append(Invalid(row[0], str(error)))
                continue
            if entry is None:
                continue
            first = seen.first(entry.key, entry.line)
            if first != entry.line:
                self.tally.duplicates.append(Duplicate(entry.line, first, entry.email))
                continue
            batch.append(entry)
            if len(batch) == _BATCH:
                yield batch
                batch = []
        yield batch

    def _apply(self, batch: Sequence[Entry], share: tuple[float, float]) -> None:
        """Bring a batch into the store; `share` is the part of the list that it comes from."""
        stored = self._store.find([entry.key for entry in batch])
        if not stored:
            self._add(batch, share)
            return
        self._add([entry for entry in batch if entry.key not in stored], share)
        known = [entry for entry in batch if entry.key in stored]
        touched = [entry for entry in known if not self._is_settled(stored[entry.key], entry)]
        if touched:
            self._touch(touched, self._store.hold([entry.key for entry in touched]) or stored)

    def _is_settled(self, stored: Stored, entry: Entry) -> bool:
        """Whether an entry leaves everything as it is; then it is counted."""
        if entry.status:
            return False
        if stored.status != "active":
            self.tally.suppressed += 1
            return True
        consent = consent_after(stored, entry)
        if changed_row(stored, entry, consent) is not None:
            return False
        self.tally.unchanged += 1
        self.tally.count_consent(consent, self._entries.today)
        return True

    def _touch(self, entries: Sequence[Entry], held: Mapping[str, Stored]) -> None:
        """Change those who are known, unless they have left meanwhile."""
        changes = []
        for entry in entries:
            stored = held[entry.key]
            if entry.status:
                self._leave(entry)
            elif not self._is_settled(stored, entry):
                consent = consent_after(stored, entry)
                after = changed_row(stored, entry, consent)
                changes.append((*(after or ()), self._entries.now, stored.id))
                self.tally.upgraded += is_upgrade(stored, entry, consent)
                self.tally.count_consent(consent, self._entries.today)
        if changes:
            self._store.change(changes)
        self.tally.updated += len(changes)

    def _add(self, entries: Sequence[Entry], share: tuple[float, float]) -> None:
        welcome = entries
        if self._erased.anybody:
            welcome = [entry for entry in entries if self._erased.find(entry.key) is None]
        ids = new_ids(len(welcome), *share)
        if welcome:
            self._store.add([new_row(id_, entry) for id_, entry in zip(ids, welcome, strict=True)])
        active = [entry for entry in welcome if not entry.status]
        self.tally.added += len(active)
        self.tally.suppressed += len(entries) - len(active)
        for entry in active:
            consent = consent_first(entry)
            if entry.blanket:
                self.tally.upgraded += is_upgrade(None, entry, consent)
            if consent is None or consent.until:
                self.tally.count_consent(consent, self._entries.today)

    def _leave(self, entry: Entry) -> None:
        """An export may say that somebody has left, and why; never that they are back."""
        self.tally.suppressed += 1
        suppress(self._connection, entry.key, entry.status, entry.status_note, entry.status_since)
