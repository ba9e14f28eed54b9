"""Names in the text that are nearly, but not quite, an author's of the study."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from newsletter.checks.check import Remark
from newsletter.checks.language.cited import cited_in
from newsletter.checks.language.letters import HYPHEN, POSSESSIVE, WORD, plain
from newsletter.checks.language.lexicon import is_known
from newsletter.checks.language.setting import is_cited
from newsletter.checks.passages import Passage
from newsletter.checks.subject import Subject
from newsletter.yaml_source import MAX_FINDINGS

_NAME = re.compile(rf"(?=[^\W\d_a-zß-öø-ÿ]){WORD.pattern}")
_INNER_CAPITAL = re.compile(r"[A-Z][a-z]{0,3}'?[A-Z][a-z]{2,}")
"""`McMillna`, `O'Brein`: of these no dictionary tells whether they are right."""
_OWN_YEAR = re.compile(
    r"(?:['’]s?)?(?:,?\set\sal\b\.?['’]?s?|\sand\scolleagues['’]?|(?:,?\s(?:and|&)\s[A-Z][\w’'-]+){1,2})?"
    r"(?:,\s?|\s?\(\s?)(?P<year>(?:19|20)\d\d)"
)
_SHORTEST, _SHORT, _LONG = 3, 5, 7
"""Letters from which a name may hold a slip, hold it in its first letter, and hold two."""
_TWO = 2


class Slip(NamedTuple):
    """A name that is nearly an author's."""

    start: int
    end: int
    typed: str
    meant: str


def unlike_the_citation(subject: Subject) -> Iterator[Remark]:
    """A name in a summary that is a slip away from a surname of its citation is that name.

    'Finsrund and colleagues' where the citation has Finsrud. Subject, preheader and intro are
    held against the citations of all summaries. Accents and possessives make no difference.
    """
    if not subject.is_english:
        return
    for passage in subject.passages:
        for slip in name_slips(subject, passage):
            message = f"'{slip.typed}' is in no citation; did you mean '{slip.meant}'?"
            yield Remark(passage.place(slip.start), message)


def name_slips(subject: Subject, passage: Passage) -> Iterator[Slip]:
    """Each name of a passage that is nearly a cited surname, at its first place."""
    return islice(_name_slips(subject, passage), MAX_FINDINGS)


def _name_slips(subject: Subject, passage: Passage) -> Iterator[Slip]:
    if passage.kind == "citation":
        return
    own = cited_in(subject.passages, passage.study)
    cited, told = cited_in(subject.passages), set()
    for match in _NAME.finditer(passage.text):
        typed = POSSESSIVE.sub("", match[0])
        name = plain(typed)
        if name in told or len(name) < _SHORTEST or cited.vouches_for(name):
            continue
        meant = _meant(name, own.surnames, is_cited(passage.text, match.end()))
        if meant:
            told.add(name)
            if not _is_of_another_year(passage.text, match.end(), own.years):
                yield Slip(*match.span(), typed, meant)


def _is_of_another_year(text: str, end: int, years: frozenset[str]) -> bool:
    """Whether a name has a year that no citation has: `see Clark (2018)` is not Clarke, 2020."""
    own = _OWN_YEAR.match(text, end)
    return own is not None and bool(years) and own["year"] not in years


def _meant(name: str, surnames: Mapping[str, str], is_author: bool) -> str | None:
    """The surname that a name is nearest to, if it can hardly be anything else."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    if not is_author and all(map(_is_no_slip, HYPHEN.split(name))):
        return None
    near = process.extractOne(
        name, list(surnames), scorer=OSA.distance, score_cutoff=1 + (len(name) >= _LONG)
    )
    return surnames[near[0]] if near and _may_be_meant(name, near[0], int(near[1])) else None


def _is_no_slip(part: str) -> bool:
    return is_known(part) and not _INNER_CAPITAL.fullmatch(part)


def _may_be_meant(name: str, surname: str, slips: int) -> bool:
    """Henderson is not Anderson, nor Martinez Martin: two slips are seldom alike."""
    if slips < _TWO and len(name) >= _SHORT:
        return True
    return name[0] == surname[0] and (slips < _TWO or abs(len(name) - len(surname)) < _TWO)
