"""Numbers as they are printed: sign, digits, and how far they may have been rounded."""

from __future__ import annotations

from dataclasses import dataclass

SIGN = "[-−–‒]"
"""Each of them stands for a minus in text from journals."""
GAP = r"\s{0,4}"
"""Blanks inside a statistic: also a folded line, and what emphasis leaves behind."""
DIGITS = r"(?:[1-9]\d{0,2}(?:,\d{3}){1,4}(?:[.·]\d{1,9})?|\d{0,9}[.·]\d{1,9}|\d{1,9})"
"""`1,734`, `0.45`, `.45`, `0·45`, `12`."""
ENDS = r"(?!\d|[.,·]\d|[eE][-−+]?\d|\s?[×*]\s?10)"
"""Not within a longer number: `0,45`, `1.2.3` and `2 × 10⁻⁵` are none that is read."""
UNITS = r"(?:point|unit|year|month|week|day|session|standard\s{1,4}deviation)s?\b"
"""Words that may stand between a number and its interval."""
SIGNED = rf"(?:[-−–‒+]{GAP})?{DIGITS}"


@dataclass(frozen=True, slots=True)
class Figure:
    """A printed number."""

    start: int
    """Offset of its sign, or first digit, in the passage."""
    end: int
    value: float
    slack: float
    """Half of its last printed digit: what rounding may have taken."""

    @property
    def least(self) -> float:
        """The smallest number that is printed so."""
        return self.value - self.slack

    @property
    def most(self) -> float:
        """The greatest number that is printed so."""
        return self.value + self.slack


def figure(text: str, span: tuple[int, int]) -> Figure:
    """The number printed there, which `SIGNED` matches."""
    typed = text[slice(*span)]
    digits = typed.lstrip("-−–‒+").strip().replace(",", "").replace("·", ".")
    sign = -1 if typed[0] in "-−–‒" else 1
    slack = 0.5 * 10 ** -len(digits.partition(".")[2])
    return Figure(*span, sign * float(digits), slack)


def shown(text: str, start: int, end: int) -> str:
    """What was typed there, on one line."""
    return " ".join(text[start:end].split())
