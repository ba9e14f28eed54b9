"""What the statistics in an issue's texts say, as values that checks can compare."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Generic, TypeVar

from newsletter.checks.check import Remark
from newsletter.checks.passages import Passage
from newsletter.checks.statistics.equations import Equation, equations, estimate_before
from newsletter.checks.statistics.figures import Figure, shown
from newsletter.checks.statistics.intervals import Interval, Kind, bare_intervals, intervals
from newsletter.checks.statistics.measures import ESTIMATES
from newsletter.checks.statistics.results import Result, Token, results
from newsletter.checks.statistics.sentences import statistical_sentences
from newsletter.checks.subject import Subject

_KINDS = frozenset({"subject", "preheader", "intro", "title", "summary", "practice_implications"})
_CHECK = "check it against the article"
_BY_START, _BY_END = attrgetter("start"), attrgetter("end")
T = TypeVar("T", Equation, Interval)


@dataclass(frozen=True)
class Sentence:
    """A sentence with its statistics."""

    text: str
    """The whole text, whose offsets all values use."""
    start: int
    end: int
    equations: tuple[Equation, ...]
    intervals: tuple[Interval, ...]
    results: tuple[Result, ...]


@dataclass(frozen=True)
class Reading:
    """A sentence at its place in an issue."""

    sentence: Sentence
    _passage: Passage

    @property
    def words(self) -> str:
        """What the sentence says."""
        return self.sentence.text[self.sentence.start : self.sentence.end]

    def quote(self, token: Token) -> str:
        """A statistic as it was typed."""
        return f"'{shown(self.sentence.text, token.start, token.end)}'"

    def remark(self, figure: Figure, message: str) -> Remark:
        """What is to be said of a number."""
        return Remark(self._passage.place(figure.start), f"{message}; {_CHECK}")


def readings(subject: Subject) -> Iterator[Reading]:
    """The sentences of an issue that hold statistics."""
    for passage in subject.passages:
        if passage.kind in _KINDS:
            yield from (Reading(sentence, passage) for sentence in read(passage.text))


@lru_cache(maxsize=256)
def read(text: str) -> tuple[Sentence, ...]:
    """The sentences of a text that hold statistics."""
    spans = list(statistical_sentences(text))
    found = tuple(_sentence(text, *span, None) for span in spans)
    named = [
        each for sentence in found for each in sentence.intervals if each.kind is Kind.CONFIDENCE
    ]
    levels = {each.level for each in named if each.level}
    if len(levels) == 1 and any(each.level is None for each in named):
        (usual,) = levels
        return tuple(_sentence(text, *span, usual) for span in spans)
    return found


def _sentence(text: str, start: int, end: int, level: float | None) -> Sentence:
    named = _Row(list(intervals(text, start, end, level)))
    single = _Row([each for each in equations(text, start, end) if not named.overlaps(each)])
    alone = [
        number
        for each in named.tokens
        if (number := estimate_before(text, start, each.start)) and not single.overlaps(number)
    ]
    bare = [
        each
        for each in bare_intervals(text, start, end)
        if not named.overlaps(each) and _is_estimate(text, single.last_before(each), each)
    ]
    tokens: list[Token] = [*named.tokens, *bare, *single.tokens, *alone]
    tokens.sort(key=_BY_START)
    found = tuple(results(text, tokens))
    return Sentence(text, start, end, tuple(single.tokens), (*named.tokens, *bare), found)


def _is_estimate(text: str, equation: Equation | None, interval: Interval) -> bool:
    """Whether nothing but a comma stands between an estimate and the brackets after it."""
    if equation is None or equation.measure.role not in ESTIMATES:
        return False
    return not text[equation.end : interval.start].replace(",", "").strip()


@dataclass(frozen=True)
class _Row(Generic[T]):
    """Statistics of one kind, in their order."""

    tokens: list[T]

    def overlaps(self, token: Token) -> bool:
        """Whether another statistic is part of one of them."""
        at = bisect_right(self.tokens, token.start, key=_BY_END)
        return at < len(self.tokens) and self.tokens[at].start < token.end

    def last_before(self, token: Token) -> T | None:
        """The one that ends before another statistic begins."""
        at = bisect_right(self.tokens, token.start, key=_BY_END)
        return self.tokens[at - 1] if at else None
