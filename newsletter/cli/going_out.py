"""When an issue goes out by itself, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from newsletter.checks import Cleared
    from newsletter.schedule.calendar import Entry
    from newsletter.schedule.office import Office


def when(office: Office, cleared: Cleared) -> str:
    """When it goes out by itself, as the calendar has it, or why it does not."""
    from newsletter.issue import planned_at
    from newsletter.schedule.calendar import entries
    from newsletter.schedule.facts import in_order, known_months
    from newsletter.schedule.rules import rules_of
    from newsletter.schedule.shelf import Shelf

    config, now = office.config, office.clock()
    known = known_months(office, Shelf(config), now)
    calendar = entries(in_order(known), rules_of(office.engine, config), now)
    month = cleared.letter.month
    entry = next((each for each in calendar if each.issue == month), None)
    at = office.local(entry.at) if entry else planned_at(cleared.file.issue, config)
    shown = f"{at:%A %Y-%m-%d %H:%M} {at.isoformat(timespec='minutes')[16:]}"
    if entry is None:
        return f"by hand alone; {shown} is from before this database"
    return _in_words(entry, shown)


def _in_words(entry: Entry, shown: str) -> str:
    if entry.state == "sent":
        return "not again: it was sent"
    if entry.step == "send":
        return f"at once, where the scheduler runs; it is due since {shown}"
    if entry.step == "resume":
        return entry.why
    if entry.state == "held":
        return f"by hand alone: {entry.why}"
    if entry.state != "approved":  # somebody has changed it, or withdrawn this, since
        return f"not as it is now: {entry.why or entry.state}"
    return entry.why or "; ".join(filter(None, (f"{shown}, where the scheduler runs", entry.moved)))
