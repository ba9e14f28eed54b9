"""Words that stand twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from newsletter.checks.check import Remark
from newsletter.checks.passages import Passage
from newsletter.checks.subject import Subject
from newsletter.yaml_source import MAX_FINDINGS

_PARTED = re.compile(r"\n[ \t]*(?:\n|(?:[-*+]|\d{1,9}[.)])[ \t])")
"""An empty line, or the mark of a list's next item, which is blanked in the text."""
_MAY_STAND_TWICE = frozenset(
    "blah bye far had ha her long many more never no now really so that there very yes".split()
)
"""`Those that had had that that that …`, and what is repeated for emphasis."""
_NEVER_IN_A_NAME = frozenset(
    """
    am an and are as at be been but by can could do does for from has have how if in into is it
    its may not of on or our she should than the their them then these they this those to was we
    were what when where which who will with would you your
    """.split()
)
"""Doubled they are a slip in capitals too, as in a headline; `Duran Duran` is none."""
_ONE_LETTER = ("a", "I")

_TWICE = re.compile(
    r"(?<!\w)(?P<first>[^\W\d_]++)(?P<gap>\s++)(?P<second>(?i:(?P=first)))\b(?!['’‑-]\w)"
)
_MEANT = {
    "is": re.compile(r"\b(?:what|who|how|where|why|all)\b[^.;:?!\n]{1,30}\s\Z", re.IGNORECASE),
    "do": re.compile(r"\b(?:I|you|we|they|who|that|\w+s)\s\Z"),
    "on": re.compile(r"\b(?:log|logs|logg?(?:ed|ing)|go|goes|going|hold|move|carry|get)\s\Z"),
    "in": re.compile(r"\b(?:log|logs|logg?(?:ed|ing)|check|checks|checked|checking)\s\Z"),
}
"""What stands before a word that is meant twice: `what it is is …`, `log on on …`."""
_LOOK_BACK = 40
_COMPOUND = re.compile(r"\w['’‑-]\Z")


def doubled_words(subject: Subject) -> Iterator[Remark]:
    """A word that stands twice in a row has seldom been meant twice.

    The eye passes over 'the the', most of all where a line ends between. Words that may well
    stand twice ('had had', 'very very') are left alone, and so are numbers, names, and issues
    in other languages: French has 'nous nous', German 'die die'.
    """
    if not subject.is_english:
        return
    for passage in subject.passages:
        for twice in islice(_TWICE.finditer(passage.text), MAX_FINDINGS):
            if _is_slip(twice["first"], twice["second"]) and _are_neighbours(passage, twice):
                message = f"'{twice['second']}' stands twice; delete one"
                yield Remark(passage.place(twice.start("second")), message)


def _is_slip(first: str, second: str) -> bool:
    word = second.casefold()
    if len(word) == 1:
        return second in _ONE_LETTER
    if word in _MAY_STAND_TWICE:
        return False
    if word in _NEVER_IN_A_NAME or not (first[0].isupper() and second[0].isupper()):
        return True
    return len(word) > 2 and second.isupper()


def _are_neighbours(passage: Passage, twice: re.Match[str]) -> bool:
    """Whether both are whole words of one paragraph, or of one item of a list."""
    start = twice.start()
    before = passage.text[max(0, start - _LOOK_BACK) : start]
    if _COMPOUND.search(before) or _is_meant(twice["first"], before):
        return False
    return not _PARTED.search(passage.typed[slice(*twice.span("gap"))])


def _is_meant(word: str, before: str) -> bool:
    pattern = _MEANT.get(word)
    return pattern is not None and pattern.search(before) is not None
