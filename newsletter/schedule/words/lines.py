"""What all messages are made of: moments, numbers, reasons, and what to do about them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from newsletter.delivery.approved import needs_approval
from newsletter.schedule.calendar import Entry
from newsletter.schedule.facts import Known
from newsletter.schedule.office import Office

WHY = {
    "missing": "there is no file of it",
    "broken": "its file cannot be read",
    "unapproved": "nobody approved it",
    "changed": "it has changed since it was approved",
    "errors": "a check finds errors",
    "nobody": "nobody would get it",
    "provider": "the provider takes no mail",
    "ledger": "the database cannot be written",
}
"""Why an issue does not go out, for subjects."""
_TO_DO = {
    "missing": "Write {file}.",
    "broken": "Mend the file:  newsletter check {issue}",
    "unapproved": "Look at it:  newsletter preview {issue}",
    "changed": "Look at it:  newsletter preview {issue}",
    "errors": "Mend them:  newsletter check {issue}",
    "nobody": "Look at the list:  newsletter subscribers list",
    "provider": "Mend it; nothing is lost:  newsletter status {issue}",
    "ledger": "Free some space, or mend the database; nothing is lost.",
}
_THEN_APPROVE = frozenset({"missing", "broken", "unapproved", "changed", "errors"})


def shown(office: Office, moment: datetime) -> str:
    """`Tuesday 2023-12-05 09:00 -05:00`."""
    local = office.local(moment)
    offset = local.isoformat()[-6:]
    return f"{local:%A %Y-%m-%d %H:%M} {offset}"


def moment_key(entry: Entry) -> str:
    """An issue's moment, as what tells messages apart has it."""
    return f"{entry.at:%Y-%m-%dT%H:%MZ}"


def to_do(office: Office, known: Known, code: str) -> Iterator[str]:
    """What to do about why an issue does not go out, a line each."""
    issue = known.month.issue
    if code in _TO_DO:
        yield _TO_DO[code].format(issue=issue, file=f"{office.config.issues}/{issue}.yaml")
    if code in _THEN_APPROVE and needs_approval(office.config):
        yield f"Approve it:  newsletter approve {issue} --by NAME"


def counted(number: int, noun: str) -> str:
    """`1 mail`, `1,000 mails`."""
    return f"{number:,} {noun if number == 1 else f'{noun}s'}"


def in_hours(grace: timedelta) -> str:
    """`12 hours`, `90 minutes`."""
    hours, rest = divmod(round(grace.total_seconds()), 3600)
    return counted(hours, "hour") if not rest else counted(round(rest / 60) + hours * 60, "minute")


def shown_text(office: Office, moment: str | None) -> str:
    """A moment of the ledger."""
    return shown(office, datetime.fromisoformat(moment)) if moment else "–"


def body(office: Office, lines: list[str]) -> str:
    """A message's text, with its signature."""
    signature = f"-- \n{office.config.name}\nTo its operators, as newsletter.yaml lists them."
    return "\n".join([*lines, "", signature, ""])
