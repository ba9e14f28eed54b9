"""`newsletter approve`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from newsletter.cli import going_out, publication, terminal, unattended

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine

    from newsletter.approval.record import Approval
    from newsletter.checks import Cleared
    from newsletter.config import Config
    from newsletter.schedule.office import Office
    from newsletter.yaml_source import Finding

_LONGEST_NAME = 200
_MISLEADING = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Control characters, ends of lines, and what turns the direction of writing."""
_SHOWN_OF_HASH = 16


@click.command(
    short_help="Approve an issue exactly as it is now, or take that back.",
    epilog='Example:  newsletter approve 2023-12 --by "the editor"',
)
@click.argument("issue")
@click.option("--by", "name", metavar="NAME", help="Who approves; kept, and shown by 'status'.")
@click.option("--withdraw", is_flag=True, help="Take the approval back.")
@click.pass_context
def approve(ctx: click.Context, issue: str, name: str | None, withdraw: bool) -> None:
    """Approve ISSUE for sending, after all checks; it shows what is approved.

    The approval holds for just this content: any later change to the issue file, the
    templates, what newsletter.yaml puts into a mail, or the sender voids it. It is a record of
    who said yes, not a proof of who sat at the keyboard.
    """
    config = publication.load(ctx)
    approver = _name(name, config, ctx) if name is not None else ""
    if withdraw:
        click.echo(_withdrawn(config, publication.month(issue, config), approver))
        return
    if not approver:
        raise click.UsageError('say who approves, such as --by "the editor"', ctx)
    _refuse_strangers(approver, config)
    cleared, remarks = _checked(_own(issue, config), config)
    office = unattended.to_look(config)
    _refuse_begun(office.engine, cleared.letter.month)
    approval, is_new = _recorded(office.engine, cleared, approver)
    # Whoever reads along may have seen enough after a line: the approval stands by then.
    told = list(_told(office, cleared, approval, is_new=is_new))
    for found in remarks:
        terminal.say(f"{found} [{found.code}]")
    for line in told:
        click.echo(line)


def _name(typed: str, config: Config, ctx: click.Context) -> str:
    """A name on one line; one that `approvers` lists may hold what joins letters, too.

    Raises:
        UsageError: where it is none.
    """
    name = _spaced(typed)
    if name in _approvers(config):
        is_name = not _MISLEADING.search(name)
    else:
        is_name = bool(name) and len(name) <= _LONGEST_NAME and name.isprintable()
    if not is_name:
        raise click.UsageError('--by takes a name on one line, such as "the editor"', ctx)
    return name


def _spaced(name: str) -> str:
    return " ".join(filter(None, name.split(" ")))


def _approvers(config: Config) -> list[str]:
    return [_spaced(each) for each in config.approvers]


def _refuse_strangers(name: str, config: Config) -> None:
    """Take only the names that `approvers` lists, where it lists any.

    Raises:
        UsageError: where it is another.
    """
    from newsletter.errors import UsageError
    from newsletter.suggest import did_you_mean

    approvers = _approvers(config)
    if approvers and name not in approvers:
        hint = did_you_mean(name, approvers) or f"; there: {', '.join(approvers)}"
        raise UsageError(f"'{name}' is not among the 'approvers' of {config.file.name}{hint}")


def _own(issue: str, config: Config) -> Path:
    """The issue's file.

    Raises:
        IssueNotFound: where there is none.
        UsageError: where it is a draft elsewhere, which would take the place of the issue's own
            approval.
    """
    from newsletter.approval.evidence import is_own
    from newsletter.errors import UsageError
    from newsletter.issue import find_issue

    path = find_issue(issue, config)
    if not is_own(path, config):
        folder = config.shown(config.issues_path)
        raise UsageError(
            f"{config.shown(path)} is none of the publication's issues, so it does not go out; "
            f"make it {folder}/{path.stem}.yaml, and approve that"
        )
    return path


