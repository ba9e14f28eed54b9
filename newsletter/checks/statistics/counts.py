"""Reading counts with their percentages: `13 of 45 patients (28.9%)`, `29% (n = 13) of the 45`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from newsletter.checks.statistics.figures import DIGITS, Figure, figure

PERCENT = r"(?:%|\s{0,2}(?:%|per\s?cent\b))"
WORD = r"[^\W\d][\w’'-]{0,24}"
THE = r"(?:(?:the|all|these|those|our|their|its|a|total|of|only)\s{1,4}){0,4}"


@dataclass(frozen=True, slots=True)
class Count:
    """A part of a whole, with the percentage that is printed for it."""

    start: int
    end: int
    part: int
    whole: int
    share: Figure
    is_vague: bool
    """`almost 40%`, `about 40%`."""


_NUMERALS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_WRITTEN = "|".join((*_NUMERALS, *map(str.capitalize, _NUMERALS)))
_INTEGER = r"(?:[1-9]\d{0,2}(?:,\d{3})+|\d{1,7})(?![\d%-]|[.,·]\d|\s{1,2}(?:%|per\s?cent))"
_PARTS = {
    "PART": rf"(?<![\w.,·/$€£–−-])(?P<part>{_INTEGER}|(?:{_WRITTEN})\b)",
    "WHOLE": rf"(?:N\s?=\s?)?(?P<whole>{_INTEGER})",
    "SHARE": rf"(?<![\w.,·–−-])(?P<share>{DIGITS}){PERCENT}",
    "OF": rf"\s{{0,4}}(?:out\s{{1,4}}of|of|/)\s{{0,4}}{THE}",
    "THE": THE,
    "WORD": rf"\s{{1,4}}{WORD}",
    "HEDGES": r"(?:[^\W\d]{2,14}\s{1,4}|[~≈<>]\s?){0,3}",
    "END": r"(?=\s?[)\],;.:]|\Z)[)\]]?",
    "OPEN": r"\s{0,4}[(\[]\s{0,2}(?:n\s{0,2}=\s{0,2})?",
    "SAYS": r"(?:that|which)\s{1,4}is,?\s{1,4}",
    "AMONG": r"[Oo]f|[Oo]ut\sof|[Aa]mong",
    "CLOSE": r"\s{0,2}[)\]]",
}
_FORMS = (
    r"PART OF WHOLE WORD{0,5} (?:OPEN|,?\s{1,4}or\s{1,4}) HEDGES SHARE END",
    r"PART OF WHOLE WORD{0,9} \s{0,4}[,–—;-]? \s{1,4} SAYS HEDGES SHARE (?:END|\s{1,4}of\b)",
    r"SHARE (?:\s{1,4}of WORD{1,3})? OPEN PART OF WHOLE WORD{0,3} \s{0,2}[)\],;]",
    r"SHARE OPEN PART CLOSE \s{1,4}of\s{1,4} THE WHOLE",
    r"PART WORD{0,2} OPEN SHARE CLOSE \s{1,4}of\s{1,4} THE WHOLE",
    r"AMONG\s{1,4} THE WHOLE WORD{1,6},\s{1,4} PART OPEN SHARE END",
)
"""The ways of saying it, from `13 of 45 patients (28.9%)` to `Of 45 patients, 13 (28.9%)`."""


def _pattern(form: str) -> re.Pattern[str]:
    name = re.compile(r"\b[A-Z]{2,6}\b")
    return re.compile(name.sub(lambda match: f"(?:{_PARTS[match[0]]})", form).replace(" ", ""))


_PATTERNS = tuple(map(_pattern, _FORMS))
_PERCENT = re.compile(r"%|per\s?cent")
_WHOLE = re.compile(r"(?:of|/|the|N\s?=)\s{0,4}(?:[a-z]{1,5}\s{1,4}){0,4}\d|[Aa]mong\s|Of\s")
_OF_THE = re.compile(r"of\s{1,4}(?:the|these|those|all|our)\s{1,4}\d")
"""Most sentences hold none of these."""
_START = re.compile(rf"(?<![\w.,·/$€£–−-])(?:\d|(?:[Oo]f|[Oo]ut\sof|[Aa]mong)\s|(?:{_WRITTEN})\b)")
"""What each of them begins with."""
_OF_ALL = _pattern(
    r"PART \s{1,4}(?:out\s{1,4})?of\s{1,4}(?:the|these|those|all|our)\s{1,4} WHOLE WORD"
)
_YEARS = range(1900, 2100)
_VAGUE = re.compile(
    r"\b(?:about|almost|nearly|approximately|roughly|around|over|than|under|least|most|up"
    r"|close)\b|[~≈<>]",
    re.IGNORECASE,
)
_OF_VARIANCE = re.compile(r"varia|explain|account", re.IGNORECASE)
"""`2 of 5 factors explain the variance (45%)` counts no part of the variance."""
_LONGEST_HEDGE = 16


def counts(text: str, start: int, end: int) -> Iterator[Count]:
    """The parts of a whole in a sentence that have a percentage, each once."""
    if not (_PERCENT.search(text, start, end) and _WHOLE.search(text, start, end)):
        return
    seen: set[int] = set()
    for opening in _START.finditer(text, start, end):
        for pattern in _PATTERNS:
            match = pattern.match(text, opening.start(), end)
            if match and match.start("share") not in seen and not _OF_VARIANCE.search(match[0]):
                seen.add(match.start("share"))
                yield _count(text, start, match)


def excesses(text: str, start: int, end: int) -> Iterator[tuple[Figure, int]]:
    """Parts that are more than their whole, `20 of the 19 studies`, and where that ends."""
    if not _OF_THE.search(text, start, end):
        return
    for match in _OF_ALL.finditer(text, start, end):
        part = _number(match["part"])
        if part > _number(match["whole"]) and not (part in _YEARS and "," not in match["part"]):
            yield Figure(*match.span("part"), part, 0), match.end()


def _count(text: str, start: int, match: re.Match[str]) -> Count:
    said = text[max(start, match.start() - _LONGEST_HEDGE) : match.end("share")]
    return Count(
        *match.span(),
        _number(match["part"]),
        _number(match["whole"]),
        figure(text, match.span("share")),
        bool(_VAGUE.search(said)),
    )


def _number(typed: str) -> int:
    if typed.lower() in _NUMERALS:
        return _NUMERALS.index(typed.lower()) + 1
    return int(typed.replace(",", ""))
