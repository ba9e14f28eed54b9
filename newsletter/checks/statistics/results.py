"""Which estimate, interval and p belong together: those with nothing but commas between them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from newsletter.checks.statistics.equations import Equation
from newsletter.checks.statistics.figures import UNITS
from newsletter.checks.statistics.intervals import Interval
from newsletter.checks.statistics.measures import EFFECTS, ESTIMATES, Role

Token = Equation | Interval


@dataclass(frozen=True, slots=True)
class Result:
    """A result as it is reported: an estimate, its interval and its p, as far as printed."""

    start: int
    """Offset of the first of its statistics."""
    end: int
    estimates: tuple[Equation, ...]
    """Of several the interval belongs to one, nobody knows which."""
    intervals: tuple[Interval, ...]
    p: Equation | None


_BETWEEN = re.compile(
    rf"(?:[\s,;:()\[\]]|\b(?:with|and|an?|its|the|ns)\b|\bn\.s\.|\b{UNITS}){{0,24}}"
)
_TESTS = frozenset({Role.TEST, Role.OTHER_TEST, Role.P})
_OTHER_THINGS = frozenset({Role.OTHER_TEST, Role.UNKNOWN})


def results(text: str, tokens: Sequence[Token]) -> Iterator[Result]:
    """The results among the statistics of a sentence, in their order."""
    pairs = _pairs_means(tokens)
    for chain in _chains(text, tokens):
        is_reversed = False
        for group in _groups(chain):
            is_reversed |= isinstance(group[0], Interval)
            yield _result(group, is_reversed, pairs)


def _pairs_means(tokens: Sequence[Token]) -> bool:
    """Whether there are intervals for all means; with fewer, one may be of a difference."""
    means = sum(_role(token) is Role.LEVEL for token in tokens)
    return means <= sum(isinstance(token, Interval) for token in tokens)


def _chains(text: str, tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Statistics with no words between them."""
    chain: list[Token] = []
    for token in tokens:
        if chain and not _BETWEEN.fullmatch(text, chain[-1].end, token.start):
            yield chain
            chain = []
        chain.append(token)
    if chain:
        yield chain


def _groups(chain: list[Token]) -> Iterator[list[Token]]:
    """Parts of a chain; an estimate after an interval or a p begins another one."""
    group: list[Token] = []
    is_complete = False
    for token in chain:
        role = _role(token)
        if is_complete and role in ESTIMATES:
            yield group
            group, is_complete = [], False
        group.append(token)
        is_complete |= role in (None, Role.P)
    yield group


def _result(group: list[Token], is_reversed: bool, pairs_means: bool) -> Result:
    intervals = tuple(token for token in group if isinstance(token, Interval))
    is_unsure = is_reversed or any(interval.is_plural for interval in intervals)
    estimates = () if is_unsure else _candidates(group)
    if not pairs_means:
        estimates = tuple(each for each in estimates if each.measure.role is not Role.LEVEL)
    has_lost = not estimates and any(_role(token) in ESTIMATES for token in group)
    return Result(
        group[0].start, group[-1].end, estimates, intervals, None if has_lost else _p(group)
    )


def _candidates(group: list[Token]) -> tuple[Equation, ...]:
    """The estimates that the group's first interval may belong to.

    What follows a test may be the interval of what was tested, as of a difference of means;
    only a regression's coefficients and ratios are reported with their tests in between.
    """
    effects: list[Equation] = []
    levels: list[Equation] = []
    for token in group:
        if isinstance(token, Interval):
            break
        role = token.measure.role
        if role is Role.UNKNOWN:
            effects, levels = [], []
        elif role in _TESTS:
            levels = []
            if role is not Role.P:
                effects = [each for each in effects if each.measure.role is Role.TERM]
        elif role in EFFECTS:
            effects.append(token)
        elif role is Role.LEVEL:
            levels.append(token)
    return tuple(effects or levels) if effects or len(levels) == 1 else ()


def _p(group: list[Token]) -> Equation | None:
    """The first p that is no other test's."""
    is_own = True
    for token in group:
        role = _role(token)
        if is_own and role is Role.P:
            return token  # type: ignore[return-value]
        is_own = role not in _OTHER_THINGS and (is_own or role is None or role in ESTIMATES)
    return None


def _role(token: Token) -> Role | None:
    return None if isinstance(token, Interval) else token.measure.role
