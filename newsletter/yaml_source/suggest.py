"""The nearest known word for a mistyped one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'citation'?`, or nothing where no known word is near."""
    folded = word.casefold()[:200]
    by_folded = {name.casefold(): name for name in known}
    longer = [name for name in by_folded if len(folded) > 2 and name.startswith(folded)]
    near = longer or get_close_matches(folded, by_folded, n=1, cutoff=0.6)
    return f"; did you mean '{by_folded[near[0]]}'?" if near else ""
