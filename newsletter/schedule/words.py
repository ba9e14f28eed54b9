"""The messages to operators, word for word.

A subject says what is the matter and names no address, since the log has it too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from newsletter.audience.standing import Reach
from newsletter.checks import Cleared
from newsletter.delivery.mailing import Counts, Mailing
from newsletter.schedule.calendar import Entry
from newsletter.schedule.facts import Known
from newsletter.schedule.notices import Notice
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
    "missing": "Write {file}, and approve it:  newsletter approve {issue} --by NAME",
    "broken": "Mend the file:  newsletter check {issue}",
    "unapproved": "Approve it:  newsletter approve {issue} --by NAME",
    "changed": "Look at it, and approve it again:  newsletter approve {issue} --by NAME",
    "errors": "Mend them, and approve it again:  newsletter check {issue}",
    "nobody": "Look at the list:  newsletter subscribers list",
    "provider": "Mend it; nothing is lost:  newsletter status {issue}",
    "ledger": "Free some space, or mend the database; nothing is lost.",
}


def shown(office: Office, moment: datetime) -> str:
    """`Tuesday 2023-12-05 09:00 -05:00`."""
    local = office.local(moment)
    offset = local.isoformat()[-6:]
    return f"{local:%A %Y-%m-%d %H:%M} {offset}"


def upcoming(
    office: Office, known: Known, entry: Entry, cleared: Cleared | None, reach: Reach
) -> Notice:
    """What will go out soon, and to how many; or why it would not."""
    when = shown(office, entry.at)
    errors = cleared.errors if cleared else ()
    code = "errors" if errors and entry.state == "approved" else _code(known)
    if code == "approved" and not reach.recipients:
        code = "nobody"
    if code == "approved":
        subject = f"{entry.issue} goes out on {when}, to {reach.recipients:,} recipients"
        what = [
            f"{entry.issue} goes out by itself on {when}.",
            "",
            *_contents(known, cleared),
            *_audience(reach),
            *_approval(office, known),
            "",
            _to_stop(known),
        ]
    else:
        subject = f"{entry.issue} is not ready to go out on {when}: {WHY[code]}"
        what = [
            f"{entry.issue} is to go out on {when}, and would not: {WHY[code]}.",
            *([f"  {entry.why}"] if entry.why else ()),
            *(f"  {error} [{error.code}]" for error in errors),
            "",
            _to_do(office, known, code),
        ]
    if entry.moved:
        what.append(f"\n{entry.moved[0].upper()}{entry.moved[1:]}.")
    return Notice(entry.issue, "upcoming", _at(entry), subject, _text(office, what))


def upcoming_key(entry: Entry) -> tuple[str, str, str]:
    """The key of a message that takes some work to write."""
    return entry.issue, "upcoming", _at(entry)


def refused(office: Office, known: Known, entry: Entry, code: str = "", why: str = "") -> Notice:
    """That an issue is due, and does not go out; it still may within its grace."""
    code = code or _code(known)
    why = why or entry.why
    until = shown(office, entry.at + office.config.schedule.grace)
    what = [
        f"{entry.issue} is due since {shown(office, entry.at)}, and did not go out: {WHY[code]}.",
        *([f"  {why}"] if why else ()),
        "",
        _to_do(office, known, code),
        f"It then goes out by itself, until {until}.",
    ]
    subject = f"{entry.issue} did not go out: {WHY[code]}"
    return Notice(entry.issue, "refused", f"{_at(entry)} {code}", subject, _text(office, what))


def overdue(office: Office, known: Known, entry: Entry) -> Notice:
    """That an issue's time has passed, and nothing happens any more by itself."""
    if known.mailing:
        subject = f"{entry.issue} is unfinished, and does not go on by itself any more"
        to_do = f"See where it stands:  newsletter status {entry.issue}"
        going_on = f"Go on with it:        newsletter send {entry.issue}"
    else:
        subject = f"{entry.issue} did not go out, and does not any more by itself"
        to_do = _to_do(office, known, _code(known)) if known.month.content != "approved" else ""
        going_on = f"Send it by hand:  newsletter send {entry.issue}"
    why = entry.why or WHY.get(_code(known), "")
    what = [
        f"{entry.issue} was to go out on {shown(office, entry.at)}: {why}.",
        "",
        *filter(None, (to_do, going_on)),
    ]
    return Notice(entry.issue, "overdue", _at(entry), subject, _text(office, what))


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
    return Notice(mailing.issue, "failures", str(mailing.id), subject, _text(office, what))


def doubtful(office: Office, mailing: Mailing, number: int) -> Notice:
    """That it is not known of some mails whether they arrived."""
    counted = f"{number:,} {'mail' if number == 1 else 'mails'}"
    what = [
        f"{counted} of {mailing.name} left, and the provider's answer was lost.",
        "They may or may not have arrived, and are not sent again by themselves.",
        "",
        f"Which, and what to do:  newsletter doubtful {mailing.issue}",
    ]
    subject = f"{mailing.name}: {counted} may or may not have arrived"
    return Notice(mailing.issue, "doubtful", str(mailing.id), subject, _text(office, what))


def result(office: Office, mailing: Mailing, counts: Counts, skipped: Mapping[str, int]) -> Notice:
    """What a mailing came to, to the last recipient."""
    verb = "went out" if mailing.state == "finished" else "was cancelled"
    subject = f"{mailing.name} {verb}: {counts.accepted:,} of {counts.total:,} accepted"
    if counts.failed or counts.doubtful:
        subject += f", {counts.failed:,} failed, {counts.doubtful:,} doubtful"
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
        "newsletter.yaml cannot be read, and nothing goes out until it is mended:",
        f"  {why}",
    ]
    return Notice("", "broken", about, "newsletter.yaml cannot be read", _text(office, what))


def _code(known: Known) -> str:
    return known.month.content


def _at(entry: Entry) -> str:
    return f"{entry.at:%Y-%m-%dT%H:%MZ}"


def _contents(known: Known, cleared: Cleared | None) -> Iterator[str]:
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


def _to_do(office: Office, known: Known, code: str) -> str:
    issue = known.month.issue
    return _TO_DO[code].format(issue=issue, file=f"{office.config.issues}/{issue}.yaml")


def _moment(office: Office, moment: str | None) -> str:
    return shown(office, datetime.fromisoformat(moment)) if moment else "–"


def _text(office: Office, lines: list[str]) -> str:
    signature = f"-- \n{office.config.name}\nTo its operators, as newsletter.yaml lists them."
    return "\n".join([*lines, "", signature, ""])
