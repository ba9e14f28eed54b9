"""The lines of a page's text, from which a link goes together with the words around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details div dl dt fieldset "
    "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main nav ol p pre "
    "section summary table tbody td tfoot th thead tr ul".split()
)
_SILENT = frozenset(("head", "script", "style", "template", "title"))
_CONTENT = frozenset(("br", "hr", "img", "input", "picture", "svg", "video"))
"""Elements that are something though they hold no text."""
_SEPARATOR = re.compile(r"\s*[|·•∙⋅‧]\s*|\s+[-–—/~]\s+|\xa0{2,}")
"""What stands between the links of a footer."""


@dataclass(frozen=True)
class Stretch:
    """A text of lxml's tree: that within an element's start, or that behind its end."""

    element: Any
    side: Literal["text", "tail"]

    @property
    def words(self) -> str:
        """As they stand there now."""
        return getattr(self.element, self.side) or ""

    @property
    def holder(self) -> Any:
        """The element that the text is within."""
        return self.element if self.side == "text" else self.element.getparent()

    def is_within(self, element: Any) -> bool:
        """Whether the text is part of an element."""
        holder = self.holder
        return holder is element or any(each is element for each in holder.iterancestors())

    def cut(self, start: int, end: int) -> None:
        """Take some of it out."""
        words = self.words
        setattr(self.element, self.side, words[: max(start, 0)] + words[max(end, 0) :])


@dataclass(frozen=True)
class Line:
    """The text between two ends of blocks, or `<br>`s."""

    stretches: list[Stretch]
    breaks: tuple[Any, ...]
    """The `<br>` before it, and the one behind, where there are."""

    @property
    def words(self) -> str:
        """All of its text."""
        return "".join(each.words for each in self.stretches)

    def span(self, element: Any) -> tuple[int, int]:
        """Where the text of one of its elements begins and ends."""
        start = end = None
        for place, stretch in self._places():
            if stretch.is_within(element):
                start = place if start is None else start
                end = place + len(stretch.words)
        return start or 0, end or 0

    def cut(self, start: int, end: int) -> None:
        """Take a piece of it out, and whatever holds nothing any more."""
        for place, stretch in list(self._places()):
            stretch.cut(start - place, end - place)
        holders = [each.holder for each in self.stretches]
        if not self.words.strip():
            for each in self.breaks[:1]:
                each.drop_tree()
        for each in holders:
            prune(each)

    def cut_item(self, start: int, end: int) -> None:
        """Take out a link, the words around it up to the next link or mark, and one such mark."""
        words = self.words
        edges = [found.span() for found in _SEPARATOR.finditer(words)]
        for left, right in (self.span(each) for each in self._links()):
            edges += [(right, right)] if right <= start else []
            edges += [(left, left)] if left >= end else []
        before = max((each for each in edges if each[1] <= start), default=None)
        after = min((each for each in edges if each[0] >= end), default=None)
        if before is None:
            self.cut(0, after[1] if after else len(words))
        elif after is None:
            self.cut(before[0], len(words))
        elif after[0] < after[1]:
            self.cut(before[0], after[0])
        else:  # before the next link: what parts the two of them stays
            self.cut(before[1], end + len(words[end : after[0]].rstrip()))

    def _places(self) -> Iterator[tuple[int, Stretch]]:
        place = 0
        for each in self.stretches:
            yield place, each
            place += len(each.words)

    def _links(self) -> list[Any]:
        found: dict[Any, None] = {}
        for each in self.stretches:
            holders = (each.holder, *each.holder.iterancestors())
            found |= {holder: None for holder in holders if holder.tag == "a"}
        return list(found)


def lines_of(body: Any) -> Iterator[Line]:
    """All lines of a page, as they are now."""
    for block in [each for each in body.iter() if each.tag in BLOCKS]:
        yield from _own_lines(block)


def line_with(link: Any) -> Line | None:
    """The line that a link is a piece of; None where it holds more than that, or no words."""
    if not link.text_content().strip():
        return None
    if any(each.tag in BLOCKS or each.tag in _CONTENT for each in link.iterdescendants()):
        return None
    block = next((each for each in link.iterancestors() if each.tag in BLOCKS), None)
    if block is None:
        return None
    own = Stretch(link, "text")
    return next((line for line in _own_lines(block) if own in line.stretches), None)


def prune(element: Any) -> None:
    """Drop an element that holds nothing, and then what holds nothing but for it."""
    while element is not None and element.tag not in ("html", "body"):
        parent = element.getparent()
        if parent is None or not _is_empty(element):
            return
        element.drop_tree()
        element = parent


def _is_empty(element: Any) -> bool:
    if any(each.tag in _CONTENT or each.get("id") for each in element.iter()):
        return False
    return not "".join(element.itertext()).strip()


def _own_lines(block: Any) -> Iterator[Line]:
    line, before = list[Stretch](), None
    for piece in _pieces(block):
        if isinstance(piece, Stretch):
            line.append(piece)
            continue
        after = piece if piece.tag == "br" else None
        yield Line(line, tuple(each for each in (before, after) if each is not None))
        line, before = [], after
    yield Line(line, () if before is None else (before,))


def _pieces(element: Any) -> Iterator[Stretch | Any]:
    """Stretches of text, and the elements that end a line."""
    yield Stretch(element, "text")
    for child in element:
        if child.tag == "br" or child.tag in BLOCKS:
            yield child
        elif child.tag not in _SILENT:
            yield from _pieces(child)
        yield Stretch(child, "tail")
