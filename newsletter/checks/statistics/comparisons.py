"""Statistics that stand together and contradict each other: estimate, interval and p."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from operator import attrgetter

from newsletter.checks.check import Remark
from newsletter.checks.statistics.agreement import (
    contradicts,
    implied_p,
    is_off_centre,
    is_outside,
    nulls_of,
)
from newsletter.checks.statistics.equations import Equation
from newsletter.checks.statistics.figures import Figure
from newsletter.checks.statistics.intervals import Interval
from newsletter.checks.statistics.reading import Reading, readings
from newsletter.checks.statistics.results import Result
from newsletter.checks.statistics.scales import FEW_STUDIES, SMALL_SAMPLE
from newsletter.checks.subject import Subject

_LEAST_SHOWN = 0.001
"""A smaller p is printed as less (APA Publication Manual, 7th edition, section 6.36)."""
_OFF_P = 1.5
"""Times the p that is implied, or that part of it."""
_OTHER_P = re.compile(
    r"one-?[\s-]?(?:tailed|sided)|1-?[\s-]?(?:tailed|sided)|equivalen|inferior|superiority"
    r"|TOST|Bonferroni|Holm|\bFDR\b|false discovery|multiple (?:comparison|testing)"
    r"|corrected p|adjusted p|p-adj|corrected for|exact test|log-?rank|likelihood.ratio"
    r"|permutation|Mann|Wilcoxon",
    re.IGNORECASE,
)
"""In a sentence with one of these a p may answer to another interval."""
_OF_COMPARISON = re.compile(
    r"[\s,]{0,4}\bfor\b|\s{0,2}[)\]]?\s{1,4}(?:did|do|does)\s{1,4}not\s{1,4}differ"
)
"""After a p: it is of something else, `p = .44 for the difference`."""
_MOST_COMPARED = 5
"""Results before one whose p may be theirs as well."""
_ASYMMETRIC = re.compile(
    r"\bindirect|\bmediat|boot-?strap|bias-corrected|\bBCa\b|credib|Bayes|posterior|percentile"
    r"|quantile|profile|back-?transform|skew|permutation",
    re.IGNORECASE,
)
"""In a text with one of these an interval need not be symmetric on any scale."""


def bounds_reversed(subject: Subject) -> Iterator[Remark]:
    """An interval's lower bound comes first; otherwise a sign or a digit may be wrong."""
    for reading in readings(subject):
        for interval in reading.sentence.intervals:
            if not interval.is_ordered:
                message = f"{reading.quote(interval)} has its upper bound first"
                yield reading.remark(interval.low, message)


def estimate_outside(subject: Subject) -> Iterator[Remark]:
    """An estimate lies within its own interval, however both were rounded."""
    for reading, result, interval in _intervals(subject):
        if result.estimates and all(is_outside(each, interval) for each in result.estimates):
            estimate = result.estimates[-1]
            quoted = reading.quote(estimate)
            message = f"{quoted} lies outside its own interval, {reading.quote(interval)}"
            yield reading.remark(estimate.figure, message)


def estimate_off_centre(subject: Subject) -> Iterator[Remark]:
    """An estimate stands about the middle of its interval; otherwise a digit may be wrong.

    For correlations that is so on Fisher's z scale, for ratios on the logarithmic one. Told of
    when it is off by more than a quarter of the interval's half-width, however all three were
    rounded. Indirect, bootstrapped and Bayesian results have asymmetric intervals, so nothing
    is said in a text that speaks of them.
    """
    for reading, result, interval in _intervals(subject):
        if is_off_centre(result, interval) and not _ASYMMETRIC.search(reading.sentence.text):
            (estimate,) = result.estimates
            quoted = f"{reading.quote(estimate)} is far from the middle of its interval"
            yield reading.remark(estimate.figure, f"{quoted}, {reading.quote(interval)}")


def p_against_interval(subject: Subject) -> Iterator[Remark]:
    """A p is below α just when the interval of level 1 − α leaves out the null.

    The null is 0, and 1 for ratios. Nothing is said where a bound may have been rounded from
    the null or p is about α, nor in a sentence with one-sided, corrected or equivalence tests.
    """
    for reading, result, interval in _intervals(subject):
        p = _own_p(reading, result)
        if p and contradicts(p, result, interval) and not _OTHER_P.search(reading.words):
            nulls = sorted(nulls_of(result, interval))
            verb = "holds" if interval.holds(nulls[0]) else "leaves out"
            said = f"{reading.quote(interval)}, which {verb} {' and '.join(map(str, nulls))}"
            yield reading.remark(p.figure, f"{reading.quote(p)} contradicts {said}")


def p_unlike_interval(subject: Subject) -> Iterator[Remark]:
    """An exact p is near the one that its estimate and interval imply.

    Told of when it is more than 1.5 times as large or as small, however all numbers were
    rounded, both for a normal interval and for Student's t with ten degrees of freedom, and not
    what t with two degrees gives either, as Hartung–Knapp's method does with three studies.
    """
    for reading, result, interval in _intervals(subject):
        p = _own_p(reading, result)
        if not p or p.relation != "=" or contradicts(p, result, interval):
            continue
        implied = implied_p(result, interval, SMALL_SAMPLE)
        widest = implied_p(result, interval, FEW_STUDIES)
        if not implied or not widest or _is_near(p.figure, *implied):
            continue
        if not _is_within(p.figure, *widest) and _is_plain(reading):
            quoted = f"{reading.quote(result.estimates[0])} with {reading.quote(interval)}"
            message = f"{reading.quote(p)} does not fit {quoted}, whose p is "
            message += _range(*implied)
            yield reading.remark(p.figure, message)


def _intervals(subject: Subject) -> Iterator[tuple[Reading, Result, Interval]]:
    """Each interval with its bounds in order, and the result it belongs to."""
    for reading in readings(subject):
        for result in reading.sentence.results:
            for interval in result.intervals:
                if interval.is_ordered:
                    yield reading, result, interval


def _own_p(reading: Reading, result: Result) -> Equation | None:
    """A result's p, unless it may be of its comparison with an earlier one that has none."""
    p, sentence = result.p, reading.sentence
    if not p or _OF_COMPARISON.match(sentence.text, p.end):
        return None
    at = bisect_left(sentence.results, result.start, key=attrgetter("start"))
    earlier = sentence.results[max(0, at - _MOST_COMPARED) : at]
    return None if any(_may_share_p(each, result) for each in earlier) else p


def _may_share_p(earlier: Result, result: Result) -> bool:
    """Whether a p after `CBT (d = …, 95% CI …) and IPT (d = …, 95% CI …)` may be of both."""
    if earlier.p or not earlier.intervals:
        return False
    measures, others = ({e.measure for e in each.estimates} for each in (earlier, result))
    return not measures or not others or bool(measures & others)


def _is_plain(reading: Reading) -> bool:
    return not (_ASYMMETRIC.search(reading.sentence.text) or _OTHER_P.search(reading.words))


def _is_near(p: Figure, least: float, most: float) -> bool:
    return p.most * _OFF_P >= least and p.least / _OFF_P <= most


def _is_within(p: Figure, least: float, most: float) -> bool:
    return p.most >= least and p.least <= most


def _range(least: float, most: float) -> str:
    low, high = _shown(least), _shown(most)
    if low == high:
        return low
    return f"at most {high}" if least < _LEAST_SHOWN else f"{low} to {high}"


def _shown(p: float) -> str:
    return f"{p:.3f}".removeprefix("0") if p >= _LEAST_SHOWN else "less than .001"
