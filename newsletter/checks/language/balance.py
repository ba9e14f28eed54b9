"""Brackets and quotation marks that have no partner."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, pairwise

from newsletter.checks.check import Remark
from newsletter.checks.language.marks import unmatched
from newsletter.checks.passages import Passage
from newsletter.checks.subject import Subject
from newsletter.yaml_source import MAX_FINDINGS

_PARAGRAPH = re.compile(r"(?:(?!\n[ \t]*\n)[\s\S])+")
_SIGN = re.compile(r"[()\[\]“”„\"«»‘]")
_CLOSED_BY = {"(": ")", "[": "]", "“": "”", "„": "“", "‘": "’", "«": "»"}
_OPENED_BY = {")": "(", "]": "[", "”": "“", "»": "«"}
_OPENS_AGAIN = frozenset('“"«„‘')
"""Quotation marks that stand anew before each paragraph of a long quotation."""


def unbalanced(subject: Subject) -> Iterator[Remark]:
    """Brackets and quotation marks come in pairs, within a paragraph.

    Apostrophes, inches, `[0, 1)` and the labels of lists, `a)`, are none. A quotation of
    several paragraphs may open each of them and close the last.
    """
    for passage in subject.passages:
        if _SIGN.search(passage.text):
            yield from islice(_in_passage(passage), MAX_FINDINGS)


def _in_passage(passage: Passage) -> Iterator[Remark]:
    paragraphs = [*_PARAGRAPH.finditer(passage.text), None]
    for paragraph, following in pairwise(paragraphs):
        if paragraph is None:
            continue
        for at in unmatched(paragraph[0]):
            sign = paragraph[0][at]
            goes_on = following is not None and following[0].lstrip().startswith(sign)
            if not (sign in _OPENS_AGAIN and goes_on):
                yield Remark(passage.place(paragraph.start() + at), _message(sign))


def _message(sign: str) -> str:
    if sign in _CLOSED_BY:
        return f"'{sign}' is never closed; add '{_CLOSED_BY[sign]}', or delete it"
    if sign in _OPENED_BY:
        return f"'{sign}' was never opened; add '{_OPENED_BY[sign]}', or delete it"
    return f"'{sign}' has no partner; add one, or delete it"
