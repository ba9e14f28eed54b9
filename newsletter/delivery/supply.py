"""Where a run's deliveries come from: claimed by the page, a line for each limited domain."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement

from newsletter.delivery.ledger import Ledger
from newsletter.delivery.pace import Lanes
from newsletter.store import deliveries

PAGE = 500
"""Deliveries claimed at a time; those not yet attempted are given back at the end."""


class Supply:
    """Fills the lines of those who wait, each only as far as it is used up.

    A domain with a narrow limit so never has its whole audience claimed while others go on.
    """

    def __init__(self, ledger: Ledger, limited: Collection[str]) -> None:
        self._ledger, self._limited = ledger, limited
        self._after = dict.fromkeys(("", *limited), 0)
        """The last number claimed in each line that may have more to come."""

    def __bool__(self) -> bool:
        return bool(self._after)

    def fill(self, lanes: Lanes, most: int) -> None:
        """Claim a page for each line in which fewer than so many wait."""
        for line in [each for each in self._after if lanes.waiting(each) < most]:
            page = self._ledger.claim(self._after[line], PAGE, self._only(line))
            for delivery, domain in page:
                lanes.add(delivery, domain)
            if len(page) < PAGE:
                del self._after[line]
            else:
                self._after[line] = page[-1][0]

    def _only(self, line: str) -> ColumnElement[bool] | None:
        if line:
            return deliveries.c.domain == line
        return deliveries.c.domain.not_in(self._limited) if self._limited else None
