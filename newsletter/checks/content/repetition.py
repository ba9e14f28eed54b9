"""What the template writes and the text says once more, as after copying from a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from newsletter.checks.check import Remark
from newsletter.checks.passages import Passage
from newsletter.checks.subject import Subject

_PROSE = ("summary", "practice_implications")
_WORD = re.compile(r"\w+")
_PARAGRAPH = re.compile(r"(?:[^\n]+\n?)+")
_ENDS_HERE = re.compile(r"[\s”’\"')\]]*(?:[.?!…:\n]|$)")
"""After the title's words: their sentence, or their line, is over."""
_FEWEST_WORDS = 3
_HEADING = re.compile(
    r"^[ #]*(?:practice|practical|clinical)[ ]implications?[ ]*[:.]?[ ]*$",
    re.IGNORECASE | re.MULTILINE,
)


def title_in_text(subject: Subject) -> Iterator[Remark]:
    """The template prints the title; a text that begins with it prints it twice.

    A first sentence, a first line or a whole paragraph counts, in other letters, with or
    without its full stop; titles of one or two words do not.
    """
    titles = {each.study: _words(each.text) for each in subject.passages if each.kind == "title"}
    for passage in subject.passages:
        title = titles.get(passage.study) if passage.kind in _PROSE else None
        if title and len(title) >= _FEWEST_WORDS:
            for offset in _repeats(passage, title):
                message = "the title is repeated here; remove it, the template prints it already"
                yield Remark(passage.place(offset), message)


def _repeats(passage: Passage, title: list[str]) -> Iterator[int]:
    for paragraph in _PARAGRAPH.finditer(passage.text):
        words = list(islice(_WORD.finditer(paragraph[0]), len(title) + 1))
        opening = [word[0].casefold() for word in words[: len(title)]]
        if opening == title:
            is_first = not passage.text[: paragraph.start()].strip()
            ends = _ENDS_HERE.match(paragraph[0], words[len(title) - 1].end())
            if len(words) == len(title) or (is_first and ends):
                yield paragraph.start() + words[0].start()


def heading_in_text(subject: Subject) -> Iterator[Remark]:
    """The template writes the heading "Practice Implications"; in a text it stands twice.

    Below it is a part of the page that belongs into `practice_implications`.
    """
    for passage in subject.passages:
        if passage.kind in _PROSE:
            for found in _HEADING.finditer(passage.text):
                message = f"the heading '{found[0].strip()}' stands in the text; remove it"
                yield Remark(passage.place(found.start()), message)


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]
