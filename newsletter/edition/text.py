"""Plain text as if written by hand, at 72 columns.

Lines break at ordinary spaces only, so that addresses and statistics stay whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context
from markdown_it.token import Token

from newsletter.edition import markdown
from newsletter.edition.nobreak import GLUE, bind

WIDTH = 72
_WHITE_SPACE = re.compile(r"[ \n\t]+")
"""Where lines may break; a no-break space that was typed is none of it."""


@dataclass
class Notes:
    """Addresses that the text refers to by number, as footnotes do."""

    urls: list[str] = field(default_factory=list)
    _told: int = 0

    def mark(self, url: str) -> str:
        """`[1]`; the same address keeps its number."""
        if url not in self.urls:
            self.urls.append(url)
        return f"[{self.urls.index(url) + 1}]"

    def take(self) -> list[tuple[str, str]]:
        """Mark and address of each note since the last call."""
        fresh = [
            (f"[{number + 1}]", self.urls[number]) for number in range(self._told, len(self.urls))
        ]
        self._told = len(self.urls)
        return fresh


def wrap(text: Any, indent: int = 0, first: str | None = None) -> str:
    """A paragraph at 72 columns; `first` stands before its first line instead of the indent."""
    return _fold(bind(str(text)), indent, first)


def _fold(bound: str, indent: int, first: str | None) -> str:
    """Fill lines word by word; a word longer than a line gets one of its own.

    `textwrap` would do, at four times the cost and with hyphens to switch off.
    """
    margin = " " * indent
    line, lines, empty = margin if first is None else first, [], True
    for word in _WHITE_SPACE.split(bound.strip(" \n\t")):
        if not empty and len(line) + 1 + len(word) > WIDTH:
            lines.append(line)
            line, empty = margin, True
        line, empty = line + word if empty else f"{line} {word}", False
    return "\n".join([*lines, line]).replace(GLUE, " ")


def underline(text: Any, stroke: str = "-") -> str:
    """A title, wrapped, with a line below as long as its longest line."""
    wrapped = wrap(text)
    return f"{wrapped}\n{stroke * max(map(len, wrapped.split(chr(10))))}"


def rule(stroke: str = "-") -> str:
    """A line across the page."""
    return stroke * WIDTH


@pass_context
def prose(context: Context, text: str, indent: int = 0) -> str:
    """Markdown as plain text: paragraphs, lists, links as numbered notes."""
    writer = _Writer(context["notes"].mark, indent)
    return writer.write(iter(markdown.blocks(text)))


@dataclass
class _Writer:
    """Writes parsed Markdown blocks; `_bullets` holds the lists that are open."""

    mark: Callable[[str], str]
    indent: int
    _bullets: list[_List] = field(default_factory=list)
    _first: str | None = None

    def write(self, blocks: Iterator[Token]) -> str:
        pieces: list[tuple[str, bool]] = []
        for block in blocks:
            if block.type in ("bullet_list_open", "ordered_list_open"):
                self._bullets.append(_List.of(block))
            elif block.type in ("bullet_list_close", "ordered_list_close"):
                self._bullets.pop()
            elif block.type == "list_item_open":
                self._first = self._margin(-1) + self._bullets[-1].next()
            elif block.type == "inline":
                pieces.append((self._paragraph(block), bool(self._bullets)))
        return _spaced(pieces)

    def _paragraph(self, block: Token) -> str:
        words = "".join(self._words(block.children or []))
        first, self._first = self._first, None
        return _fold(words, len(self._margin()), first)

    def _margin(self, upto: int | None = None) -> str:
        inner = sum(listing.width for listing in self._bullets[:upto])
        return " " * (self.indent + inner)

    def _words(self, children: list[Token]) -> Iterator[str]:
        target, shown = "", ""
        for child in children:
            if child.type == "link_open":
                target, shown = str(child.attrGet("href")), ""
            elif child.type == "link_close":
                address = target.removeprefix("mailto:")
                yield "" if shown in (target, address) else f"{GLUE}{self.mark(address)}"
            elif child.type in ("strong_open", "strong_close"):
                yield "*"
            else:
                word = " " if child.type in ("softbreak", "hardbreak") else child.content
                shown += word
                yield word


@dataclass
class _List:
    ordered: bool
    number: int

    @classmethod
    def of(cls, block: Token) -> _List:
        return cls(block.type == "ordered_list_open", int(block.attrGet("start") or 1))

    @property
    def width(self) -> int:
        return 4 if self.ordered else 2

    def next(self) -> str:
        if not self.ordered:
            return "- "
        self.number += 1
        return f"{self.number - 1}. ".ljust(self.width)


def _spaced(pieces: list[tuple[str, bool]]) -> str:
    """Blank lines between paragraphs, none between the entries of a list."""
    written = ""
    before = False
    for piece, listed in pieces:
        gap = "\n" if listed and before else "\n\n"
        written += (gap if written else "") + piece
        before = listed
    return written


FILTERS: dict[str, Callable[..., Any]] = {
    "prose": prose,
    "title": markdown.inline_plain,
    "wrap": wrap,
    "underline": underline,
}
