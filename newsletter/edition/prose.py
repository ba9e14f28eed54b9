"""Markdown as plain text: paragraphs, lists, and links as numbered notes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from jinja2 import pass_context
from jinja2.runtime import Context
from markdown_it.token import Token

from newsletter.edition.markdown import blocks
from newsletter.edition.nobreak import GLUE
from newsletter.edition.text import fold


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


@pass_context
def prose(context: Context, text: str, indent: int = 0) -> str:
    """Lay a Markdown text out at 72 columns; its links join the template's `notes`."""
    writer = _Writer(context["notes"].mark, indent)
    for block in blocks(text):
        handler = _HANDLERS.get(block.type)
        if handler:
            handler(writer, block)
    return writer.written


@dataclass
class _List:
    """A list that is open, and the sign before its current entry."""

    number: int | None
    sign: str = ""

    def next_entry(self) -> None:
        self.sign = "- " if self.number is None else f"{self.number}. "
        self.number = None if self.number is None else self.number + 1


@dataclass
class _Writer:
    """Collects the laid-out paragraphs; blank lines stand between all but a list's entries."""

    mark: Callable[[str], str]
    indent: int
    written: str = ""
    _lists: list[_List] = field(default_factory=list)
    _due: int = 0
    """Entries, innermost last, whose sign no line has shown yet."""
    _follows_entry: bool = False

    def open_list(self, block: Token) -> None:
        start = block.attrGet("start")
        ordered = block.type == "ordered_list_open"
        self._lists.append(_List(int(1 if start is None else start) if ordered else None))

    def close_list(self, _: Token) -> None:
        self._lists.pop()
        self._follows_entry = bool(self._lists)

    def open_entry(self, _: Token) -> None:
        self._lists[-1].next_entry()
        self._due += 1

    def close_entry(self, _: Token) -> None:
        if self._due:  # an entry without a word
            self._write("", self._first_margin().rstrip())

    def paragraph(self, block: Token) -> None:
        words = "".join(_words(block.children or [], self.mark))
        self._write(words, self._first_margin())

    def _first_margin(self) -> str:
        shown = len(self._lists) - self._due
        signs = [each.sign for each in self._lists]
        return " " * (self.indent + len("".join(signs[:shown]))) + "".join(signs[shown:])

    def _write(self, words: str, first: str) -> None:
        gap = "\n" if self._follows_entry and self._due else "\n\n"
        inner = self.indent + sum(len(each.sign) for each in self._lists)
        line, *others = words.split("\n")
        lines = [fold(line, inner, first), *(fold(other, inner) for other in others)]
        self.written += (gap if self.written else "") + "\n".join(lines)
        self._due, self._follows_entry = 0, bool(self._lists)


def _words(children: list[Token], mark: Callable[[str], str]) -> Iterator[str]:
    target, shown = "", ""
    for child in children:
        if child.type == "link_open":
            target, shown = str(child.attrGet("href")), ""
        elif child.type == "link_close":
            is_shown = shown in (target, target.removeprefix("mailto:"))
            yield "" if is_shown else f"{GLUE}{mark(target)}"
        else:
            word = _SIGNS.get(child.type, child.content)
            shown += word
            yield word


_SIGNS = {"softbreak": " ", "hardbreak": "\n", "strong_open": "*", "strong_close": "*"}
_HANDLERS: dict[str, Callable[[_Writer, Token], None]] = {
    "bullet_list_open": _Writer.open_list,
    "ordered_list_open": _Writer.open_list,
    "bullet_list_close": _Writer.close_list,
    "ordered_list_close": _Writer.close_list,
    "list_item_open": _Writer.open_entry,
    "list_item_close": _Writer.close_entry,
    "inline": _Writer.paragraph,
}
