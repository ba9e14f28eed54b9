"""Places inside a scalar's text.

A scalar's letters stand in its file in the same order, however it is quoted and folded, so
the n-th letter of the text is the n-th letter of what was typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from newsletter.yaml_source.finding import Place
from newsletter.yaml_source.nodes import Scalar

_PLAIN = re.compile(r"\S")
_LETTERS = {
    "'": re.compile(r"''|\S"),
    '"': re.compile(r"\\(?:x(?P<x>..)|u(?P<u>....)|U(?P<U>.{8})|.|\n)|\S"),
}
"""What stands for one letter in each style of quotation."""
_NAME = r"(?:&\S+\s+)?"
_OPENING = {
    "": re.compile(_NAME),
    "'": re.compile(rf"{_NAME}'"),
    '"': re.compile(rf'{_NAME}"'),
    "|": re.compile(rf"{_NAME}\|.*\n?"),
    ">": re.compile(rf"{_NAME}>.*\n?"),
}
"""What stands before the first letter: the name that an alias repeats it by, and the sign."""
_BLANK_ESCAPES = frozenset(" \tntrvfNLP_\n")


def place_within(scalar: Scalar, offset: int, lines: list[str]) -> Place:
    """Where the character at an offset of the scalar's text is typed.

    White space stands where the next letter does. A repeated text (an alias) has one place.
    """
    if lines[scalar.place.line - 1].startswith("*", scalar.place.column - 1):
        return scalar.place
    first = scalar.place.line
    text = "\n".join(lines[first - 1 : scalar.end_line])
    before = len(_PLAIN.findall(scalar.text[:offset]))
    at = scalar.place.column - 1
    for at in islice(_letters(scalar, text), before + 1):  # noqa: B007 - the last is meant
        pass
    return Place(first + text.count("\n", 0, at), at - text.rfind("\n", 0, at))


def _letters(scalar: Scalar, text: str) -> Iterator[int]:
    """Offsets of the scalar's letters in the lines that hold it."""
    opening = _OPENING[scalar.style].match(text, scalar.place.column - 1)
    start = opening.end() if opening else 0
    for letter in _LETTERS.get(scalar.style, _PLAIN).finditer(text, start):
        if not _is_blank(letter):
            yield letter.start()


def _is_blank(letter: re.Match[str]) -> bool:
    """Whether an escape stands for white space."""
    if letter[0][0] != "\\" or len(letter[0]) == 1:
        return False
    code = next(filter(None, letter.groupdict().values()), None)
    return chr(int(code, 16)).isspace() if code else letter[0][1] in _BLANK_ESCAPES
