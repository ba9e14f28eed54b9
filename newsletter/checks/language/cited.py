"""What an issue's citations vouch for: the authors' surnames, and the words of their titles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from newsletter.checks.language.letters import WORD, plain
from newsletter.checks.passages import Passage

_YEAR = re.compile(r"\(\s*(?:\d{4}|n\.\s?d|in press|forthcoming)")
_IN_FIGURES = re.compile(r"\(\s*(\d{4})")
_BEFORE_INITIAL = re.compile(r"\s*,\s*[^\W\d_]\.?(?!\w)")
_TELLING = 5
"""Letters of a part that tells whose name it is, as `Lie` of `Nissen-Lie` does not."""
_PARTS = re.compile(r"[-'\s]+")


class Cited(NamedTuple):
    """Words of citations, without accents."""

    surnames: Mapping[str, str]
    """Whole, `Nissen-Lie`, and in parts, `Nissen`; each with how it is written there."""
    words: frozenset[str]
    """Every word in lower case, surnames and titles."""
    years: frozenset[str]
    """Of publication, where they are told in figures."""

    def vouches_for(self, word: str) -> bool:
        """Whether a citation has the word, in whatever capitals."""
        return word.lower() in self.words


def cited_in(passages: Iterable[Passage], study: int | None = None) -> Cited:
    """What the citation of a study says, or, without a study, all of them."""
    texts = (each.text for each in passages if each.kind == "citation"
             and study in (None, each.study))  # fmt: skip
    return _cited(tuple(texts))


@lru_cache(maxsize=64)
def _cited(citations: tuple[str, ...]) -> Cited:
    surnames = {plain(name): name for text in citations for name in _surnames(text)}
    words = {plain(match[0]) for text in citations for match in WORD.finditer(text)}
    parts = {part for word in words for part in _PARTS.split(word)}
    years = {match[1] for text in citations if (match := _IN_FIGURES.search(text))}
    return Cited(surnames, frozenset(word.lower() for word in words | parts), frozenset(years))


def _surnames(citation: str) -> Iterator[str]:
    year = _YEAR.search(citation)
    authors = citation[: year.start()] if year else citation
    for match in WORD.finditer(authors):
        name = match[0]
        if name[0].isupper() and (year or _BEFORE_INITIAL.match(authors, match.end())):
            yield name
            yield from (part for part in _PARTS.split(name) if len(part) >= _TELLING)
