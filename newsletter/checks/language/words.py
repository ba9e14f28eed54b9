"""The words of a text that are in no dictionary, each with its place in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from newsletter.checks.language.derived import PREFIXES
from newsletter.checks.language.letters import HYPHEN, POSSESSIVE, WORD, plain
from newsletter.checks.language.lexicon import is_known

_CHUNK = re.compile(r"\S+")
_ADDRESS = re.compile(
    r"://|\bwww\.|@|\bdoi[:.]|\b10\.\d{4}|[^\W_]\.(?:com|org|net|edu|gov|ca|uk|io|html?|pdf|txt|ya?ml)\b",
    re.IGNORECASE,
)
"""Marks a chunk of text as an address, an identifier or a file's name."""
_PART = re.compile(rf"(?:(?!{HYPHEN.pattern}).)+")
_EDITED = re.compile(r"[^\W\d_]{0,40}(?:\[[^\W\d_]{1,5}\]|\([^\W\d_]{1,5}\))[^\W\d_]{0,40}")
"""`[T]herapists`, `mak[ing]`, `therap(ies)`: one word with brackets in it."""
_NO_WORD = re.compile(
    r"&#?\w{2,8};|</?[a-z]{1,10}\d?/?>"
    r"|\b(?:[Aa][dlnrst]|[Bb]en|[Bb]in|[Ee]l|[Ii]bn|[Aa]bu)(?=[-‐‑][A-Z])"
)
"""HTML, which other checks tell, and the `al` of `al-Krenawi`."""
_LONGEST_KEPT = 80
"""Characters of a chunk that is worth remembering."""


class Unknown(NamedTuple):
    """A word, or part of a hyphenated one, that no dictionary has."""

    start: int
    word: str
    """Without accents and without a possessive's ending."""
    typed: str
    """As it is written."""
    whole: str
    """The hyphenated word it is a part of, without accents; else the word itself."""


def unknown_words(text: str) -> Iterator[Unknown]:
    """Words that are in no dictionary, in their order; addresses are passed over."""
    for chunk in _CHUNK.finditer(text):
        look = _in_chunk if len(chunk[0]) <= _LONGEST_KEPT else _in_chunk.__wrapped__
        for found in look(chunk[0]):
            yield found._replace(start=chunk.start() + found.start)


@lru_cache(maxsize=32_768)
def _in_chunk(chunk: str) -> tuple[Unknown, ...]:
    """A text's chunks recur, within it and from month to month: most are known already."""
    if _ADDRESS.search(chunk):
        return ()
    text = _EDITED.sub(_closed_up, _NO_WORD.sub(_blank, chunk))
    return tuple(found for match in WORD.finditer(text) for found in _in_word(match))


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _closed_up(match: re.Match[str]) -> str:
    """Nothing more to ask where the word is known without the brackets within it."""
    return _blank(match) if is_known(re.sub(r"[\[\]()]", "", match[0])) else match[0]


def _in_word(match: re.Match[str]) -> Iterator[Unknown]:
    word = match[0]
    hyphened = HYPHEN.search(match.string, match.start(), match.end() + 1) is not None
    parts = [
        part
        for part in _PART.finditer(word)
        if not (is_known(part[0]) or (hyphened and part[0].lower() in PREFIXES))
    ]
    if not parts or (hyphened and _is_known_closed(word)):
        return
    whole = POSSESSIVE.sub("", plain(word))
    for part in parts:
        typed = POSSESSIVE.sub("", part[0])
        yield Unknown(match.start() + part.start(), plain(typed), typed, whole)


def _is_known_closed(word: str) -> bool:
    """Whether a hyphenated word is known without its hyphens: `co-operate`."""
    closed = HYPHEN.sub("", word).lower()
    return closed.isalpha() and is_known(closed)
