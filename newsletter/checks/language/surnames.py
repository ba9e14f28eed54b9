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
from newsletter.checks.language.setting import is_named
from newsletter.checks.passages import Passage
from newsletter.checks.subject import Subject
from newsletter.yaml_source import MAX_FINDINGS

_CAPITALISED = re.compile(rf"(?=[^\W\d_])(?![a-z]){WORD.pattern}")
_OF_A_NAME = ((3, 1), (5, 2))
"""Letters from which so many slips are forgiven where the words around it say it is a name."""
_OF_A_WORD = ((4, 1), (7, 2))
"""And where it could be another word."""


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
    for match in _CAPITALISED.finditer(passage.text):
        typed = POSSESSIVE.sub("", match[0])
        name = plain(typed)
        if name in told or cited.vouches_for(name):
            continue
        meant = _meant(name, surnames, is_named(passage.text, *match.span()))
        if meant:
            told.add(name)
            yield Slip(*match.span(), typed, meant)


def _meant(name: str, surnames: Mapping[str, str], named: bool) -> str | None:
    """The surname that a name is nearest to, if it can hardly be anything else."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    if not named and all(is_known(part) for part in HYPHEN.split(name)):
        return None
    levels = _OF_A_NAME if named else _OF_A_WORD
    forgiven = max((slips for letters, slips in levels if len(name) >= letters), default=0)
    near = process.extractOne(name, list(surnames), scorer=OSA.distance, score_cutoff=forgiven)
    return surnames[near[0]] if near and forgiven else None
