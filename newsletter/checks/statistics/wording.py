"""What a sentence says of its intervals: that they are significant, or that they are not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from newsletter.checks.check import Remark
from newsletter.checks.statistics.agreement import nulls_of
from newsletter.checks.statistics.intervals import Interval
from newsletter.checks.statistics.reading import Reading, readings
from newsletter.checks.statistics.results import Result
from newsletter.checks.subject import Subject

_ALPHA = 0.05
"""What "significant" means where nothing else is said."""
_BREAK = re.compile(
    r"\([^()]*\)|\[[^\[\]]*\]"
    r"|(?P<break>;|\b(?:but|whereas|while|although|though|however|except|yet|unlike|despite"
    r"|because|since|if)\b|,\s{1,4}and\b|\band\s{1,4}(?:the|there|this|that|these|those|it|they"
    r"|we|in|at|for|when|so|also|was|were)\b)"
)
"""Where a clause ends, outside of brackets."""
_WORD = r"[\w’'/-]{1,24}"
_NOT = (
    r"(?:\b(?:not|never|without|cannot|fail(?:ed|s)?\s{1,4}to)"
    r"|\bno(?!\s{1,4}(?:treatment|therapy|intervention|contact)))\b|n[’']t\b"
)
_EFFECT = (
    r"(?:effect|associat|relat|correlat|differ|predict|reduc|improv|increas|decreas|higher|lower"
    r"|large|small|better|worse|great|few|indirect|positive|negative|more|less|benefit|superior"
    r"|change|gain|link)"
)
_TERM = re.compile(
    rf"(?P<not>(?:{_NOT})(?:\s{{1,4}}{_WORD}){{0,3}}\s{{1,4}}significan(?:t|tly|ce)\b)"
    rf"|(?:\b(?:is|was|are|were|be|been|remain(?:s|ed)?|became|statistically|highly|also|still)"
    rf"\s{{1,4}}|(?<![\w-])(?=(?:non[\s-]?|in)?significant(?:ly)?"
    rf"\s{{1,4}}(?:{_WORD}\s{{1,4}}){{0,2}}{_EFFECT}))"
    r"(?P<non>non[\s-]?|in)?significant(?:ly)?\b",
    re.IGNORECASE,
)
"""`not … significant`, `was significant`, `nonsignificant effect`, `significantly larger`."""
_AFTERWARDS = re.compile(
    r"[\s)\]]{0,4},?\s{1,4}(?:(?:which|that|this|and)\s{1,4})?(?:was|is|were|are)\s{1,4}"
    r"(?:(?:also|still|both)\s{1,4})?(?P<not>not\s{1,4})?(?:statistically\s{1,4})?"
    r"(?P<non>non[\s-]?|in)?significant(?=\s{0,4}(?:[.,;:)]|and\b|\Z))",
    re.IGNORECASE,
)
"""`…, 95% CI [.17, .35]), which was significant`."""
_BETWEEN = re.compile(rf"[\s,(\[]{{0,4}}(?:{_WORD}[\s,]{{1,4}}){{0,14}}[(\[]?\s?")
"""What may stand between the word and the statistics that it speaks of."""
_NEXT = re.compile(
    r"[\s)\],]{0,4}(?:(?!(?:not|no|none|was|were|is|are|had|has|did|those|than|without|vs)\b)"
    rf"{_WORD}[\s,]{{1,4}}){{0,5}}[(\[]?\s?"
)
"""And between those statistics and the next."""
_UNPLAIN = re.compile(
    r"\b(?:marginal|approach|border|trend|near(?:ly)?\b|heterogene|variab|moderat(?:or|ed|ion)"
    r"|interact|bias|clinical|practical|equivalen|inferior|one-?(?:sided|tailed)|similar"
    r"|comparable|equal|same\b|unrelated|TOST\b|Bonferroni|Holm\b|FDR\b|correct(?:ed|ion|ing)"
    r"|multipl(?:icity|e\s{1,4}(?:comparison|test))|after\s{1,4}adjust|either\b|neither\b|nor\b|respectively"
    r"|who(?:m|se)?\b|less\s{1,4}than|studies\s{1,4}with|from\b)",
    re.IGNORECASE,
)
"""In a clause with one of these the word may speak of something else."""
_ONE_SIDE = re.compile(r"\bbetween\b(?!.*\band\b)", re.IGNORECASE | re.DOTALL)
"""`between CBT (d = …) and PDT (d = …)` gives the effect of each."""


def significance_against_interval(subject: Subject) -> Iterator[Remark]:
    """What is called significant has an interval without the null, what is called not, one with.

    Told of only where the word stands just before the statistics, or just after as in "which
    was significant", in a clause that speaks plainly: with nothing on trends, heterogeneity,
    clinical significance, one-sided tests or several groups in it.
    """
    for reading in readings(subject):
        if reading.sentence.intervals and "significan" in reading.words.lower():
            for start, end in _clauses(reading):
                yield from _remarks(reading, start, end)


def _remarks(reading: Reading, start: int, end: int) -> Iterator[Remark]:
    text = reading.sentence.text
    found = [
        result
        for result in reading.sentence.results
        if result.intervals and start <= result.start < end
    ]
    if not found:
        return
    for is_significant, result in (*_before(text, start, found), *_afterwards(text, end, found)):
        for interval in result.intervals:
            nulls = nulls_of(result, interval)
            if _denies(interval, nulls, is_significant) and not _UNPLAIN.search(text, start, end):
                called = "significant" if is_significant else "not significant"
                verb = "holds" if is_significant else "leaves out"
                null = " and ".join(f"{null:g}" for null in sorted(nulls))
                message = f"{reading.quote(interval)} is said to be {called}, yet {verb} {null}"
                yield reading.remark(interval.low, message)


def _before(text: str, start: int, found: list[Result]) -> Iterator[tuple[bool, Result]]:
    """The verdict of a word that stands before the clause's first statistics, and those."""
    terms = list(_TERM.finditer(text, start, found[0].start))
    denials = re.findall(_NOT, text[start : found[0].start], re.IGNORECASE)
    if len(terms) != 1:
        return
    (term,) = terms
    gap = text[term.end() : found[0].start]
    if not _BETWEEN.fullmatch(gap) or _ONE_SIDE.search(text, term.start(), found[0].start):
        return
    is_significant = not (term["not"] or term["non"])
    if len(denials) > bool(term["not"]) or (not is_significant and len(found) > 1):
        return
    yield is_significant, found[0]
    for result, after in pairwise(found):
        if not _NEXT.fullmatch(text, result.intervals[-1].end, after.start):
            return
        yield is_significant, after


def _afterwards(text: str, end: int, found: list[Result]) -> Iterator[tuple[bool, Result]]:
    """The verdict of `which was significant` after the clause's only statistics, and those."""
    match = _AFTERWARDS.match(text, found[0].end, end)
    if match and len(found) == 1:
        yield not (match["not"] or match["non"]), found[0]


def _denies(interval: Interval, nulls: frozenset[float], is_significant: bool) -> bool:
    """Whether an interval shows that the word is wrong at the usual level."""
    if not nulls or not interval.level or not interval.is_ordered:
        return False
    alpha = round(1 - interval.level / 100, 6)
    if is_significant:
        return alpha >= _ALPHA and all(interval.holds(null) for null in nulls)
    return alpha <= _ALPHA and all(interval.excludes(null) for null in nulls)


def _clauses(reading: Reading) -> Iterator[tuple[int, int]]:
    start, end = reading.sentence.start, reading.sentence.end
    for match in _BREAK.finditer(reading.sentence.text, start, end):
        if match["break"]:
            yield start, match.start()
            start = match.end()
    yield start, end
