"""Values that a statistic cannot have, whatever stands beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.checks.check import Remark
from newsletter.checks.statistics.equations import Equation
from newsletter.checks.statistics.figures import Figure
from newsletter.checks.statistics.intervals import Interval
from newsletter.checks.statistics.measures import (
    AGREEMENT_OR_RATIO,
    CORRELATION,
    COUNT,
    ERROR,
    PART_OF_VARIANCE,
    PROBABILITY,
    RATIO,
    RELIABILITY,
    SPREAD,
    SQUARED_TEST,
    Measure,
)
from newsletter.checks.statistics.reading import Reading, Sentence, readings
from newsletter.checks.subject import Subject

_WITHIN_ONE = frozenset({CORRELATION, RELIABILITY, PART_OF_VARIANCE})
_RATIOS = frozenset({RATIO, AGREEMENT_OR_RATIO})
_NEVER_NEGATIVE = frozenset({SPREAD, ERROR, SQUARED_TEST})
_POINT_OF_A_SCALE = re.compile(r"\d\s{0,3}\Z")
"""`at −1 SD = −0.45` tells a slope at a value of the moderator."""
_FROM_ABOVE = frozenset("=<≤")
_WHOLE = 0.5
"""Slack of a number without decimals."""
_AVERAGE = re.compile(r"(?:mean|average|median|M)\s{1,3}\Z", re.IGNORECASE)
_UNIT = re.compile(r"\s{0,2}(?:million|billion|thousand|[MmKk]\b|%|per\s?cent)")


def beyond_one(subject: Subject) -> Iterator[Remark]:
    """A correlation, a reliability and a share of variance lie between −1 and 1.

    So do the bounds of a correlation's interval. `R² = 24%` is .24.
    """
    for reading, equation in _equations(subject, _WITHIN_ONE):
        noun = equation.measure.noun
        if _size(equation) > 1 and not _is_named_number(equation):
            quoted = reading.quote(equation)
            yield reading.remark(equation.figure, f"{quoted}: a {noun} is never beyond 1")
    for reading, interval, bound, noun in _bounds(subject, _WITHIN_ONE):
        if abs(bound.value) > 1 and not interval.is_percentage:
            quoted = reading.quote(interval)
            yield reading.remark(bound, f"{quoted} is of a {noun}, which is never beyond 1")


def ratio_below_zero(subject: Subject) -> Iterator[Remark]:
    """Ratios of odds, risks, hazards and rates are above zero, and so are their bounds.

    A ratio below zero may be a logarithm, which is to be called so; one of `0.00` wants more
    digits. A lower bound may be rounded to `0.00`.
    """
    for reading, equation in _equations(subject, _RATIOS):
        if equation.figure.value <= 0:
            quoted = reading.quote(equation)
            yield reading.remark(equation.figure, f"{quoted}: a ratio is always above 0")
    for reading, interval, bound, noun in _bounds(subject, _RATIOS):
        if bound.value < 0:
            quoted = reading.quote(interval)
            yield reading.remark(bound, f"{quoted} is of a {noun}, which is always above 0")


def negative_spread(subject: Subject) -> Iterator[Remark]:
    """Standard deviations, standard errors, `F`, `χ²` and `Q` are never below zero."""
    for reading, equation in _equations(subject, _NEVER_NEGATIVE):
        before = reading.sentence.text[max(0, equation.start - 4) : equation.start]
        if equation.figure.value < 0 and not _POINT_OF_A_SCALE.search(before):
            quoted = reading.quote(equation)
            noun = equation.measure.noun
            yield reading.remark(equation.figure, f"{quoted}: a {noun} is never below 0")


def broken_count(subject: Subject) -> Iterator[Remark]:
    """`n`, `N` and `k` count people and studies: whole numbers, and none below zero."""
    for reading, equation in _equations(subject, frozenset({COUNT})):
        if _is_broken(equation, reading.sentence):
            quoted = reading.quote(equation)
            yield reading.remark(equation.figure, f"{quoted}: a count is whole and not below 0")


def impossible_p(subject: Subject) -> Iterator[Remark]:
    """A p lies between 0 and 1, and is never 0: what programs print as `.000` is `p < .001`.

    APA Publication Manual, 7th edition, section 6.36.
    """
    for reading in readings(subject):
        for equation in reading.sentence.equations:
            if equation.measure is PROBABILITY and (fault := _fault_of_p(equation, reading)):
                yield reading.remark(equation.figure, fault)


def _fault_of_p(equation: Equation, reading: Reading) -> str | None:
    quoted, value = reading.quote(equation), equation.figure.value
    if value < 0 or _size(equation) > 1:
        return None if _is_named_number(equation) else f"{quoted}: a p lies between 0 and 1"
    if value == 0 and equation.relation in _FROM_ABOVE:
        return f"{quoted}: no p is 0, so write 'p < .001'"
    return None


def _equations(
    subject: Subject, measures: frozenset[Measure]
) -> Iterator[tuple[Reading, Equation]]:
    for reading in readings(subject):
        for equation in reading.sentence.equations:
            if equation.measure in measures and equation.relation == "=":
                yield reading, equation


def _bounds(
    subject: Subject, measures: frozenset[Measure]
) -> Iterator[tuple[Reading, Interval, Figure, str]]:
    """The bounds of the intervals that belong to estimates of these kinds."""
    for reading in readings(subject):
        for result in reading.sentence.results:
            if len(result.estimates) == 1 and result.estimates[0].measure in measures:
                for interval in result.intervals:
                    for bound in (interval.low, interval.high):
                        yield reading, interval, bound, result.estimates[0].measure.noun


def _size(equation: Equation) -> float:
    return abs(equation.figure.value) / (100 if equation.is_percentage else 1)


def _is_named_number(equation: Equation) -> bool:
    """`a correlation of 12 scales`: a whole number after words may count things."""
    return not equation.has_sign and equation.figure.slack == _WHOLE


def _is_broken(equation: Equation, sentence: Sentence) -> bool:
    value = equation.figure.value
    if value < 0:
        return True
    before = sentence.text[max(0, equation.start - 10) : equation.start]
    is_kappa = equation.symbol in "kK" and value < 1
    return not (
        value.is_integer()
        or is_kappa
        or _AVERAGE.search(before)
        or _UNIT.match(sentence.text, equation.figure.end)
    )
