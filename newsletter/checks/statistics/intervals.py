"""Reading intervals: `95% CI [−.55, −.27]`, `CI: 0.10–0.57`, `95% confidence interval .1 to .2`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from newsletter.checks.statistics.figures import GAP, SIGNED, Figure, figure


class Kind(Enum):
    """What an interval is said to be."""

    CONFIDENCE = "confidence"
    OTHER = "other"
    """Credible, prediction: no p answers to it, and it need not be symmetric."""
    BARE = "bare"
    """Only brackets after an estimate."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A printed interval."""

    start: int
    end: int
    low: Figure
    high: Figure
    kind: Kind
    level: float | None
    """Of 100; None where it is not printed, here or for all others of the text."""
    is_plural: bool
    """`CIs`: the first of several, whose estimates stand elsewhere."""
    is_percentage: bool

    @property
    def is_ordered(self) -> bool:
        """Whether the lower bound comes first."""
        return self.low.value <= self.high.value

    def excludes(self, null: float) -> bool:
        """Whether the null lies outside, however the bounds were rounded."""
        return self.low.least > null or self.high.most < null

    def holds(self, null: float) -> bool:
        """Whether the null lies inside, however the bounds were rounded."""
        return self.low.most < null < self.high.least


_NAME = re.compile(
    r"[CHPcp](?<![A-Za-z].)(?:(?P<other>rI|DI|PDI|PD|(?<=P)I)|I|L|\.I\.|(?P<word>redib(?:le|ility)"
    r"|rediction|onfidence)\s{1,4}(?:interval|limit))(?P<s>s)?(?![A-Za-z])"
    rf"(?:{GAP}[(\[][A-Z][A-Za-z]{{1,3}}[)\]])?"
)
"""`CI`, `C.I.`, `CL`, `confidence interval (CI)`; `CrI`, `HDI`, `PI`, `prediction interval`."""
_LEVEL_BEFORE = re.compile(
    r"(?<![\d.,])(?P<level>\d{2}(?:\.\d{1,2})?)\s{0,3}(?:%|per\s?cent)[\s-]{0,3}"
    r"(?:(?:bias-corrected|bootstrap(?:ped)?|BCa?|percentile|accelerated|and|profile|likelihood"
    r"|robust|Wald|Bayesian|posterior|highest|density|simultaneous|adjusted)\s{1,3}){0,4}\(?\Z"
)
_LONGEST_LEVEL = 60
_LEVEL_AFTER = rf"(?:{GAP}[(.]?(?P<level>9[059](?:\.\d)?)(?!\d|\.\d)(?:{GAP}%)?\)?)?"
_BRIDGE = (
    rf"(?:{GAP}(?:[:=,;]|(?:of|from|was|is|were|are|being|runs|ran|ranged|ranging|between)\b"
    r"|for\s[\w’'-]{1,15}(?:\s[\w’'-]{1,15}){0,2}(?=\s{0,2}[\[(:=]))){0,3}"
)
_TO = (
    rf"(?:(?P<list>{GAP}[,;]{GAP})|\s{{1,4}}(?:to|and|through)\s{{1,4}}"
    r"|(?<=[\d%])[-−–‒—]\s?|\s{1,4}[-−–‒—]\s{1,4})"
)
"""A dash with a blank on its left only may as well be a minus after a comma that is missing."""
_RANGE = (
    rf"(?P<low>{SIGNED})(?:{GAP}(?P<percent>%))?{_TO}"
    rf"(?P<high>{SIGNED})(?!\d|[.·]\d)(?:{GAP}(?P<percents>%))?"
)
_BOUNDS = re.compile(
    rf"{_LEVEL_AFTER}(?P<bridge>{_BRIDGE}){GAP}(?P<open>[\[(]{GAP})?{_RANGE}"
    rf"(?(list)(?!{GAP}[,;]{GAP}[-−–‒]?\s?\d{{0,9}}[.·]\d))(?(open)(?:{GAP}[\])])?)"
)
"""Of three numbers in a list nobody knows which are the bounds."""
_BARE = re.compile(rf"\[{GAP}{_RANGE}{GAP}\]")
_LOOSE_SIGN = re.compile(r"[-–‒]\s")


def intervals(text: str, start: int, end: int, usual: float | None = None) -> Iterator[Interval]:
    """The named intervals in a part of a text; where no level is printed, it is the usual one."""
    after = start
    for name in _NAME.finditer(text, start, end):
        bounds = _BOUNDS.match(text, name.end(), end)
        if bounds and name.start() >= after and not _may_begin_with_a_dash(bounds):
            yield _named(text, start, name, bounds, usual)
            after = bounds.end()


def bare_intervals(text: str, start: int, end: int) -> Iterator[Interval]:
    """Brackets with two numbers, which mean an interval after an estimate.

    `[12, 15]` names references; an interval's bounds have decimals.
    """
    for match in _BARE.finditer(text, start, end):
        if "." in match[0] or "·" in match[0]:
            yield _interval(text, match.span(), match, Kind.BARE, None)


def _named(
    text: str, start: int, name: re.Match[str], bounds: re.Match[str], usual: float | None
) -> Interval:
    before = max(start, name.start() - _LONGEST_LEVEL)
    level = _LEVEL_BEFORE.search(text, before, name.start())
    typed = level["level"] if level else bounds["level"]
    printed = float(typed) if typed else usual
    span = (level.start() if level else name.start(), bounds.end())
    is_other = name["other"] or (name["word"] or "").startswith("r")
    kind = Kind.OTHER if is_other else Kind.CONFIDENCE
    return _interval(text, span, bounds, kind, printed, bool(name["s"]))


def _interval(  # noqa: PLR0913, PLR0917 - the parts of an interval
    text: str,
    span: tuple[int, int],
    bounds: re.Match[str],
    kind: Kind,
    level: float | None,
    is_plural: bool = False,
) -> Interval:
    low, high = figure(text, bounds.span("low")), figure(text, bounds.span("high"))
    is_percentage = bool(bounds["percent"] or bounds["percents"])
    return Interval(*span, low, high, kind, level, is_plural, is_percentage)


def _may_begin_with_a_dash(bounds: re.Match[str]) -> bool:
    """`95% CI – 0.10 to 0.57`: the dash may be a minus or a dash."""
    return not (bounds["open"] or bounds["bridge"]) and bool(_LOOSE_SIGN.match(bounds["low"]))
