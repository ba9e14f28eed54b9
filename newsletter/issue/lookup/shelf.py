"""What was found is kept with the publication, and not asked for again."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from newsletter.issue.lookup.record import Record

FOLDER = Path(".cache", "citations")
_LONGEST_NAME = 150


@dataclass(frozen=True)
class Shelf:
    """A folder with a file for each DOI."""

    folder: Path

    def find(self, doi: str, locale: str) -> Record | None:
        """What is known; a file that cannot be read as that is passed over."""
        try:
            record = Record.model_validate_json(self._path(doi).read_bytes())
        except (OSError, ValueError):
            return None
        same = record.doi.casefold() == doi.casefold() and record.locale == locale
        return record if same else None

    def keep(self, record: Record) -> None:
        """Write it down; a disk that is full or read-only costs only another question."""
        path = self._path(record.doi)
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                part.write_text(record.model_dump_json(indent=2) + "\n", "utf-8")
                part.replace(path)
            finally:
                part.unlink(missing_ok=True)

    def _path(self, doi: str) -> Path:
        name = quote(doi.lower(), safe="")
        if len(name) > _LONGEST_NAME:
            name = sha256(doi.lower().encode()).hexdigest()
        return self.folder / f"{name}.json"
