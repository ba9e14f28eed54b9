"""Issue files as the calendar needs them; each is read and laid out again only when changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Generic, TypeVar

from newsletter.checks import Cleared, clear
from newsletter.config import Config
from newsletter.errors import NewsletterError
from newsletter.files import digest, files_below
from newsletter.issue import IssueFile, issue_paths, load_issue
from newsletter.yaml_source import MAX_BYTES

T = TypeVar("T")
_SEND_AT = re.compile(r"^send_at:[ ]*[\"']?([0-9][^\n\"'#]{9,40})", re.MULTILINE)


@dataclass(frozen=True)
class Opened(Generic[T]):
    """What came of reading a file: a value, or a problem in words."""

    value: T | None = None
    problem: str = ""


class Shelf:
    """The issues of one configuration."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._templates = ""
        self._kept: dict[tuple[str, str], tuple[str, Opened[object]]] = {}

    def paths(self) -> dict[str, Path]:
        """Months that have a file, and these; the templates are looked at anew, once for all."""
        self._templates = digest(sorted(files_below(self._config.templates_path)))
        return issue_paths(self._config)

    def issue(self, path: Path) -> Opened[IssueFile]:
        """What a file says."""
        return self._opened("issue", path, "", lambda: load_issue(path, self._config))

    def send_at(self, path: Path) -> datetime | None:
        """The file's own time; one that cannot be read is still due when it says.

        Such a one may even have an offset, which the loader refuses.
        """
        opened = self.issue(path)
        return opened.value.issue.send_at if opened.value else _salvaged(path)

    def cleared(self, path: Path) -> Opened[Cleared]:
        """What a file makes, by the templates as they were at the last look for paths."""
        return self._opened(
            "cleared", path, self._templates, lambda: clear(path, self._config, datetime.now(UTC))
        )

    def _opened(self, what: str, path: Path, surroundings: str, read: Callable[[], T]) -> Opened[T]:
        now = surroundings + digest([path])
        known, opened = self._kept.get((what, path.name), ("", None))
        if opened is None or known != now:
            opened = _tried(read)
            self._kept[what, path.name] = now, opened
        return opened  # type: ignore[return-value]  # what a key holds is what its reader made


def _salvaged(path: Path) -> datetime | None:
    if not path.is_file():  # a pipe would be waited for without end
        return None
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            found = _SEND_AT.search(file.read(MAX_BYTES))
            return datetime.fromisoformat(found[1].strip()) if found else None
    except (OSError, ValueError):
        return None


def _tried(read: Callable[[], T]) -> Opened[T]:
    """Problems are told in one line; no other month stops for them, nor for a fault of ours."""
    try:
        return Opened(read())
    except NewsletterError as error:
        return Opened(problem=str(error).partition("\n")[0])
    except OSError as error:
        return Opened(problem=f"{error.filename}: error: {error.strerror}")
    except Exception as error:
        return Opened(problem=f"{type(error).__name__}: {error}".partition("\n")[0])
