"""`newsletter approve`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from newsletter.cli import publication, terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from newsletter.approval.record import Approval
    from newsletter.checks import Cleared
    from newsletter.config import Config

_LONGEST_NAME = 200
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
    approver = _name(name, ctx) if name is not None else ""
    if withdraw:
        click.echo(_withdrawn(config, publication.month(issue, config), approver))
        return
    if not approver:
        raise click.UsageError('say who approves, such as --by "the editor"', ctx)
    _refuse_strangers(approver, config)
    pinned = publication.pinned(issue, config)
    cleared = _checked(pinned, config)
    engine = publication.store(config)
    _refuse_begun(engine, cleared.letter.month)
    for line in _told(engine, config, cleared):
        click.echo(line)
    approval, is_new = _recorded(engine, cleared, approver)
    click.echo(f"Hash        {approval.hash[:_SHOWN_OF_HASH]}…")
    when = approval.at.astimezone(config.zone).isoformat(timespec="seconds")
    already = "" if is_new else "already "
    click.echo(f"{approval.issue} is {already}approved by {approval.approver}, {when}")


def _name(typed: str, ctx: click.Context) -> str:
    """A name on one line.

    Raises:
        UsageError: where it is none.
    """
    name = " ".join(filter(None, typed.split(" ")))
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise click.UsageError('--by takes a name on one line, such as "the editor"', ctx)
    return name


def _refuse_strangers(name: str, config: Config) -> None:
    """Take only the names that `approvers` lists, where it lists any.

    Raises:
        UsageError: where it is another.
    """
    from newsletter.errors import UsageError
    from newsletter.suggest import did_you_mean

    if config.approvers and name not in config.approvers:
        hint = did_you_mean(name, config.approvers) or f"; there: {', '.join(config.approvers)}"
        raise UsageError(f"'{name}' is not among the 'approvers' of {config.file.name}{hint}")


def _checked(issue: str, config: Config) -> Cleared:
    """The issue, after all checks; each finding is told.

    Raises:
        MailingRefused: where one is an error.
    """
    from datetime import datetime

    from newsletter.checks import check_issues, clear
    from newsletter.errors import MailingRefused
    from newsletter.issue import find_issue

    path = find_issue(issue, config)
    findings = check_issues([path], config)
    for found in findings:
        terminal.say(f"{found} [{found.code}]")
    errors = sum(found.severity == "error" for found in findings)
    if errors:
        raise MailingRefused(
            f"{path.stem} is not approved, because of {terminal.count(errors, 'error')}"
        )
    cleared = clear(path, config, datetime.now(config.zone))
    if cleared.errors:  # somebody has saved it since
        raise MailingRefused(f"{path.stem} is not approved: {cleared.errors[0]}")
    return cleared


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


def _told(engine: Engine, config: Config, cleared: Cleared) -> Iterator[str]:
    """What is being approved."""
    from newsletter.audience.standing import reach
    from newsletter.checks import GMAIL_CLIP, html_size
    from newsletter.store import reading, today_in

    size = html_size(cleared.edition, config)
    with reading(engine) as connection:
        reached = reach(connection, today_in(config.zone))
    yield f"Issue       {cleared.letter.month}"
    yield f"Subject     {cleared.letter.subject}"
    yield f"Summaries   {len(cleared.file.issue.summaries)}"
    yield f"Size        {size / 1024:.0f} KB of HTML; Gmail shows {GMAIL_CLIP // 1024}"
    yield f"Recipients  {reached.recipients:,} of {reached.total:,}"
    for reason, number in reached.skipped.items():
        yield f"Left out    {number:,} {reason}"
    yield f"Goes out    {_when(engine, config, cleared)}"


def _when(engine: Engine, config: Config, cleared: Cleared) -> str:
    """When it goes out by itself, or that it does not."""
    from datetime import UTC, datetime

    from newsletter.issue.planned import moment_for
    from newsletter.schedule.calendar import is_history
    from newsletter.schedule.rules import rules_of

    moment = moment_for(cleared.file.issue, config)
    at, rules, now = moment.at.astimezone(UTC), rules_of(engine, config), datetime.now(UTC)
    shown = f"{moment.at:%A %Y-%m-%d %H:%M} {moment.at.isoformat(timespec='minutes')[16:]}"
    if is_history(at, rules):
        return f"by hand alone; {shown} is from before this database"
    if now > at + rules.grace:
        return f"by hand alone; {shown} is past, and so is its grace"
    if now >= at:
        return f"at once, where the scheduler runs; it is due since {shown}"
    return "; ".join(filter(None, (f"{shown}, where the scheduler runs", moment.moved)))


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
