"""Years of citations: missing, impossible, or other than the text says."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.checks.check import Remark
from newsletter.checks.passages import Passage
from newsletter.checks.placeholder_words import is_unwritten
from newsletter.checks.scholarship.reference import YEAR, Reference, reference
from newsletter.checks.subject import Subject

_DATED = re.compile(rf"(?<=[\s(\[])(?P<year>{YEAR})[a-z]?(?=[)\],;])")
_SLIP = 2
"""Years by which a slip is too early; what is older is another study of the author's."""
_REACH = 80
"""Letters before a year in which its author stands."""
_BETWEEN = re.compile(
    r"(?:'s)?(?:\s+and\s+(?:colleagues|co-?workers|associates|others)(?:'s?)?|\s+et\s+al\.?(?:'s)?"
    r"|,?\s+(?:and|&)\s+[\w'-]+(?:\s+[\w'-]+)?)?,?\s*[(\[]?"
)
"""From the author to the year: "Cooper and colleagues (", "Cooper & Yap, "."""
_EARLIER = re.compile(
    r"\b(?:earlier|previous(?:ly)?|prior|original(?:ly)?|past|classic|before|since|following"
    r"|scales?|measures?|questionnaires?|inventory|developed|argued|proposed)\b",
    re.IGNORECASE,
)
_SENTENCE_START = re.compile(r"(?<!\bal)[.?!]\s")


def citation_without_year(subject: Subject) -> Iterator[Remark]:
    """A citation has its year; "in press" and "n.d." stand for one."""
    for passage, found in _citations(subject):
        if found.date_at is None:
            yield Remark(passage.place(), "the citation has no year; add it after the authors")


def year_to_come(subject: Subject) -> Iterator[Remark]:
    """No issue tells of a study that is dated later than itself."""
    issue = subject.file.issue
    for passage, found in _citations(subject):
        late = max(found.years, default=0)
        if late > issue.year and found.date_at is not None:
            message = f"the citation is of {late}, the issue of {issue.year}; correct the year"
            yield Remark(passage.place(found.date_at), message)


def other_year_in_text(subject: Subject) -> Iterator[Remark]:
    """Where the text dates the study's first author, the year is the citation's.

    "Cooper and colleagues (2019)" beside a citation of 2020 is told, unless the text gives
    the right year as well, or speaks of an earlier study. An author's older work is no slip:
    told are years that are later than the citation's, or at most two before it.
    """
    references = {passage.study: found for passage, found in _citations(subject)}
    for study, found in references.items():
        mentions = [
            (passage, mention)
            for passage in subject.passages
            if passage.study == study and passage.kind in ("summary", "practice_implications")
            for mention in _mentions(passage.text, found.first_author)
        ]
        if found.years and not any(int(each["year"]) in found.years for _, each in mentions):
            yield from _differing(mentions, found)


def _mentions(text: str, surname: str) -> Iterator[re.Match[str]]:
    """Years in a text that date the author."""
    for mention in _DATED.finditer(text):
        before = text[max(0, mention.start() - _REACH) : mention.start()].replace("’", "'")
        at = before.rfind(surname.replace("’", "'")) if surname else -1
        if at >= 0 and _BETWEEN.fullmatch(before, at + len(surname)):
            yield mention


def _differing(told: list[tuple[Passage, re.Match[str]]], found: Reference) -> Iterator[Remark]:
    for passage, mention in told:
        near = int(mention["year"]) >= found.years[0] - _SLIP
        if near and not _EARLIER.search(_sentence_before(mention)):
            year, cited = mention["year"], found.years[0]
            message = (
                f"{found.first_author}'s study is of {year} here and of {cited} in its citation"
            )
            yield Remark(passage.place(mention.start("year")), f"{message}; correct one of them")


def _sentence_before(mention: re.Match[str]) -> str:
    return _SENTENCE_START.split(mention.string[: mention.start()])[-1]


def _citations(subject: Subject) -> Iterator[tuple[Passage, Reference]]:
    return (
        (passage, reference(passage.text))
        for passage in subject.passages
        if passage.kind == "citation" and not is_unwritten(passage.text)
    )
