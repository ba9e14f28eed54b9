"""The messages to operators, word for word.

A subject says what is the matter and names no address, since the log has it too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from newsletter.audience.standing import Reach
from newsletter.checks import Cleared
from newsletter.delivery.approved import needs_approval
from newsletter.delivery.ending import Ending
from newsletter.delivery.mailing import Counts, Mailing
from newsletter.schedule.calendar import Entry
from newsletter.schedule.facts import Known
from newsletter.schedule.notices import Kind, Notice
from newsletter.schedule.office import Office
from newsletter.schedule.shelf import Opened

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


def readiness(known: Known, cleared: Opened[Cleared] | None) -> tuple[str, str]:
    """`approved` where an issue could go out as it is, else why not: a code, and more words."""
    content, why = known.month.content, known.month.why
    if content != "approved" or cleared is None:
        return content, why
    if cleared.value is None:
        return "broken", cleared.problem
    errors = [f"{error} [{error.code}]" for error in cleared.value.errors]
    return ("errors", "\n  ".join(errors)) if errors else ("approved", "")


def upcoming_key(entry: Entry, code: str) -> tuple[str, Kind, str]:
    """The key of a message that takes some work to write: one when ready, one when not."""
    ready = "ready" if code == "approved" else "not ready"
    return entry.issue, "upcoming", f"{_at(entry)} {ready}"


def upcoming(
    office: Office, known: Known, entry: Entry, cleared: Cleared | None, reach: Reach
) -> Notice:
    """What will go out soon, and to how many."""
    when = shown(office, entry.at)
    recipients = counted(reach.recipients, "recipient")
    subject = f"{entry.issue} goes out on {when}, to {recipients}"
    what = [
        f"{entry.issue} goes out by itself on {when}.",
        "",
        *_contents(cleared),
        *_audience(reach),
        *_approval(office, known),
        *_moved(entry),
        "",
        _to_stop(known),
    ]
    return Notice(*upcoming_key(entry, "approved"), subject, _text(office, what))


def not_ready(office: Office, known: Known, entry: Entry, code: str, why: str) -> Notice:
    """That an issue would not go out as it is."""
    when = shown(office, entry.at)
    subject = f"{entry.issue} is not ready to go out on {when}: {WHY[code]}"
    what = [
        f"{entry.issue} is to go out on {when}, and would not: {WHY[code]}.",
        *([f"  {why}"] if why else ()),
        *_moved(entry),
        "",
        *_to_do(office, known, code),
    ]
    return Notice(*upcoming_key(entry, code), subject, _text(office, what))


def _moved(entry: Entry) -> Iterator[str]:
    if entry.moved:
        yield f"{entry.moved[0].upper()}{entry.moved[1:]}."


def refused(office: Office, known: Known, entry: Entry, code: str, why: str = "") -> Notice:
    """That an issue is due, and does not go out; it still may within its grace."""
    until = shown(office, entry.at + office.config.schedule.grace)
    what = [
        f"{entry.issue} is due since {shown(office, entry.at)}, and did not go out: {WHY[code]}.",
        *([f"  {why}"] if why else ()),
        "",
        *_to_do(office, known, code),
        f"It then goes out by itself, until {until}.",
    ]
    subject = f"{entry.issue} did not go out: {WHY[code]}"
    return Notice(entry.issue, "refused", f"{_at(entry)} {code}", subject, _text(office, what))


def stopped(office: Office, known: Known, ending: Ending, code: str) -> Notice:
    """That a mailing has begun, and does not go on for now."""
    mailing, counts = ending.mailing, ending.counts
    so_far = f"{counts.accepted:,} of {counted(mailing.recipients, 'recipient')}"
    grace = office.config.schedule.grace
    what = [
        f"{mailing.name} stopped with {counts.remaining:,} remaining: {WHY[code]}.",
        *([f"  {ending.error}"] if ending.error else ()),
        "",
        *_to_do(office, known, code),
        f"It goes on by itself while that takes no longer than {_in_hours(grace)}.",
    ]
    begun = f"stopped at {so_far}" if counts.settled else "did not go out"
    subject = f"{mailing.name} {begun}: {WHY[code]}"
    return Notice(mailing.issue, "refused", f"{mailing.id} {code}", subject, _text(office, what))


def overdue(office: Office, known: Known, entry: Entry) -> Notice:
    """That an issue's time has passed, and nothing happens any more by itself."""
    if known.mailing:
        subject = f"{entry.issue} is unfinished, and does not go on by itself any more"
        to_do = [f"See where it stands:  newsletter status {entry.issue}"]
        going_on = f"Go on with it:        newsletter send {entry.issue}"
    else:
        subject = f"{entry.issue} did not go out, and does not any more by itself"
        to_do = list(_to_do(office, known, known.month.content))
        going_on = f"Send it by hand:  newsletter send {entry.issue}"
    why = entry.why or WHY.get(known.month.content, "")
    what = [
        f"{entry.issue} was to go out on {shown(office, entry.at)}: {why}.",
        "",
        *to_do,
        going_on,
    ]
    about = _at(entry)
    if known.mailing and known.alive_at:
        about = f"{known.mailing.id} {known.alive_at:%Y-%m-%dT%H:%M:%SZ}"
    return Notice(entry.issue, "overdue", about, subject, _text(office, what))


