"""Which line of which file each part of a mail came from.

Parts are named as `preview.js` names what was clicked: `1.summary.2` is the second
paragraph of the first summary. A part without a line of its own has its parent's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from newsletter.config import Config
from newsletter.edition import markdown
from newsletter.issue import IssueFile
from newsletter.yaml_source import Scalar, Source, read_source

Location = tuple[str | int, ...]

_OF_PUBLICATION = ("name", "tagline", "sender", "postal_address")
_OF_ISSUE = ("month", "subject", "preheader")
_OF_SUMMARY = ("title", "research_type", "topics", "citation", "doi", "link")


@dataclass(frozen=True)
class Part:
    """A part of the mail and where it is written."""

    name: str
    group: str
    """Heading under which the page lists it."""
    label: str
    where: str
    """`issues/2023-12.yaml:31`."""


def parts_of(file: IssueFile, config: Config) -> Iterator[Part]:
    """All parts whose place is known, in the order of the mail."""
    publication = read_source(config.file, config.file.name)
    for key in _OF_PUBLICATION:
        yield from _scalar(publication, (key,), f"publication.{key}", "Publication")
    for key in _OF_ISSUE:
        yield from _scalar(file.source, (key,), key, "Issue")
    yield from _text(file.source, ("intro",), "intro", "Issue")
    for index, summary in enumerate(file.issue.summaries):
        number, location = index + 1, ("summaries", index)
        group = f"{number}. {markdown.inline_plain(summary.title)}"
        for key in _OF_SUMMARY:
            yield from _scalar(file.source, (*location, key), f"{number}.{key}", group)
        for key in ("summary", "practice_implications"):
            yield from _text(file.source, (*location, key), f"{number}.{key}", group)


def _scalar(source: Source, location: Location, name: str, group: str) -> Iterator[Part]:
    node = source.node(*location)
    if node is not None:
        lines = _Lines(source, node) if isinstance(node, Scalar) else None
        line = lines.first if lines else source.key_place(*location).line
        yield Part(name, group, _words(str(location[-1])), f"{source.path}:{line}")


def _text(source: Source, location: Location, name: str, group: str) -> Iterator[Part]:
    node = source.node(*location)
    if not isinstance(node, Scalar):
        return
    label, lines = _words(str(location[-1])), _Lines(source, node)
    yield Part(name, group, label, f"{source.path}:{source.key_place(*location).line}")
    for number, row in enumerate(_paragraphs(lines.text), 1):
        where = f"{source.path}:{lines.of(row)}"
        yield Part(f"{name}.{number}", group, f"{label}, paragraph {number}", where)


def _words(key: str) -> str:
    return {"doi": "DOI"}.get(key, key.replace("_", " ").capitalize())


def _paragraphs(text: str) -> Iterator[int]:
    """Row within the text, from 0, of each paragraph or list entry."""
    for block in markdown.blocks(text):
        if block.type == "inline" and block.map:
            yield block.map[0]


class _Lines:
    """Leads from rows of a scalar's text to lines of its file."""

    def __init__(self, source: Source, scalar: Scalar) -> None:
        self.text = scalar.text.lstrip("\n").rstrip()
        """The text as the issue's model has it."""
        self._scalar = scalar
        self._typed = source.text.splitlines()

    @property
    def first(self) -> int:
        """Where the text begins: below the indicator of a block scalar."""
        if self._is_alias or self._scalar.style not in ("|", ">"):
            return self._scalar.place.line
        text = self._scalar.text
        return self._scalar.place.line + 1 + len(text) - len(text.lstrip("\n"))

    def of(self, row: int) -> int:
        """The line where a row of the text is written."""
        if row == 0 or self._is_alias:
            return self.first
        return self.first + row if self._scalar.style == "|" else self._folded(row)

    def _folded(self, row: int) -> int:
        """Folding joins lines, so look for the one that the row begins with."""
        words = self.text.split("\n")[row].strip()
        last = min(self._scalar.end_line, len(self._typed))
        for line in range(self.first, last + 1):
            typed = self._typed[line - 1].strip().strip("\"'")
            if typed and words.startswith(typed):
                return line
        return self.first

    @property
    def _is_alias(self) -> bool:
        """An alias stands where it is written, but ended where its text did."""
        return self._scalar.end_line < self._scalar.place.line
