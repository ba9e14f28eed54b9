"""A citation's authors and date, found as leniently as a decade of practice asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_CENTURY = r"(?:1[89]|20|21)"
YEAR = rf"{_CENTURY}\d\d(?!\d)"
_UNDATED = (
    r"n\.?[ ]?d\.?|in[ ]press|in[ ]preparation|(?:in|under)[ ]review|forthcoming|submitted|accepted"
    r"|advance[ ]online[ ]publication|online[ ]first|sous[ ]presse|s\.[ ]?d\.|en[ ]prensa"
    r"|im[ ]druck|in[ ]stampa"
)
_DATE = re.compile(
    rf"[(（][ ]*(?P<date>(?:[^()（）\d]|(?<!\d)\d\d?(?!\d)){{0,30}}\b{YEAR}[^()（）]{{0,40}}"
    rf"|(?:{_UNDATED})[^()（）]{{0,20}})[)）]",
    re.IGNORECASE,
)
_BARE_YEAR = re.compile(r"(?<![\d./–-])(?:19|20)\d\d(?!\d|[–-]\d)")
_SECOND_YEAR = re.compile(rf"({_CENTURY})\d\d[/–-](\d\d)(?!\d)")
_ADDRESS = re.compile(
    r"(?:retrieved[^.]{0,40}?\bfrom[: ]*)?"
    r"(?:https?:|www\.|(?:dx\.)?doi\.org|\bdoi[ ]*:|\b10\.\d{4})(?:\S|(?<=:)[ ])*",
    re.IGNORECASE,
)
_AFTER_SURNAME = re.compile(r",|[ ][A-ZÀ-Þ]{1,3}(?:[., ]|$)|[ ](?:&|and|et al)\b|…")
_LONGEST_SURNAME = 4
"""Words; "van der Berg Smith"."""


@dataclass(frozen=True)
class Reference:
    """A citation taken apart at its date."""

    authors: str
    first_author: str
    """Surname of the first author; '' where it is not clear."""
    years: tuple[int, ...]
    """Years of the date; none where it has no date, or is in press."""
    date_at: int | None
    """Offset of the date; of a year without brackets where there is no date."""
    rest_at: int | None
    """Offset of what follows the date; None where no date stands in brackets."""


@lru_cache(maxsize=64)
def reference(text: str) -> Reference:
    """Take a citation without markup apart."""
    date = _DATE.search(text)
    if date:
        authors = text[: date.start()].strip(" .,")
        surname = _AFTER_SURNAME.split(authors)[0].strip(" .")
        known = surname if len(surname.split()) <= _LONGEST_SURNAME else ""
        return Reference(authors, known, _years(date["date"]), date.start("date"), date.end())
    year = _BARE_YEAR.search(without_addresses(text))
    return Reference("", "", (int(year[0]),) if year else (), year and year.start(), None)


def without_addresses(text: str) -> str:
    """A citation with its web addresses and DOIs blanked."""
    return _ADDRESS.sub(lambda found: " " * len(found[0]), text)


def _years(date: str) -> tuple[int, ...]:
    """`2020`, and of `2019/20` both."""
    seconds = (int(first + second) for first, second in _SECOND_YEAR.findall(date))
    return (*map(int, re.findall(YEAR, date)), *seconds)
