"""Statistics that stay on one line.

`r = −.42`, `95% CI [−.55, −.27]`, `p < .001` and short groups such as
`(n = 4; SMD = -0.30)` lose their meaning when a line ends inside them. Their inner spaces
are exchanged for a glue that no line breaks at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

NO_BREAK_SPACE = "\u00a0"
GLUE = "\ufdd0"
"""Stands for a bound space while a text is laid out; the loader lets no text hold it."""
LONGEST_GROUP = 32
"""Characters of a bracketed group that still fit a line of a 320 px phone."""

_SPACE = "[ \\n]"
_SIGN = rf"(?:[-−–‒+±]{_SPACE}?)"
_NUMBER = (
    rf"{_SIGN}?(?:\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d{{1,12}}(?:\.\d{{1,12}})?|\.\d{{1,12}})"
    rf"(?:{_SPACE}?%)?"
)
_RANGE = (
    rf"{_NUMBER}(?:(?:,{_SPACE}?|;{_SPACE}?|{_SPACE}to{_SPACE}|{_SPACE}?[-–−]{_SPACE}?){_NUMBER})"
)
_INTERVAL = rf"(?:\[{_SPACE}?{_RANGE}{_SPACE}?\]|\({_SPACE}?{_RANGE}{_SPACE}?\)|{_RANGE})"
_DEGREES = r"(?:\(\d[\d.,; \n]{0,20}\))"
_SYMBOL = rf"(?<!\w)[^\W\d_][\w²³’'-]{{0,11}}{_SPACE}?{_DEGREES}?"
_EQUATION = rf"{_SYMBOL}{_SPACE}?(?:[=<>≤≥≈~]|[<>]=){_SPACE}?{_NUMBER}"
_CONFIDENCE = (
    rf"(?<![\d.])\d{{2}}(?:\.\d{{1,3}})?{_SPACE}?%{_SPACE}?(?:CI|CrI|HDI|PI){_SPACE}?[:=,]?"
    rf"{_SPACE}?{_INTERVAL}"
)
_STATISTIC = rf"(?:{_CONFIDENCE}|{_EQUATION})"
_GROUP = rf"\({_STATISTIC}(?:[,;]{_SPACE}{_STATISTIC}){{0,3}}\)"
_PATTERN = re.compile(rf"{_GROUP}|{_STATISTIC}|(?<![\d.,])\d{{1,12}}(?:[.,]\d{{1,12}})?{_SPACE}%")
_HINT = re.compile("[=<>≤≥≈~%]")
"""Every statistic holds one of these; most paragraphs hold none."""
_INNER = re.compile(_STATISTIC)


def glued(text: str) -> Iterator[int]:
    """Offsets of the white space in a text at which no line may break."""
    for match in _PATTERN.finditer(text) if _HINT.search(text) else ():
        for start, end in _pieces(match):
            yield from (at for at in range(start, end) if text[at] in " \n")


def bind(text: str, glue: str = GLUE) -> str:
    """The text with `glue` for each space inside a statistic."""
    letters = list(text)
    for offset in glued(text):
        letters[offset] = glue
    return "".join(letters)


def _pieces(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    """The whole match, or of a group too long for a phone's line each statistic of it."""
    if match[0].startswith("(") and len(match[0]) > LONGEST_GROUP:
        for inner in _INNER.finditer(match.string, match.start(), match.end()):
            yield inner.span()
    else:
        yield match.span()
