"""Whether an estimate, its interval and its p can all be right, however they were rounded."""

from __future__ import annotations

from collections.abc import Callable

from newsletter.checks.statistics.equations import Equation
from newsletter.checks.statistics.figures import Figure
from newsletter.checks.statistics.intervals import Interval, Kind
from newsletter.checks.statistics.measures import ANY_EFFECT
from newsletter.checks.statistics.results import Result
from newsletter.checks.statistics.scales import Scale, normal_bound, two_sided

_USUAL_LEVELS = (90.0, 95.0, 99.0)
"""What may be meant where no level is printed: a contradiction is one for all of them."""
_NEARLY = 1.1
"""A p within a tenth of α may fall on its other side by another method."""
_OFF_CENTRE = 0.25
"""Of the half-width."""


def is_outside(estimate: Equation, interval: Interval) -> bool:
    """Whether an estimate lies outside an interval."""
    value = estimate.figure
    is_beyond = value.most < interval.low.least or value.least > interval.high.most
    return estimate.relation == "=" and is_beyond and _is_comparable(estimate, interval)


def is_off_centre(result: Result, interval: Interval) -> bool:
    """Whether an estimate is far from the middle on every scale that may be meant."""
    if not _is_exact(result, interval):
        return False
    triple = (result.estimates[0].figure, interval.low, interval.high)
    scales = _scales(result.estimates[0], *triple)
    return bool(scales) and all(_is_off(scale, *triple) for scale in scales)


def nulls_of(result: Result, interval: Interval) -> frozenset[float]:
    """The values, 0 or 1 or either, that mean "no effect"; none where that is not known."""
    if interval.kind is Kind.OTHER:
        return frozenset()
    kinds = [estimate.measure.nulls for estimate in result.estimates]
    is_share = interval.is_percentage and interval.low.value >= 0
    if not kinds and interval.kind is Kind.CONFIDENCE and not is_share:
        kinds = [ANY_EFFECT.nulls]
    nulls = frozenset[float]().union(*kinds) if all(kinds) else frozenset[float]()
    return nulls & {0} if interval.low.value < 0 else nulls


def contradicts(p: Equation, result: Result, interval: Interval) -> bool:
    """Whether a p and an interval cannot both be right, of whatever level the interval is."""
    nulls = nulls_of(result, interval)
    levels = (interval.level,) if interval.level else _USUAL_LEVELS
    alphas = [round(1 - level / 100, 6) for level in levels]
    if not nulls or p.is_percentage:
        return False
    if all(interval.holds(null) for null in nulls):
        return all(_BELOW[p.relation](p.figure, alpha) for alpha in alphas)
    if all(interval.excludes(null) for null in nulls):
        return all(_ABOVE[p.relation](p.figure, alpha) for alpha in alphas)
    return False


def implied_p(result: Result, interval: Interval, degrees: int) -> tuple[float, float] | None:
    """The least and the greatest p that an estimate and its interval allow.

    From those of a normal interval to those of Student's t with so many degrees of freedom.
    """
    if not _is_exact(result, interval) or not interval.level:
        return None
    triple = (result.estimates[0].figure, interval.low, interval.high)
    scales = _scales(result.estimates[0], *triple)
    ranges = [
        implied
        for scale in scales
        if scale.null in result.estimates[0].measure.nulls
        and (implied := _implied_on(scale, interval.level, degrees, triple))
    ]
    if not ranges or is_off_centre(result, interval):
        return None
    return min(least for least, _ in ranges), max(most for _, most in ranges)


def _is_exact(result: Result, interval: Interval) -> bool:
    """Whether a confidence interval belongs to one exact estimate that lies inside."""
    if len(result.estimates) != 1 or interval.kind is not Kind.CONFIDENCE:
        return False
    estimate = result.estimates[0]
    is_alike = estimate.is_percentage == interval.is_percentage
    return estimate.relation == "=" and is_alike and not is_outside(estimate, interval)


def _is_comparable(estimate: Equation, interval: Interval) -> bool:
    """Whether both are percentages or neither; in `41% (95% CI .38, .44)` no sign is missing."""
    if estimate.is_percentage == interval.is_percentage:
        return True
    plain = interval.high if estimate.is_percentage else estimate.figure
    return plain.value > 1


def _scales(estimate: Equation, *figures: Figure) -> list[Scale]:
    """The scales that may be meant; none where one of them ends within a number's rounding."""
    possible = [
        scale
        for scale in estimate.measure.scales
        if all(scale.low < each.most and each.least < scale.high for each in figures)
    ]
    is_sure = all(
        scale.low < each.least and each.most < scale.high for scale in possible for each in figures
    )
    return possible if is_sure else []


def _is_off(scale: Scale, estimate: Figure, low: Figure, high: Figure) -> bool:
    """Whether it lies outside the middle part of the interval."""
    of = scale.of
    if of(high.least) <= of(low.most):
        return False
    least = (of(estimate.least) - of(low.most)) / (of(high.most) - of(low.most))
    most = (of(estimate.most) - of(low.least)) / (of(high.least) - of(low.least))
    return least > 0.5 + _OFF_CENTRE / 2 or most < 0.5 - _OFF_CENTRE / 2


def _implied_on(
    scale: Scale, level: float, degrees: int, triple: tuple[Figure, Figure, Figure]
) -> tuple[float, float] | None:
    estimate, low, high = triple
    of, null = scale.of, scale.of(scale.null)
    narrowest, widest = of(high.least) - of(low.most), of(high.most) - of(low.least)
    if narrowest <= 0:
        return None
    ends = (of(estimate.least) - null, of(estimate.most) - null)
    nearest = 0.0 if ends[0] <= 0 <= ends[1] else min(map(abs, ends))
    errors = 2 * normal_bound(level)
    least, _ = two_sided(max(map(abs, ends)) / narrowest * errors, level, degrees)
    _, most = two_sided(nearest / widest * errors, level, degrees)
    return least, most


_Side = Callable[[Figure, float], bool]
_BELOW: dict[str, _Side] = {
    "<": lambda p, alpha: p.value <= alpha,
    "≤": lambda p, alpha: p.value < alpha,
    "=": lambda p, alpha: p.most * _NEARLY < alpha,
    ">": lambda _, __: False,
    "≥": lambda _, __: False,
    "≈": lambda _, __: False,
}
"""Whether a p that is printed with this relation is below α."""
_ABOVE: dict[str, _Side] = {
    "<": lambda _, __: False,
    "≤": lambda _, __: False,
    "=": lambda p, alpha: p.least > alpha * _NEARLY,
    ">": lambda p, alpha: p.value >= alpha,
    "≥": lambda p, alpha: p.value >= alpha,
    "≈": lambda _, __: False,
}
"""Whether it is above α."""
