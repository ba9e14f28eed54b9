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
from newsletter.checks.language.setting import is_cited, is_english
from newsletter.checks.passages import Passage
from newsletter.checks.subject import Subject
from newsletter.yaml_source import MAX_FINDINGS

_NAME = re.compile(rf"(?=[^\W\d_a-zß-öø-ÿ]){WORD.pattern}")
_SHORTEST, _SHORT, _LONG = 3, 5, 7
"""Letters from which a name may hold a slip, hold it in its first letter, and hold two."""


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
    if not is_english(subject):
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
    surnames = cited_in(subject.passages, passage.study).surnames
    cited, told = cited_in(subject.passages), set()
    for match in _NAME.finditer(passage.text):
        typed = POSSESSIVE.sub("", match[0])
        name = plain(typed)
        if name in told or len(name) < _SHORTEST or cited.vouches_for(name):
            continue
        meant = _meant(name, surnames, is_cited(passage.text, match.end()))
        if meant:
            told.add(name)
            yield Slip(*match.span(), typed, meant)


def _meant(name: str, surnames: Mapping[str, str], is_author: bool) -> str | None:
    """The surname that a name is nearest to, if it can hardly be anything else."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    if not is_author and all(is_known(part) for part in HYPHEN.split(name)):
        return None
    near = process.extractOne(
        name, list(surnames), scorer=OSA.distance, score_cutoff=1 + (len(name) >= _LONG)
    )
    if near is None or (len(name) < _SHORT and near[0][0] != name[0]):
        return None
    return surnames[near[0]]
