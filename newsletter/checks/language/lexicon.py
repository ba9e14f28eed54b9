"""What is a word: the dictionaries, the field's terms, and what is made of both."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from newsletter.checks.language.derived import american, is_derived, is_plural
from newsletter.checks.language.letters import plain
from newsletter.checks.language.slips import KINDS

if TYPE_CHECKING:
    from zspell import Dictionary

_DICTIONARIES = ("en-US.dic", "en-CA.dic")
_TERMS = ("field.txt", "general.txt")
_NAMES = "names.txt"
_UNFIT = "!"
"""Hunspell's flag for words that nobody wants to be asked about."""

LONGEST = 40
"""Letters of a word; none of the language's is longer."""

_CONTRACTED = re.compile(r"(?:n't|'(?:s|ll|re|ve|d|m|t))$")
_ACRONYM = re.compile(r"[A-Z]{2,6}s?")
"""Longer ones are held against the dictionary, for headlines in capitals."""
_CAMEL = re.compile(r".+[A-Z].*")
_SHIFT_HELD = re.compile(r"[A-Z]{2}[a-z]+")


@dataclass(frozen=True)
class Lexicon:
    """The words that texts are held against, in whatever capitals they are written."""

    dictionary: Dictionary
    terms: frozenset[str]
    """Lower-case words that the dictionary lacks; inflections are known with them."""
    names: frozenset[str]
    """Capitalised, as they are written."""
    entries: tuple[str, ...]
    """The dictionary's own, `word` or `word/FLAGS`."""

    @cached_property
    def unfit(self) -> frozenset[str]:
        """Words that nobody wants to be asked about."""
        parted = (entry.partition("/") for entry in self.entries)
        return frozenset(stem for stem, _, flags in parted if _UNFIT in flags)

    @cached_property
    def stems(self) -> tuple[str, ...]:
        """The dictionary's lower-case words and the terms, uninflected; for what was meant."""
        words = (entry.partition("/")[0] for entry in self.entries)
        fit = (word for word in words if word.islower() and word.isalpha())
        return (*(word for word in fit if word not in self.unfit), *sorted(self.terms))

    def is_word(self, word: str) -> bool:
        """Whether a lower-case word is in the dictionary or a term."""
        return self.dictionary.check_word(word) or word in self.terms

    def is_common(self, word: str) -> bool:
        """Whether a word written in lower case is known, or well made of known ones."""
        return self._is_well_made(word) or any(map(self._is_well_made, american(word)))

    def is_name(self, word: str) -> bool:
        """Whether a word is known with its capital letter only."""
        return word in self.names or self.dictionary.check_word(word)

    def _is_well_made(self, word: str) -> bool:
        """`corelation` is, of `co` and `relation`, but one slip from a known word."""
        is_term = self.terms.__contains__
        return (
            self.is_word(word)
            or is_plural(word, self.is_word, is_term)
            or (is_derived(word, self.is_word, is_term) and not self._is_slip(word))
        )

    def _is_slip(self, word: str) -> bool:
        if word.endswith("ally") and self.is_word(word.removesuffix("ally") + "ly"):
            return True
        return any(self.is_word(meant) for kind in KINDS for meant in kind(word))


@cache
def lexicon() -> Lexicon:
    """The packaged lexicon, read at its first use: some 0.1 s."""
    from zspell import Dictionary

    entries = sorted({entry for name in _DICTIONARIES for entry in _read(name).splitlines()[1:]})
    dictionary = Dictionary(_read("en.aff"), "\n".join([str(len(entries)), *entries]))
    terms = frozenset(plain(word) for name in _TERMS for word in listed(_read(name)))
    names = frozenset(map(plain, listed(_read(_NAMES))))
    return Lexicon(dictionary, terms, names, tuple(entries))


def listed(text: str) -> Iterable[str]:
    """The words of a list: one a line, or several; `#` begins a comment."""
    return (word for line in text.splitlines() for word in line.partition("#")[0].split())


def _read(name: str) -> str:
    return files(__package__).joinpath("dictionaries", name).read_text("utf-8")


@lru_cache(maxsize=32_768)
def is_known(word: str) -> bool:
    """Whether a word without hyphens is spelt as a known one, or is none to be judged.

    Not to be judged: acronyms, letters, what has digits or a capital inside, other alphabets.
    """
    base = _CONTRACTED.sub("", plain(word))
    if len(base) < 2 or not base.isascii() or _ACRONYM.fullmatch(base):
        return True
    if len(base) > LONGEST:
        return False
    if not base.isalpha():
        return not _is_slip_of_apostrophe(base)
    if _CAMEL.fullmatch(base) and not base.isupper():
        return not _is_slip_of_shift(base)
    words, lower = lexicon(), base.lower()
    return (
        words.is_common(lower)
        or (base != lower and words.is_name(base))
        or words.dictionary.check_word(plain(word))
    )


def _is_slip_of_apostrophe(word: str) -> bool:
    """`did'nt`; names such as O'Brien and D'Andrea are none."""
    letters = word.replace("'", "")
    if not letters.isalpha() or not letters.islower():
        return False
    words = lexicon()
    return not (words.dictionary.check_word(word) or word in words.terms)


def _is_slip_of_shift(word: str) -> bool:
    """`THerapist`, where the shift key was held too long."""
    return bool(_SHIFT_HELD.fullmatch(word)) and lexicon().is_word(word.lower())
