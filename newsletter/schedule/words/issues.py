"""Messages about an issue that has not begun to go out, or does not go on."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.audience.standing import Reach
from newsletter.checks import Cleared
from newsletter.schedule.calendar import Entry
from newsletter.schedule.facts import Known
from newsletter.schedule.notices import Kind, Notice
from newsletter.schedule.office import Office
from newsletter.schedule.shelf import Opened
from newsletter.schedule.words.lines import WHY, body, counted, moment_key, shown, to_do


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
    return entry.issue, "upcoming", f"{moment_key(entry)} {ready}"


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
    return Notice(*upcoming_key(entry, "approved"), subject, body(office, what))


def not_ready(office: Office, known: Known, entry: Entry, code: str, why: str) -> Notice:
    """That an issue would not go out as it is."""
    when = shown(office, entry.at)
    subject = f"{entry.issue} is not ready to go out on {when}: {WHY[code]}"
    what = [
        f"{entry.issue} is to go out on {when}, and would not: {WHY[code]}.",
        *([f"  {why}"] if why else ()),
        *_moved(entry),
        "",
        *to_do(office, known, code),
    ]
    return Notice(*upcoming_key(entry, code), subject, body(office, what))


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
        *to_do(office, known, code),
        f"It then goes out by itself, until {until}.",
    ]
    subject = f"{entry.issue} did not go out: {WHY[code]}"
    return Notice(
        entry.issue, "refused", f"{moment_key(entry)} {code}", subject, body(office, what)
    )


def overdue(office: Office, known: Known, entry: Entry) -> Notice:
    """That an issue's time has passed, and nothing happens any more by itself."""
    if known.mailing:
        subject = f"{entry.issue} is unfinished, and does not go on by itself any more"
        since = known.alive_at or entry.at
        steps = [
            f"Nothing has come of it since {shown(office, since)}.",
            f"See where it stands:  newsletter status {entry.issue}",
        ]
        going_on = f"Go on with it:        newsletter send {entry.issue}"
    else:
        subject = f"{entry.issue} did not go out, and does not any more by itself"
        steps = list(to_do(office, known, known.month.content))
        going_on = f"Send it by hand:  newsletter send {entry.issue}"
    why = entry.why or WHY.get(known.month.content, "")
    what = [
        f"{entry.issue} was to go out on {shown(office, entry.at)}: {why}.",
        "",
        *steps,
        going_on,
    ]
    about = moment_key(entry)
    if known.mailing and known.alive_at:
        about = f"{known.mailing.id} {known.alive_at:%Y-%m-%dT%H:%M:%SZ}"
    return Notice(entry.issue, "overdue", about, subject, body(office, what))


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
        body(office, what),
    )


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
