"""The known word that a mistyped one most likely was meant to be."""

from __future__ import annotations

from functools import lru_cache

from newsletter.checks.language.letters import plain
from newsletter.checks.language.lexicon import LONGEST, lexicon
from newsletter.checks.language.slips import KINDS, swapped

_LONG_ENOUGH_FOR_TWO = 6
"""Letters of a word of which two may be wrong."""

_EVERYDAY = frozenset(
    """
    a about after all also although an and any are as at be because been before being between
    both but by can could did do does during each for from had has have having her him his how
    if in into is it its just may many might more most much must no not of often on one only or
    other our out over own same she should since so some such than that the their them then
    there these they this those through to two under until up very was we well were what when
    where whether which while who whose why will with within without would yet you your people
    patient patients client clients therapist therapists therapy study studies treatment research
    """.split()
)


@lru_cache(maxsize=4_096)
def one_slip_from(word: str) -> str | None:
    """The lower-case word from which one slip of the fingers leads to a word, if there is one.

    A known word in odd capitals is that word itself. Of several, the most likely: letters in
    the wrong order, then a letter too many, one too few, a wrong one; everyday words before
    others, and the first letter is seldom wrong.
    """
    lower = plain(word).lower()
    if len(lower) > LONGEST or not lower.isascii():
        return None
    is_word, unfit = lexicon().is_word, lexicon().unfit
    if is_word(lower):
        return lower
    found = [
        (meant not in _EVERYDAY, meant[0] != lower[0], order, meant)
        for order, kind in enumerate(KINDS)
        for meant in kind(lower)
        if is_word(meant) and meant not in unfit
    ]
    return min(found)[-1] if found else None


@lru_cache(maxsize=4_096)
def nearest_word(word: str) -> str | None:
    """The known word nearest to a mistyped one, of at most two slips."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    lower = plain(word).lower()
    meant = one_slip_from(word)
    if meant or not _LONG_ENOUGH_FOR_TWO <= len(lower) <= LONGEST:
        return meant
    near = process.extractOne(lower, lexicon().stems, scorer=OSA.distance, score_cutoff=2)
    return near[0] if near else None


def is_everyday(word: str) -> bool:
    """Whether a word is among the commonest."""
    return word in _EVERYDAY


def as_typed(meant: str, word: str) -> str:
    """A suggestion in the capitals of the word it is for."""
    if word.isupper():
        return meant.upper()
    return meant[0].upper() + meant[1:] if word[0].isupper() else meant


def is_swap(word: str, meant: str) -> bool:
    """Whether two neighbouring letters have changed places and nothing else is wrong."""
    return meant in swapped(plain(word).lower())
