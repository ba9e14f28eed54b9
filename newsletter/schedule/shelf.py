"""Issue files as the calendar needs them; each is read and laid out again only when changed."""

from __future__ import annotations

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

T = TypeVar("T")


@dataclass(frozen=True)
class Opened(Generic[T]):
    """What came of reading a file: a value, or a problem in words."""

    value: T | None = None
    problem: str = ""


class Shelf:
    """The issues of one configuration."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._kept: dict[tuple[str, str], tuple[str, Opened[object]]] = {}

    def paths(self) -> dict[str, Path]:
        """Months that have a file, and these."""
        return issue_paths(self._config)

    def issue(self, path: Path) -> Opened[IssueFile]:
        """What a file says."""
        return self._opened("issue", path, "", lambda: load_issue(path, self._config))

    def cleared(self, path: Path) -> Opened[Cleared]:
        """What a file makes, by the templates as they are."""
        templates = digest(sorted(files_below(self._config.templates_path)))
        return self._opened(
            "cleared", path, templates, lambda: clear(path, self._config, datetime.now(UTC))
        )

    def _opened(self, what: str, path: Path, surroundings: str, read: Callable[[], T]) -> Opened[T]:
        now = surroundings + digest([path])
        known, opened = self._kept.get((what, path.name), ("", None))
        if opened is None or known != now:
            opened = _tried(read)
            self._kept[what, path.name] = now, opened
        return opened  # type: ignore[return-value]  # what a key holds is what its reader made


def _tried(read: Callable[[], T]) -> Opened[T]:
    """Problems are the author's to mend: told in one line, and nothing else stops for them."""
    try:
        return Opened(read())
    except NewsletterError as error:
        return Opened(problem=str(error).partition("\n")[0])
    except OSError as error:
        return Opened(problem=f"{error.filename}: error: {error.strerror}")
