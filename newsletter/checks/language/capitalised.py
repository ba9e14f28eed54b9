"""Capitalised words that are in no dictionary: names, or slips."""

from __future__ import annotations

from newsletter.checks.language.nearest import is_everyday, is_swap, nearest_word, one_slip_from
from newsletter.checks.language.setting import Setting, in_capitals, is_named, setting_of
from newsletter.checks.language.words import Unknown
from newsletter.checks.passages import Passage

_LEAST = {
    Setting.HEADLINE: (5, 5, 4),
    Setting.SENTENCE: (6, 5, 4),
    Setting.PHRASE: (6, 6, 4),
    Setting.WITHIN: (8, 6, 6),
}
"""Letters from which a capitalised word one slip from a known one is no name.

Of any slip; of two swapped letters; and of an everyday word, of which two swapped letters
will do: `Teh`. Of 15,000 surnames of many countries that are in no dictionary, one slip leads
to a word from 28 in 100 of six letters, 11 of seven, 4 of eight and 1 of nine.
"""
_SWAPPED_EVERYDAY = 3
_TWO_SLIPS = 10


def meant_by_capitalised(passage: Passage, found: Unknown) -> str | None:
    """The word that was meant by a slip, or None for what is a name or an acronym."""
    text, word = passage.text, found.word
    if word.isupper() and not in_capitals(passage):
        return None
    if is_named(text, found.start, found.start + len(found.typed)):
        return None
    setting = setting_of(passage, found.start, found.start + len(found.typed))
    meant = one_slip_from(word)
    if meant is None:
        is_long = len(word) >= _TWO_SLIPS and setting is not Setting.WITHIN
        return nearest_word(word) if is_long else None
    return meant if len(word) >= _least(setting, word, meant) else None


def _least(setting: Setting, word: str, meant: str) -> int:
    any_slip, swapped, everyday = _LEAST[setting]
    least = swapped if is_swap(word, meant) else any_slip
    if not is_everyday(meant):
        return least
    return _SWAPPED_EVERYDAY if is_swap(word, meant) and setting is not Setting.WITHIN else everyday
