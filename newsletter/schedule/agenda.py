"""One look: what is known of all months at this moment, and the calendar made of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from newsletter.schedule.calendar import Entry, entries
from newsletter.schedule.facts import Known, known_months
from newsletter.schedule.office import Office
from newsletter.schedule.rules import rules_of
from newsletter.schedule.shelf import Shelf


class Agenda(NamedTuple):
    """What a look has found."""

    now: datetime
    """The moment of the look."""
    known: Mapping[str, Known]
    """All months, by name."""
    calendar: tuple[Entry, ...]
    """Those that are a matter of the calendar's, in the order in which they go out."""


def look(office: Office, shelf: Shelf) -> Agenda:
    """Work the calendar out anew.

    Raises:
        ConfigurationError: where the folder of issues is none.
        StoreUnavailable: where the database does not answer.
    """
    now = office.clock()
    known = known_months(office, shelf, now)
    months = (each.month for each in known.values())
    return Agenda(now, known, entries(months, rules_of(office.engine, office.config), now))
