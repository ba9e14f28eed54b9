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
    from newsletter.schedule.agenda import look
    from newsletter.schedule.shelf import Shelf
    from newsletter.schedule.words import shown

    calendar = look(office, Shelf(office.config)).calendar
    month = cleared.letter.month
    entry = next((each for each in calendar if each.issue == month), None)
    if entry is None:
        at = planned_at(cleared.file.issue, office.config)
        return f"by hand alone; {shown(office, at)} is from before this database"
    return _in_words(entry, shown(office, entry.at))


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
