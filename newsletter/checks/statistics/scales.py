"""The scales on which an estimate stands in the middle of its interval, and what p follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import atan, atanh, cos, inf, log, sin, sqrt
from statistics import NormalDist

_NORMAL = NormalDist()
SMALL_SAMPLE, FEW_STUDIES = 10, 2
"""Degrees of freedom: intervals of small samples have Student's t behind them, and so have those
of Hartung–Knapp's method, where three studies give two degrees."""


@dataclass(frozen=True)
class Scale:
    """A transformation that makes intervals symmetric."""

    of: Callable[[float], float]
    null: float
    """Where there is no effect."""
    low: float = -inf
    high: float = inf


LINEAR = Scale(lambda value: value, 0)
FISHER = Scale(atanh, 0, -1, 1)
LOGARITHMIC = Scale(log, 1, 0)


def two_sided(z: float, level: float, degrees: int) -> tuple[float, float]:
    """The least and the greatest p of an estimate `z` standard errors from the null.

    `z` is measured by an interval of this level as if it were a normal one; the p are those of
    the normal distribution and of Student's t with so many (an even number) degrees of freedom.
    """
    normal = 2 * _NORMAL.cdf(-z)
    student = 2 * _student_tail(z * _student_bound(level, degrees) / normal_bound(level), degrees)
    return min(normal, student), max(normal, student)


def normal_bound(level: float) -> float:
    """Half the width, in standard errors, of a normal interval of this level (of 100)."""
    return _NORMAL.inv_cdf(0.5 + level / 200)


@lru_cache(maxsize=16)
def _student_bound(level: float, degrees: int) -> float:
    low, high = 0.0, 100.0
    for _ in range(60):
        middle = (low + high) / 2
        is_beyond = 2 * _student_tail(middle, degrees) < 1 - level / 100
        low, high = (low, middle) if is_beyond else (middle, high)
    return low


def _student_tail(t: float, degrees: int) -> float:
    """The upper tail of Student's t (Abramowitz & Stegun 26.7.4, even degrees of freedom)."""
    angle = atan(t / sqrt(degrees))
    term = total = 1.0
    for degree in range(1, degrees - 1, 2):
        term *= degree / (degree + 1) * cos(angle) ** 2
        total += term
    return (1 - sin(angle) * total) / 2
