"""The publication's files as the preview's pages need them, each read again only when changed.

A proof is kept with a digest of the bytes it was made of (issue, templates, configuration,
word list, and what earlier months have covered). Times of change would miss two saves within
one tick of the file system's clock. What is on record of issues is read for each page.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import RLock

from newsletter.config import Config
from newsletter.delivery.lookup import Lookup, Records
from newsletter.errors import ConfigurationError
from newsletter.files import digest, files_below
from newsletter.issue import Archive, issue_paths
from newsletter.web.preview.covered import ArchiveReader, fingerprint
from newsletter.web.preview.problem import Problem, problems_of
from newsletter.web.preview.proof import Proof, read_proof


@dataclass(frozen=True)
class Shelf:
    """All issues, newest first, or the configuration's problems."""

    proofs: tuple[Proof, ...] = ()
    problems: tuple[Problem, ...] = ()


class Closed(Exception):
    """The preview is being stopped, and lays out no more."""


class Desk:
    """Where the publication lies open; may be used from several threads.

    `reread` reads the configuration anew, and raises `ConfigurationError` while it is broken.
    """

    def __init__(self, config: Config, reread: Callable[[], Config]) -> None:
        self.config = config
        """The last configuration that could be read."""
        self._reread = reread
        self._config_digest = ""
        self._problem: ConfigurationError | None = None
        self._kept: dict[str, Proof] = {}
        self._covered = ArchiveReader()
        self._lookup = Lookup()
        self._lock = RLock()
        self._closed = False

    def proof(self, month: str) -> Proof:
        """What there is to show of a month."""
        try:
            surroundings, archive = self._surroundings()
            return self._current(self.config.issues_path / f"{month}.yaml", surroundings, archive)
        except (ConfigurationError, OSError) as error:
            return Proof(month, self._shown(month), problems=problems_of(error))

    def shelf(self) -> Shelf:
        """All issues, newest first."""
        try:
            surroundings, archive = self._surroundings()
            paths = issue_paths(self.config).values()
            proofs = [self._current(path, surroundings, archive) for path in paths]
        except (ConfigurationError, OSError) as error:
            return Shelf(problems=problems_of(error))
        return Shelf(tuple(proof for proof in proofs if not proof.gone))

    def records(self) -> Records | None:
        """What the database says of all issues; None where that cannot be known."""
        return self._lookup.ask(self.config)

    def close(self) -> None:
        """Lay out and look up no more, so that nothing under way holds the exit."""
        self._closed = True
        self._lookup.stop()

    def release(self) -> None:
        """Let go of the database."""
        self._lookup.close()

    def settings(self) -> Config:
        """The last configuration that could be read, after a look at the file."""
        with suppress(ConfigurationError), self._lock:
            self._refresh_configuration()
        return self.config

    def was_here(self, month: str) -> bool:
        """Whether a month's file has been seen since the preview began."""
        return month in self._kept

    def _shown(self, month: str) -> str:
        """A file that may not exist; a link that leads to itself cannot be resolved, either."""
        return f"{self.config.issues}/{month}.yaml"

    def _surroundings(self) -> tuple[str, Archive]:
        """Digest of all that an edition depends on besides the issue files, and these' archive."""
        with self._lock:
            self._refresh_configuration()
            config = self.config
            templates = files_below(config.templates_path)
            now = digest([config.file, config.root / config.words, *templates])
            return now, self._covered.read(config, now)

    def _refresh_configuration(self) -> None:
        now = digest([self.config.file])
        if now != self._config_digest:
            self._config_digest, self._problem = now, None
            try:
                self.config = self._reread()
            except ConfigurationError as error:
                self._problem = error
        if self._problem:
            raise self._problem

    def _current(self, path: Path, surroundings: str, archive: Archive) -> Proof:
        if not path.is_file():
            return Proof(path.stem, self._shown(path.stem), gone=True)
        with self._lock:
            now = surroundings + fingerprint(archive, path.stem) + digest([path])
            proof = self._kept.get(path.stem)
            if proof is None or proof.digest != now:
                if self._closed:
                    raise Closed
                proof = self._kept[path.stem] = read_proof(path, self.config, archive, now)
            return proof
