"""The nearest known word for a mistyped one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """` (did you mean 'citation'?)`, or nothing where no known word is near."""
    by_folded = {name.casefold(): name for name in known}
    near = get_close_matches(word.casefold()[:200], by_folded, n=1, cutoff=0.6)
    return f"; did you mean '{by_folded[near[0]]}'?" if near else ""
