"""Statistics that stay on one line.

`r = −.42`, `95% CI [−.55, −.27]`, `p < .001` and short groups such as
`(n = 4; SMD = -0.30)` lose their meaning when a line ends inside them. Their inner spaces
are exchanged for a glue that no line breaks at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

NO_BREAK_SPACE = "\u00a0"
GLUE = "\ufdd0"
"""Stands for a bound space while a text is laid out; the loader lets no text hold it."""
LONGEST_GROUP = 32
"""Characters of a bracketed group that still fit a line of a 320 px phone."""

_WHITE = " \n\u2009"
"""Where a line could break; a thin space stands around operators in text from PDFs."""
_SPACE = f"[{_WHITE}]{{1,2}}"
_GAP = f"[{_WHITE}]{{0,2}}"
_FIGURE = r"\.?\d[\d.,]{0,14}(?<![.,])"
_NUMBER = rf"(?:[-−–‒+±]{_GAP})?{_FIGURE}(?:{_GAP}%)?"
_TO = rf"(?:[,;]{_GAP}|{_SPACE}to{_SPACE}|{_GAP}[-–−]{_GAP})"
_RANGE = rf"{_NUMBER}{_TO}{_NUMBER}"
_BRACKETED = rf"[\[(]{_GAP}{_RANGE}{_GAP}[\])]"
_SYMBOL = r"(?<!\w)[^\W\d_][\w²³’'′+-]{0,11}"
_DEGREES = r"(?:\(\d[\w.,;= \n]{0,24}\)|\([A-Za-z-]{1,12}\))"
_MORE = (
    rf"(?:{_SPACE}(?:to{_SPACE}|[×±]{_SPACE}){_NUMBER}[⁰¹²³⁴-⁹⁻]{{0,5}}"
    rf"|{_SPACE}\({_FIGURE}\))"
)
"""What may follow the value: the end of its range, a power of ten, its deviation."""
_EQUATION = rf"{_SYMBOL}{_GAP}{_DEGREES}?{_GAP}(?:[=<>≤≥≈≠~]|[<>!]=){_GAP}{_NUMBER}{_MORE}?"
_CONFIDENCE = (
    rf"(?<![\d.])\d{{2}}(?:\.\d{{1,3}})?{_GAP}%{_GAP}-?(?:CI|CrI|HDI|PI)s?{_GAP}[:=,]?"
    rf"{_GAP}(?:from{_SPACE})?(?:[\[(]{_GAP})?{_RANGE}(?:{_GAP}[\])])?"
)
_PERCENTAGE = rf"(?<![\d.,])(?:{_FIGURE}{_SPACE}to{_SPACE})?{_FIGURE}{_GAP}%"
_SIGNED = rf"(?<![\w.])[-−–‒]{_FIGURE}{_SPACE}to{_SPACE}{_NUMBER}"
_STATISTIC = re.compile(
    "|".join((_CONFIDENCE, _EQUATION, rf"(?:CI{_SPACE})?{_BRACKETED}", _PERCENTAGE, _SIGNED))
)
_HINT = re.compile(r"[=<>≤≥≈≠~%−]|[\[(][-−–.\d]")
"""Every statistic holds one of these; most paragraphs hold none."""
_SEPARATOR = re.compile(f"[,;]{_SPACE}")


def glued(text: str) -> Iterator[int]:
    """Offsets of the white space in a text at which no line may break."""
    if not _HINT.search(text):
        return
    spans = [match.span() for match in _STATISTIC.finditer(text)]
    for start, end in (*spans, *_short_groups(text, spans)):
        yield from (at for at in range(start, end) if text[at] in _WHITE)


@lru_cache(maxsize=256)
def bind(text: str) -> str:
    """The text with `GLUE` for each space inside a statistic."""
    letters = list(text)
    for offset in glued(text):
        letters[offset] = GLUE
    return "".join(letters)


def _short_groups(text: str, spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Statistics that stand in brackets together, `(n = 4; r = .3)`, and fit a phone's line."""
    opened, before = None, 0
    for start, end in spans:
        if text[max(0, start - 1)] == "(":
            opened = start
        elif not _SEPARATOR.fullmatch(text, before, start):
            opened = None
        if opened is not None and ")" in text[end - 1 : end + 1]:
            if text.index(")", end - 1) - opened + 2 <= LONGEST_GROUP:
                yield opened, end
            opened = None
        before = end
