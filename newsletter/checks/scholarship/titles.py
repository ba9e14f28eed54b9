"""Whether two titles are the same but for a slip, a subtitle, or their spelling."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+")
_NOT = re.compile(r"n['’]t\b", re.IGNORECASE)
_SUBTITLE = re.compile(r"[:?.]\s|\s[–—-]\s|—")
_SMALL_WORDS = frozenset(
    """
    a among an and are as at by can do does for from how in is it of on or s the their to versus
    vs with de des du et l la le les
    """.split()
)
_CUTOFF = 80
"""Letters in a hundred that two titles share at least before their words are compared."""
_LONGEST = 300
"""Letters of a title that are compared; comparing takes the square of their number."""
_GENERIC = 3
"""Telling words up to which a title could be that of many studies."""
_MANY = 6
"""Telling words from which a title is known again though one of them is another."""
_LETTERS_A_SLIP = 5
"""Letters of a word for each that may differ: "patients" and "parents" are two words."""


@lru_cache(maxsize=4096)
def normalised(title: str) -> str:
    """A title's words in lower case, without accents, emphasis and punctuation."""
    letters = unicodedata.normalize("NFKD", _NOT.sub(" not", title[:_LONGEST])).casefold()
    return " ".join(_WORD.findall("".join(each for each in letters if _is_no_accent(each))))


@lru_cache(maxsize=4096)
def main_title(title: str) -> str:
    """What stands before a subtitle, normalised; '' where there is none, or it is generic."""
    main, *subtitle = _SUBTITLE.split(title, maxsplit=1)
    return normalised(main) if any(map(str.strip, subtitle)) and not is_generic(main) else ""


def is_generic(title: str) -> bool:
    """Whether so few words could head many studies: "Psychotherapy for Depression"."""
    return len(_telling(normalised(title))) <= _GENERIC


def nearly_same(title: str, others: Sequence[str]) -> list[int]:
    """Indices of the titles that are this one, but for a slip or a subtitle."""
    from rapidfuzz import fuzz, process

    whole, main = normalised(title), main_title(title)
    wholes, mains = list(map(normalised, others)), list(map(main_title, others))
    found = {
        index
        for asked, known in ((whole, wholes), (whole, mains), (main, wholes))
        for other, _, index in process.extract(
            asked, known, scorer=fuzz.token_sort_ratio, score_cutoff=_CUTOFF, limit=None
        )
        if asked and _has_same_words(asked, other)
    }
    return sorted(found)


def _has_same_words(one: str, other: str) -> bool:
    """Whether each word of either is in the other, give or take a slip or a hyphen."""
    mine, theirs = _telling(one), _telling(other)
    odd = _without(theirs, mine)
    rest = [word for word in _without(mine, theirs) if not _take_slip(odd, word)]
    return "".join(rest) == "".join(odd) or _is_one_word_replaced(
        rest, odd, min(len(mine), len(theirs))
    )


def _is_one_word_replaced(rest: list[str], odd: list[str], words: int) -> bool:
    """Whether one word of many is another: "people" for "those", but not "part 2" for "part 1"."""
    replaced = [*rest, *odd]
    return (
        words >= _MANY and len(rest) <= 1 and len(odd) <= 1 and not any(map(str.isdigit, replaced))
    )


def _take_slip(words: list[str], word: str) -> bool:
    """Remove the first that is this word but for a slip; whether there was one."""
    near = next((each for each in words if _is_slip(word, each)), None)
    if near is not None:
        words.remove(near)
    return near is not None


def _is_slip(one: str, other: str) -> bool:
    from rapidfuzz.distance import OSA

    slips = min(len(one), len(other)) // _LETTERS_A_SLIP
    return OSA.distance(one, other, score_cutoff=slips) <= slips


def _telling(normal: str) -> list[str]:
    return [word for word in normal.split() if word not in _SMALL_WORDS]


def _without(words: list[str], others: list[str]) -> list[str]:
    """The words that the others have not, in their order."""
    spare = Counter(others)
    return [word for word in words if not _take(spare, word)]


def _take(spare: Counter[str], word: str) -> bool:
    spare[word] -= 1
    return spare[word] >= 0


def _is_no_accent(letter: str) -> bool:
    return not unicodedata.combining(letter)
