"""Markdown's signs blanked out of a text, whose length and offsets stay.

The renderer's own parser says what is markup, so that a star is blanked exactly where the
page shows none. It keeps no places within a line, so what it shows is found in the typed
text again, word after word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from markdown_it.helpers import parseLinkDestination, parseLinkTitle
from markdown_it.token import Token

from newsletter.edition import markdown
from newsletter.edition.nobreak import GLUE

_MAYBE_EMPHASIS = re.compile(r"[*_\\]")
_MAYBE_MARKDOWN = re.compile(r"[*_\\<]|\]\(|^[ \t]*(?:[-+]|\d{1,9}[.)])(?:\s|$)", re.MULTILINE)
"""What shows none of these shows all that was typed."""
_SIGN = re.compile(r"[*_\\\[\]]")
_INK = re.compile(r"\S")
_SPACES = re.compile(r"\s*")


def without_emphasis(text: str) -> str:
    """A title or citation with its emphasis and escapes blanked."""
    if not _MAYBE_EMPHASIS.search(text):
        return text
    pen = _Pen(text)
    pen.show(markdown.inline_plain(text.strip().replace("\t", " ")))
    return pen.finished()


def without_markdown(text: str) -> str:
    """A text with its emphasis, links' addresses, list signs and escapes blanked."""
    if not _MAYBE_MARKDOWN.search(text):
        return text
    typed = text.rstrip().lstrip("\n")  # as the issue holds it, whose parse is remembered
    lines = typed.split("\n")
    shown = [_INK.sub(" ", line) for line in lines]
    for block in markdown.blocks(typed):
        if block.type == "inline" and block.map:
            _show(block, block.map[0], lines, shown)
    start = len(text) - len(text.lstrip("\n"))
    return text[:start] + "\n".join(shown) + text[start + len(typed) :]


def _show(block: Token, row: int, lines: list[str], shown: list[str]) -> None:
    """Write a paragraph's words into the blank lines; it ends its lines as the file does."""
    words = _words(block.content, block.children or ())
    while not lines[row].rstrip().endswith(block.content.split("\n", 1)[0].rstrip()):
        row += 1  # past a line of no-break spaces, which a paragraph sheds
    for at, line in enumerate(block.content.split("\n"), row):
        indent = len(line) - len(line.lstrip())
        start = lines[at].rfind(line.strip())
        ink = words[indent : len(line.rstrip())]
        shown[at] = shown[at][:start] + ink + shown[at][start + len(ink) :]
        words = words[len(line) + 1 :]


def _words(typed: str, children: Iterable[Token]) -> str:
    pen, is_address = _Pen(typed), False
    for child in children:
        if child.type.startswith("link_"):
            is_address = child.type == "link_open" and child.markup == "autolink"
            if child.type == "link_close":
                pen.blank(pen.after_autolink() if child.markup else pen.after_link())
        elif child.type in ("softbreak", "hardbreak"):
            pen.blank(typed.index("\n", pen.at) + 1)
        elif not is_address:
            pen.show(child.content)
    return pen.finished()


class _Pen:
    """Copies a text from left to right, with spaces for what is not shown."""

    def __init__(self, typed: str) -> None:
        self.typed = typed
        self.at = 0
        self._copied: list[str] = []

    def show(self, words: str) -> None:
        """Copy words, and blank the signs before and between them."""
        while words:
            sign = _SIGN.search(self.typed, self.at, self.at + len(words))
            count = min(len(words), (sign.start() if sign else len(self.typed)) - self.at)
            if not count or not self.typed.startswith(words[:count], self.at):
                count = 1
                self.blank(self._next(words[0]))
            self._copied.append(self.typed[self.at : self.at + count])
            self.at += count
            words = words[count:]

    def blank(self, end: int) -> None:
        """Blank all up to an offset."""
        if end > self.at:
            self._copied.append(_INK.sub(" ", self.typed[self.at : end]))
            self.at = end

    def finished(self) -> str:
        """The copy, with the rest of the text blanked."""
        self.blank(len(self.typed))
        return "".join(self._copied)

    def after_link(self) -> int:
        """Where `](https://… "title")` ends, which stands here after some signs."""
        end = self._after_spaces(self.typed.index("](", self.at) + 2)
        end = self._after_spaces(parseLinkDestination(self.typed, end, len(self.typed)).pos)
        title = parseLinkTitle(self.typed, end, len(self.typed))
        return self.typed.index(")", title.pos if title.ok else end) + 1

    def after_autolink(self) -> int:
        """Where `<https://…>` ends, which stands here after some signs."""
        return self.typed.index(">", self.at) + 1

    def _next(self, letter: str) -> int:
        """Where a letter comes next; statistics are bound by another space than the typed one."""
        is_space = letter == GLUE or letter.isspace()
        end = self.at
        while end < len(self.typed) and not (
            self.typed[end].isspace() if is_space else self.typed[end] == letter
        ):
            end += 1
        return end

    def _after_spaces(self, at: int) -> int:
        return at + len(_SPACES.match(self.typed, at)[0])  # type: ignore[index]