def failures(office: Office, mailing: Mailing, failed: int, settled: int) -> Notice:
    """That more fail than should."""
    share = f"{failed / settled:.0%}" if settled else "many"
    what = [
        f"Of {settled:,} mails of {mailing.name} attempted so far, {failed:,} failed.",
        "",
        f"Why:             newsletter deliveries {mailing.issue} --state failed",
        f"Where it stands: newsletter status {mailing.issue}",
        f"If the brake has paused it, 'newsletter resume {mailing.issue}' lifts that.",
    ]
    subject = f"{mailing.name}: {share} of the mails failed"
    about = " after ".join(filter(None, (str(mailing.id), mailing.resumed_at)))
    return Notice(mailing.issue, "failures", about, subject, _text(office, what))


def slow(office: Office, mailing: Mailing, counts: Counts) -> Notice:
    """That a mailing has not come to its end for an hour, though it goes on."""
    left = f"{counts.remaining:,} of {counted(mailing.recipients, 'recipient')}"
    what = [
        f"{mailing.name} began on {_moment(office, mailing.started_at)}, and {left} remain:",
        "the provider refuses them for now.",
        "",
        f"What it said:  newsletter deliveries {mailing.issue} --state planned",
        "It goes on by itself, for as long as the grace after the last answer.",
    ]
    subject = f"{mailing.name} is not through: {left} remain"
    return Notice(mailing.issue, "refused", f"{mailing.id} slow", subject, _text(office, what))


def doubts_of(key: tuple[str, str, str], mailing: Mailing) -> int:
    """How many doubtful mails of a mailing the message of a key is about; 0 of any other."""
    number, _, doubts = key[2].partition(" ")
    return int(doubts) if key[1] == "doubtful" and number == str(mailing.id) else 0


def doubtful(office: Office, mailing: Mailing, number: int) -> Notice:
    """That it is not known of some mails whether they arrived."""
    mails = counted(number, "mail")
    what = [
        f"{mails} of {mailing.name} left, and the provider's answer was lost.",
        "They may or may not have arrived, and are not sent again by themselves.",
        "",
        f"Which, and what to do:  newsletter doubtful {mailing.issue}",
    ]
    subject = f"{mailing.name}: {mails} may or may not have arrived"
    about = f"{mailing.id} {number}"
    return Notice(mailing.issue, "doubtful", about, subject, _text(office, what))


def result(office: Office, mailing: Mailing, counts: Counts, skipped: Mapping[str, int]) -> Notice:
    """What a mailing came to, to the last recipient."""
    verb = "went out" if mailing.state == "finished" else "was cancelled"
    parts = (
        ("accepted", counts.accepted),
        ("failed", counts.failed),
        ("doubtful", counts.doubtful),
        ("left out", counts.skipped),
    )
    told = [f"{number:,} {what}" for what, number in parts if number]
    subject = f"{mailing.name} {verb}: {', '.join(told) or 'to nobody'}"
    names = ("total", "accepted", "failed", "skipped", "doubtful", "remaining")
    what = [
        f"{mailing.name} {verb}, through {mailing.provider}.",
        "",
        *(f"  {name:10}{getattr(counts, name):>10,}" for name in names),
        "",
        *(f"  left out   {number:>9,} {reason}" for reason, number in skipped.items()),
        f"  began      {_moment(office, mailing.started_at)}",
        f"  ended      {_moment(office, mailing.finished_at)}",
        "",
        f"Every recipient:  newsletter deliveries {mailing.issue}",
    ]
    return Notice(mailing.issue, "result", str(mailing.id), subject, _text(office, what))


def broken(office: Office, about: str, why: str) -> Notice:
    """That the configuration cannot be read, so that nothing goes out."""
    what = [
        "The configuration cannot be used, and nothing goes out until that is mended:",
        f"  {why}",
    ]
    return Notice(
        "",
        "broken",
        about,
        "nothing goes out: the configuration cannot be used",
        _text(office, what),
    )


def _at(entry: Entry) -> str:
    return f"{entry.at:%Y-%m-%dT%H:%MZ}"


def _contents(cleared: Cleared | None) -> Iterator[str]:
    if cleared:
        yield f"Subject      {cleared.letter.subject}"
        yield f"Summaries    {len(cleared.file.issue.summaries)}"


def _audience(reach: Reach) -> Iterator[str]:
    yield f"Recipients   {reach.recipients:,} of {reach.total:,}"
    for reason, number in reach.skipped.items():
        yield f"Left out     {number:,} {reason}"


def _approval(office: Office, known: Known) -> Iterator[str]:
    if known.approval and known.approval.approval:
        given = known.approval.approval
        yield f"Approved by  {given.approver}, {shown(office, given.at)}"


def _to_stop(known: Known) -> str:
    issue = known.month.issue
    if known.approval:
        return f"To stop it:  newsletter approve {issue} --withdraw"
    return "To stop it, move its send_at, or stop the scheduler."


def _to_do(office: Office, known: Known, code: str) -> Iterator[str]:
    issue = known.month.issue
    if code in _TO_DO:
        yield _TO_DO[code].format(issue=issue, file=f"{office.config.issues}/{issue}.yaml")
    if code in _THEN_APPROVE and needs_approval(office.config):
        yield f"Approve it:  newsletter approve {issue} --by NAME"


def counted(number: int, noun: str) -> str:
    """`1 mail`, `1,000 mails`."""
    return f"{number:,} {noun if number == 1 else f'{noun}s'}"


def _in_hours(grace: timedelta) -> str:
    hours, rest = divmod(round(grace.total_seconds()), 3600)
    return counted(hours, "hour") if not rest else counted(round(rest / 60) + hours * 60, "minute")


def _moment(office: Office, moment: str | None) -> str:
    return shown(office, datetime.fromisoformat(moment)) if moment else "–"


def _text(office: Office, lines: list[str]) -> str:
    signature = f"-- \n{office.config.name}\nTo its operators, as newsletter.yaml lists them."
    return "\n".join([*lines, "", signature, ""])
