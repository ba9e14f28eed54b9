"""What became of the rows of a list."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from newsletter.audience.consent import Consent
from newsletter.audience.findings import Findings


class Duplicate(NamedTuple):
    """An address that a list holds a second time; the first row counts."""

    line: int
    first_line: int
    email: str


class Invalid(NamedTuple):
    """A row that could not be used, and why."""

    line: int
    reason: str


@dataclass
class Tally:
    """Every row of a list is counted in one of the first six."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    suppressed: int = 0
    """Rows of people who get no mail, whatever the list says of them."""
    duplicates: Findings[Duplicate] = field(default_factory=lambda: Findings(Duplicate._make))
    invalid: Findings[Invalid] = field(default_factory=lambda: Findings(Invalid._make))
    without_consent: int = 0
    """Of those added, updated or unchanged, how many have no consent on record."""
    ran_out: int = 0
    """Of the same, for how many implied consent no longer counts."""
    upgraded: int = 0
    """For how many the command line's consent took the place of an implied one."""
    notes: list[str] = field(default_factory=list)
    """What is odd about the list, and yet no error."""

    def count_consent(self, consent: Consent | None, today: str) -> None:
        """Note who will be skipped when a mailing is sent."""
        if consent is None:
            self.without_consent += 1
        elif consent.until is not None and consent.until < today:
            self.ran_out += 1
