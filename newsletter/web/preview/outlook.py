"""What classic Outlook for Windows sees: Word's reading of conditional comments.

An approximation: Word also lays out differently, which no browser can show.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable

_OPENING = r"<!--\[if\s+(?P<hidden>[^\]]+)\]>(?:<!-->|-->)?|<!\[if\s+(?P<revealed>[^\]]+)\]>"
_CLOSING = r"(?:<!--\s*)?<!\[endif\](?:-->|>)"
_MARKS = re.compile(f"{_OPENING}|{_CLOSING}", re.IGNORECASE)
_WORDS = re.compile(r"[()|&!]|(?:(?:lt|lte|gt|gte|eq)\s+)?(?:mso|ie|vml)(?:\s+\d+)?", re.IGNORECASE)
_MEDIA_QUERY = re.compile(r"@media[^{}]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", re.IGNORECASE)
_MEDIA_SHEET = re.compile(r"<style\b[^>]*\smedia=.*?</style>", re.IGNORECASE | re.DOTALL)
_SETTINGS = re.compile(
    r"<noscript>\s*<xml\b.*?</xml>\s*</noscript>|<xml\b.*?</xml>", re.IGNORECASE | re.DOTALL
)

_VERSION = 16
"""Of Word in Outlook 2016 to 2024."""
_COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "": operator.eq,
    "eq": operator.eq,
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
}


def as_outlook(html: str) -> str:
    """The document with conditional comments resolved and what Word ignores removed.

    Word knows no media query, and Office's settings are not for the eye.
    """
    seen = _SETTINGS.sub("", resolve_conditions(html))
    return _MEDIA_QUERY.sub("", _MEDIA_SHEET.sub("", seen))


def resolve_conditions(html: str) -> str:
    """Keep what a condition lets Word see, drop the rest and the comments themselves."""
    seen, shown_until, open_conditions = [], 0, list[bool]()
    for mark in _MARKS.finditer(html):
        if all(open_conditions):
            seen.append(html[shown_until : mark.start()])
        condition = mark["hidden"] or mark["revealed"]
        if condition:
            open_conditions.append(holds(condition))
        elif open_conditions:
            open_conditions.pop()
        shown_until = mark.end()
    return "".join(seen) + html[shown_until:]


def holds(condition: str) -> bool:
    """Whether a condition such as `(gte mso 9) | IE` is true of Word."""
    return _Reader(_WORDS.findall(condition)).either()


class _Reader:
    """Reads a condition's words by descent: `|` binds least, `!` most."""

    def __init__(self, words: list[str]) -> None:
        self._words = words[::-1]

    def either(self) -> bool:
        value = self._both()
        while self._take("|"):
            value |= self._both()
        return value

    def _both(self) -> bool:
        value = self._one()
        while self._take("&"):
            value &= self._one()
        return value

    def _one(self) -> bool:
        if self._take("!"):
            return not self._one()
        if self._take("("):
            value = self.either()
            self._take(")")
            return value
        return bool(self._words) and _is_true(self._words.pop())

    def _take(self, word: str) -> bool:
        found = bool(self._words) and self._words[-1] == word
        if found:
            self._words.pop()
        return found


def _is_true(word: str) -> bool:
    match = re.fullmatch(r"(?:(\w+)\s+)?(mso|ie|vml)(?:\s+(\d+))?", word.lower())
    if not match or match[2] == "ie":
        return False
    if match[2] == "vml" or not match[3]:
        return True
    return _COMPARISONS[match[1] or ""](_VERSION, int(match[3]))