def _checked(path: Path, config: Config) -> tuple[Cleared, list[Finding]]:
    """The issue, after all checks, and what they remark on.

    Raises:
        MailingRefused: where they find an error; each finding is told.
    """
    from datetime import datetime

    from newsletter.checks import check_issues, clear
    from newsletter.errors import MailingRefused

    findings = check_issues([path], config)
    errors = sum(found.severity == "error" for found in findings)
    if errors:
        for found in findings:
            terminal.say(f"{found} [{found.code}]")
        raise MailingRefused(
            f"{path.stem} is not approved, because of {terminal.count(errors, 'error')}"
        )
    cleared = clear(path, config, datetime.now(config.zone))
    if cleared.errors:  # somebody has saved it since
        raise MailingRefused(f"{path.stem} is not approved: {cleared.errors[0]}")
    return cleared, findings


def _refuse_begun(engine: Engine, month: str) -> None:
    """What has gone out, or begun to, can no longer be approved.

    Raises:
        MailingRefused: where its real mailing has begun.
    """
    from newsletter.delivery.mailing import find_mailing
    from newsletter.errors import MailingRefused
    from newsletter.store import reading

    with reading(engine) as connection:
        found = find_mailing(connection, month, "real")
    if found and found.is_begun:
        raise MailingRefused(
            f"the mailing of {month} has begun already, with what was frozen then; "
            f"'newsletter status {month}' says where it stands"
        )


def _recorded(engine: Engine, cleared: Cleared, approver: str) -> tuple[Approval, bool]:
    """The approval, and whether it is new."""
    from newsletter.approval.record import record_once
    from newsletter.store import writing

    letter = cleared.letter
    with writing(engine) as connection:
        return record_once(connection, letter.month, approver, cleared.evidence, letter.subject)


def _told(office: Office, cleared: Cleared, approval: Approval, *, is_new: bool) -> Iterator[str]:
    """What was approved, and by whom."""
    from newsletter.audience.standing import reach
    from newsletter.checks import GMAIL_CLIP, html_size
    from newsletter.store import reading, today_in

    config = office.config
    size = html_size(cleared.edition, config)
    with reading(office.engine) as connection:
        reached = reach(connection, today_in(config.zone))
    yield f"Issue       {cleared.letter.month}"
    yield f"Subject     {cleared.letter.subject}"
    yield f"Summaries   {len(cleared.file.issue.summaries)}"
    yield f"Size        {size / 1024:.0f} KB of HTML; Gmail shows {GMAIL_CLIP // 1024}"
    yield f"Recipients  {reached.recipients:,} of {reached.total:,}"
    for reason, number in reached.skipped.items():
        yield f"Left out    {number:,} {reason}"
    yield f"Goes out    {going_out.when(office, cleared)}"
    yield f"Hash        {approval.hash[:_SHOWN_OF_HASH]}…"
    when = office.local(approval.at).isoformat(timespec="seconds")
    already = "" if is_new else "already "
    yield f"{approval.issue} is {already}approved by {approval.approver}, {when}"


def _withdrawn(config: Config, month: str, by: str) -> str:
    """Take an approval back, and say what that means.

    Raises:
        MailingRefused: where there is none.
    """
    from newsletter.approval.record import withdraw
    from newsletter.delivery.mailing import find_mailing
    from newsletter.errors import MailingRefused
    from newsletter.store import writing

    with writing(publication.store(config)) as connection:
        found = withdraw(connection, month, by)
        mailing = find_mailing(connection, month)
    if found is None:
        raise MailingRefused(f"{month} is not approved, so there is nothing to withdraw")
    told = f"the approval of {month} by {found.approver} is withdrawn"
    if mailing is None or not mailing.is_begun or mailing.state == "cancelled":
        return told
    if mailing.state != "finished":
        return f"{told}; its mailing has begun, and 'newsletter pause {month}' stops a sender"
    return told if mailing.kind == "rehearsal" else f"{told}; its mails have gone out already"
