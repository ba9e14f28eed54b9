"""What an approval is bound to: all that decides what readers get, by names that can be told."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from newsletter.config import Config
from newsletter.edition import Edition, seal
from newsletter.files import digest_of, files_below
from newsletter.issue import Issue, IssueFile, planned_at

_SETTINGS = (
    "name",
    "tagline",
    "language",
    "timezone",
    "reply_to",
    "list_id",
    "postal_address",
    "contact",
    "web_url",
    "logo",
)
"""Keys of `newsletter.yaml` that stand in a mail, besides the sender."""
_EDITION = "edition"
_SENDER = "sender"
_LAYOUT = ": comments or layout"
_SUMMARY = ": summary "
_ANY_DATE = datetime(2000, 1, 1, tzinfo=UTC)
"""The content of a letter leaves its date out."""


@dataclass(frozen=True)
class Evidence:
    """Digests of the parts of an issue, by name; the sender stands there in words."""

    parts: Mapping[str, str]
    due_at: datetime | None = field(default=None, compare=False)
    """When the issue is to go out; no part of the hash, but known still when its file is gone."""

    @property
    def hash(self) -> str:
        """SHA-256 of all parts together, in hexadecimal."""
        return sha256(self.to_json().encode()).hexdigest()

    def to_json(self) -> str:
        """The same parts always give the same text."""
        return json.dumps(self.parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, document: str) -> Evidence:
        """What `to_json` wrote."""
        return cls(json.loads(document))


def evidence_of(file: IssueFile, edition: Edition, config: Config) -> Evidence:
    """The parts of an issue as they are now.

    Args:
        file: the issue as it was read; the very text counts, comments included.
        edition: what was made of it, which binds whatever else went into it.
        config: the publication, whose templates are read for this.
    """
    issue = _named(file, config)
    letter = seal(edition, file.issue.month, config, _ANY_DATE)
    parts = {
        f"{issue}{_LAYOUT}": _digest(file.source.text),
        **{f"{issue}: {name}": _digest(value) for name, value in _fields(file.issue)},
        **{name: digest_of(path) for name, path in _templates(config)},
        **{f"newsletter.yaml: {key}": _digest(repr(getattr(config, key))) for key in _SETTINGS},
        _SENDER: f"{config.sender.name} <{config.sender.email}>",
        _EDITION: letter.content,
    }
    return Evidence(parts, planned_at(file.issue, config))


def changes(before: Evidence, now: Evidence) -> tuple[str, ...]:
    """What has changed, in words; empty where nothing has.

    The edition follows from the rest, and so is told only where it changed alone, as by another
    version of this program. A file's text is, where none of its values has changed.
    """
    names = [
        name
        for name in dict.fromkeys((*now.parts, *before.parts))
        if before.parts.get(name) != now.parts.get(name)
    ]
    if len(names) > 1:
        names = [name for name in names if name != _EDITION]
    told = [name for name in names if not (name.endswith(_LAYOUT) and _has_values(name, names))]
    return tuple(dict.fromkeys(_told(name, before, now) for name in told))


def summed_up(told: Sequence[str], most: int = 5) -> str:
    """Changes as a sentence has them: the first, and how many there are besides."""
    more = len(told) - most
    return "; ".join((*told[:most], f"and {more} more") if more > 0 else told)


def is_own(path: Path, config: Config) -> bool:
    """Whether a file is the publication's own issue; what is elsewhere is a draft."""
    return path.resolve() == (config.issues_path / f"{path.stem}.yaml").resolve()


def _has_values(layout: str, names: list[str]) -> bool:
    path = layout.removesuffix(_LAYOUT)
    return any(name.startswith(f"{path}: ") and name != layout for name in names)


def _told(name: str, before: Evidence, now: Evidence) -> str:
    whole = name.partition(", ")[0] if _SUMMARY in name else name
    for part in (whole, name):
        if not _holds(before, part):
            return f"{part} (new)"
        if not _holds(now, part):
            return f"{part} (gone)"
    if name == _SENDER:
        return f"sender: {now.parts[name]}, was {before.parts[name]}"
    if name == _EDITION:
        return "edition: laid out otherwise, as by another version of newsletter"
    return name


def _holds(evidence: Evidence, part: str) -> bool:
    """Whether there was such a part, or any of such a summary."""
    return part in evidence.parts or any(name.startswith(f"{part}, ") for name in evidence.parts)


def _named(file: IssueFile, config: Config) -> str:
    """The issue's file; one in its own place has one name, however somebody wrote its path."""
    own = Path(config.issues, file.path.name)
    return _printable(own if is_own(file.path, config) else Path(file.source.path))


def _fields(issue: Issue) -> Iterator[tuple[str, str]]:
    """`subject`, `summary 2, citation`: each value that the file gives, as text."""
    values: dict[str, Any] = issue.model_dump(mode="json", exclude_none=True)
    summaries = values.pop("summaries")
    for name, value in values.items():
        yield name, repr(value)
    for number, summary in enumerate(summaries, 1):
        for name, value in summary.items():
            yield f"summary {number}, {name}", repr(value)


def _templates(config: Config) -> Iterator[tuple[str, Path]]:
    """All files of the templates' folder but editors' own, named alike on every machine."""
    folder = config.templates_path
    for path in files_below(folder):
        yield _printable(Path(config.templates, path.relative_to(folder))), path


def _printable(path: Path) -> str:
    """A file's name as text: JSON and PostgreSQL hold no bytes that are not UTF-8."""
    return os.fsencode(path).decode(errors="backslashreplace")


def _digest(text: str) -> str:
    return sha256(text.encode(errors="surrogatepass")).hexdigest()
