"""The nearest known word for a mistyped one."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'citation'?`, or nothing where no known word is near."""
    typed = word[:200]
    spellings: dict[str, list[str]] = {}
    for name in known:
        spellings.setdefault(name.casefold(), []).append(name)
    near = _nearest(typed.casefold(), spellings)
    if near is None:
        return ""
    # HTML has both &eacute; and &Eacute;, so among spellings the typed case counts.
    (meant,) = get_close_matches(typed, spellings[near], n=1, cutoff=0)
    return f"; did you mean '{meant}'?"


def _nearest(word: str, known: Collection[str]) -> str | None:
    """A known word that begins alike is nearer than one of alike letters.

    'cite' means 'citation' rather than 'title'. Of a letter or two nobody knows the meaning.
    """
    if word in known or len(word) < 3:
        return word if word in known else None
    beginning = word[: max(3, len(word) - 1)]
    alike = [name for name in known if name.startswith(beginning)]
    near = get_close_matches(word, alike or known, n=1, cutoff=0 if alike else 0.6)
    return near[0] if near else None
