"""Reading single statistics: `r = −.42`, `SMD 0.45`, `p < .001`, `an odds ratio of 1.4`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from newsletter.checks.statistics.figures import ENDS, GAP, SIGNED, UNITS, Figure, figure
from newsletter.checks.statistics.measures import (
    ANY_EFFECT,
    DIFFERENCE,
    EFFECTS,
    OTHER,
    SHARE,
    WORDS,
    Measure,
    Role,
    measure_of,
)


@dataclass(frozen=True, slots=True)
class Equation:
    """A printed statistic."""

    start: int
    end: int
    measure: Measure
    relation: str
    """`=`, `<`, `>`, `≤`, `≥` or `≈`; words are read as `=`."""
    figure: Figure
    is_percentage: bool
    symbol: str
    has_sign: bool
    """Whether a sign stands between symbol and number, rather than a word or nothing."""


_EQUATION = re.compile(
    rf"(?<![\w.])(?:(?P<words>(?=[a-zA-Z]{{4}}|[pP]\s)(?i:{WORDS})s?)|(?P<logarithm>(?:log|ln)[\s(]?)?"
    r"(?P<symbol>(?:[^\W\d_]|[∆Δ])[\w²^’'+-]{0,11}+))\)?"
    rf"(?P<degrees>{GAP}\([^()]{{1,40}}\))?{GAP}"
    r"(?:(?P<relation>[=<>≤≥≈~:]{1,2}|=\s[<>]|(?:of|was|is|were)(?=\s))|(?<=[A-Za-z])(?=[\s,]),?)"
    rf"{GAP}(?P<number>{SIGNED}){ENDS}(?![-−–‒]\.?\d|\s?/)(?P<percent>{GAP}%)?"
)
_ALONE = re.compile(
    rf"(?P<before>[(~≈]{GAP}|\b(?:of|was|is|were|by|at|be|about|approximately|around|averaged"
    rf"|estimate|estimated)\s{{1,4}})?(?<![\d.,·–−-])(?P<number>{SIGNED})(?P<percent>{GAP}%)?"
    rf"(?:{GAP}{UNITS})?[\s,;:(\[]{{1,4}}\Z"
)
"""A number without a symbol, right before its interval."""
_LONGEST_ALONE = 40
_RELATIONS = {
    "<": "<",
    ">": ">",
    "≤": "≤",
    "≥": "≥",
    "<=": "≤",
    ">=": "≥",
    "=<": "≤",
    "=>": "≥",
    "≈": "≈",
    "~": "≈",
}
_IN_WORDS = frozenset({"of", "was", "is", "were", ":"})


def equations(text: str, start: int, end: int) -> Iterator[Equation]:
    """The statistics with a symbol or a name in a part of a text."""
    for match in _EQUATION.finditer(text, start, end):
        equation = _equation(text, match)
        if _is_meant(match, equation.measure):
            yield equation


def estimate_before(text: str, start: int, end: int) -> Equation | None:
    """The number without a symbol at the end of a part of a text, after which an interval begins.

    A whole number may count or name anything: `Study 2 (95% CI …)`.
    """
    match = _ALONE.search(text, max(start, end - _LONGEST_ALONE), end)
    if not match or not (match["percent"] or (match["before"] and _is_decimal(match["number"]))):
        return None
    measure = SHARE if match["percent"] else ANY_EFFECT
    span = (match.start("number"), match.end("percent" if match["percent"] else "number"))
    number = figure(text, match.span("number"))
    return Equation(*span, measure, "=", number, bool(match["percent"]), "", False)


def _equation(text: str, match: re.Match[str]) -> Equation:
    symbol = match["words"] or match["symbol"]
    measure = measure_of(symbol)
    if match["logarithm"] and measure.low == 0:
        measure = DIFFERENCE
    typed = "".join((match["relation"] or "").split())
    return Equation(
        *match.span(),
        measure,
        _RELATIONS.get(typed, "="),
        figure(text, match.span("number")),
        bool(match["percent"]),
        symbol,
        has_sign=bool(typed) and typed not in _IN_WORDS,
    )


def _is_meant(match: re.Match[str], measure: Measure) -> bool:
    """Whether words that happen to stand before a number name a statistic."""
    if match["relation"]:
        return measure is not OTHER or match["relation"] not in _IN_WORDS
    number = match["number"]
    is_signed = number[0] in "-−–‒"
    return (
        (bool(match["words"]) or match["symbol"][-1].isupper())
        and len(match["words"] or match["symbol"]) > 1
        and _is_decimal(number)
        and (measure.role in EFFECTS or (measure.role is Role.DETAIL and not is_signed))
        and not (is_signed and number[1].isspace())
    )


def _is_decimal(number: str) -> bool:
    return "." in number or "·" in number
