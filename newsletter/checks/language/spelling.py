"""Spelling, against dictionaries of Canadian and American English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from newsletter.checks.check import Remark
from newsletter.checks.language.capitalised import meant_by_capitalised
from newsletter.checks.language.cited import Cited, cited_in
from newsletter.checks.language.house import House, house_words
from newsletter.checks.language.nearest import as_typed, nearest_word
from newsletter.checks.language.setting import is_particle
from newsletter.checks.language.surnames import Slip, name_slips
from newsletter.checks.language.words import Unknown, unknown_words
from newsletter.checks.passages import Passage
from newsletter.checks.subject import Subject
from newsletter.yaml_source import MAX_FINDINGS, Place

MAX_LOOKED_UP = 500
"""Unknown words of an issue that are looked into; more of them is no English."""

_CLASSICAL = re.compile(
    r"(?:itis|osis|oses|opathy|ectomy|otomy|plasty|uria|a?emia|algia|plegia|oscopy|ography|olog(?:y|ist)s?"
    r"|genesis|trophy|phil(?:e|ia)|phob(?:e|ia|ic)|ergic|tropic|cide|idone|azine|azole|statin|mab)$"
)
"""Ends of learned words and medicines, too many to list; far from all words they are right."""


def spelling(subject: Subject) -> Iterator[Remark]:
    """Words are those of Canadian or American dictionaries, or terms of the field.

    Known besides: what stands in the issue's citations, acronyms, compounds and derivations of
    known words, and the publication's own words, one a line in the file that `words` in
    newsletter.yaml names. A capitalised word is taken for a name unless it is one slip away
    from a word. Issues in other languages than English are not looked at; switch this off
    where one quotes another language at length.
    """
    if not subject.is_english:
        return
    house, cited = house_words(subject.config), cited_in(subject.passages)
    yield from islice(_misspelt(subject, house, cited), MAX_FINDINGS)


def words_file(subject: Subject) -> Iterator[Remark]:
    """The publication's own words are a UTF-8 text file, one word a line, `#` for comments.

    It may be missing. One that cannot be read is as good as missing, so its words are
    told as misspelt.
    """
    problem = house_words(subject.config).problem
    if problem and subject.is_english:
        yield Remark(Place(1, 1), f"the words file '{subject.config.words}' {problem}")


def _misspelt(subject: Subject, house: House, cited: Cited) -> Iterator[Remark]:
    for passage, found in islice(_unknown(subject, house, cited), MAX_LOOKED_UP):
        hint = _hint(passage, found)
        if hint is not None:
            accept = f"add it to '{subject.config.words}' if it is right"
            message = f"'{found.typed}' is in no dictionary; {hint} {accept}"
            yield Remark(passage.place(found.start), message)


def _unknown(subject: Subject, house: House, cited: Cited) -> Iterator[tuple[Passage, Unknown]]:
    """Each unknown word of each passage at its first place."""
    for passage in subject.passages:
        told: set[str] = set()
        slips: list[Slip] | None = None
        if passage.kind == "citation":
            continue
        for found in unknown_words(passage.text):
            if found.word in told or _is_accepted(passage, found, house, cited):
                continue
            told.add(found.word)
            slips = list(name_slips(subject, passage)) if slips is None else slips
            if not any(slip.start <= found.start < slip.end for slip in slips):
                yield passage, found


def _is_accepted(passage: Passage, found: Unknown, house: House, cited: Cited) -> bool:
    return (
        house.knows(found.word)
        or house.knows(found.whole)
        or cited.vouches_for(found.word)
        or is_particle(passage.text, found.start, found.word)
    )


def _hint(passage: Passage, found: Unknown) -> str | None:
    """`did you mean …?`, less where no word is near, None for what may be a name."""
    if found.word[0].isupper():
        meant = meant_by_capitalised(passage, found)
        may_be_right = meant is None
    else:
        meant = nearest_word(found.word)
        may_be_right = meant is None and bool(_CLASSICAL.search(found.word))
    if meant:
        return f"did you mean '{as_typed(meant, found.word)}'? Otherwise"
    return None if may_be_right else "correct it, or"
