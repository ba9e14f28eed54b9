"""How much an issue says."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.checks.check import Remark
from newsletter.checks.placeholder_words import is_unwritten
from newsletter.checks.subject import Subject

_USUAL_NUMBER = (2, 3)
_WORD = re.compile(r"[^\W_][\w’'-]*")


def number_of_summaries(subject: Subject) -> Iterator[Remark]:
    """A digest has two or three summaries; readers come for no more."""
    count = len(subject.file.issue.summaries)
    if count not in _USUAL_NUMBER:
        noun = "summary" if count == 1 else "summaries"
        message = f"{count} {noun}; a digest has two or three"
        yield Remark(subject.file.source.key_place("summaries"), message)


def length_of_summary(subject: Subject) -> Iterator[Remark]:
    """A summary has 200 to 450 words as a rule, and is told of below 60 and above 700.

    Below, a text was hardly finished; above, it is the article again, and Gmail's limit of
    102 KB is near.
    """
    return _outside(subject, "summary", 60, 700)


def length_of_implications(subject: Subject) -> Iterator[Remark]:
    """Practice implications have 80 to 250 words as a rule; told of below 25 and above 400."""
    return _outside(subject, "practice_implications", 25, 400)


def _outside(subject: Subject, kind: str, fewest: int, most: int) -> Iterator[Remark]:
    for passage in subject.passages:
        if passage.kind != kind or is_unwritten(passage.text):
            continue
        count = len(_WORD.findall(passage.text))
        noun = "word" if count == 1 else "words"
        if count < fewest:
            message = f"'{kind}' has {count} {noun}; it wants {fewest} at least, so write it out"
            yield Remark(passage.place(), message)
        elif count > most:
            yield Remark(passage.place(), f"'{kind}' has {count} {noun}; cut it below {most}")
