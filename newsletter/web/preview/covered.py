"""The publication's archive, kept current: a file is loaded again only when its bytes change."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from newsletter.config import Config
from newsletter.errors import RefusedSource
from newsletter.files import digest
from newsletter.issue import Archive, Covered, issue_paths, load_issue, studies_of


class ArchiveReader:
    """Reads what all months have covered."""

    def __init__(self) -> None:
        self._kept: dict[Path, tuple[str, tuple[Covered, ...]]] = {}

    def read(self, config: Config, surroundings: str) -> Archive:
        """The archive as the files have it now; `surroundings` is what loading depends on too."""
        paths = dict(reversed(issue_paths(config).items()))
        studies = (
            study for path in paths.values() for study in self._of(path, config, surroundings)
        )
        return Archive(tuple(paths), tuple(studies))

    def _of(self, path: Path, config: Config, surroundings: str) -> tuple[Covered, ...]:
        now = surroundings + digest([path])
        known, studies = self._kept.get(path, ("", ()))
        if known != now:
            studies = _studies(path, config)
            self._kept[path] = now, studies
        return studies


def _studies(path: Path, config: Config) -> tuple[Covered, ...]:
    try:
        return tuple(studies_of(load_issue(path, config)))
    except RefusedSource:
        return ()


def fingerprint(archive: Archive, month: str) -> str:
    """What of the archive a month's findings depend on; later studies are no matter of its."""
    told = repr((archive.months, archive.before(month)))
    return sha256(told.encode()).hexdigest()
