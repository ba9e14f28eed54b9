"""Words as a reader sees them: without accents, ligatures and typographer's apostrophes."""

from __future__ import annotations

import re
import unicodedata

_APOSTROPHES = "'’ʼ"
HYPHEN = re.compile("[-‐‑]")
_JOINERS = f"{_APOSTROPHES}‐‑-"
_LETTER = r"[\w\u0300-\u036f\u00ad\u200b-\u200d]"
"""Also what is seen only in its effect: combining accents, soft hyphens."""

WORD = re.compile(rf"{_LETTER}+(?:[{_JOINERS}]{_LETTER}+)*")

POSSESSIVE = re.compile(rf"[{_APOSTROPHES}]s?$")

_UNSEEN = re.compile("[\u0300-\u036f\u00ad\u200b-\u200d]")
_ALPHABETS_OWN = str.maketrans(
    dict.fromkeys(_APOSTROPHES, "'")
    | dict.fromkeys("‐‑", "-")
    | {"æ": "ae", "œ": "oe", "ø": "o", "ß": "ss", "ł": "l", "đ": "d", "ð": "d", "ı": "i"}
    | {"Æ": "Ae", "Œ": "Oe", "Ø": "O", "Ł": "L", "Đ": "D", "þ": "th", "Þ": "Th"}
)


def plain(word: str) -> str:
    """The word in ASCII where it is of the Latin alphabet: `Fagernas` for `Fagernäs`."""
    if word.isascii():
        return word
    apart = unicodedata.normalize("NFKD", word.translate(_ALPHABETS_OWN))
    return _UNSEEN.sub("", apart)
