"""`newsletter send`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from newsletter.cli import letters, permission, publication, summary, terminal
from newsletter.cli import mailing as mailings
from newsletter.cli.permission import Permission
from newsletter.cli.progress import stopping_at_signals, watching

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from newsletter.audience.keys import Keyring
    from newsletter.config import Config
    from newsletter.delivery.claim import Provider
    from newsletter.delivery.ending import Ending
    from newsletter.delivery.mailing import Mailing
    from newsletter.edition import Letter


@dataclass(frozen=True)
class _Desk:
    """What a send works with."""

    issue: str
    """One and the same from now on: `latest` may soon be another."""
    config: Config
    engine: Engine
    keyring: Keyring
    provider: Provider

    @property
    def month(self) -> str:
        """The issue's."""
        return publication.month(self.issue, self.config)


@click.command(
    short_help="Send an issue, or go on with what is unfinished.",
    epilog="Example:  newsletter send 2023-12 --dry-run",
)
@click.argument("issue", required=False)
@click.option("--dry-run", is_flag=True, help="Do all but hand it to the provider.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--limit", type=click.IntRange(min=1), metavar="N", help="Send to N recipients, then pause."
)
@click.option("--unapproved", is_flag=True, help="Send without the approval it needs.")
@click.option(
    "--due", is_flag=True, help="Send what is due by the schedule, for cron and timers; no ISSUE."
)
@click.pass_context
def send(
    ctx: click.Context,
    issue: str | None,
    dry_run: bool,
    yes: bool,
    limit: int | None,
    unapproved: bool,
    due: bool,
) -> None:
    """Send ISSUE to all subscribers with consent, each of them once.

    Errors that 'newsletter check' finds stop it, and so does a missing approval. The audience
    is frozen first, and a summary asks for a yes. What was interrupted goes on with the same
    bytes: nobody gets a mail twice, and 'newsletter status' says where it stands. Exits with
    0 where all is well.

    With --due, it does what 'newsletter schedule' does, once: sends each approved issue whose
    time has come, goes on with what was interrupted, and tells the operators. It prints
    nothing where there is nothing to do.
    """
    if due:
        _refuse_options(issue, (dry_run, limit, unapproved))
        from newsletter.cli.unattended import send_due

        ctx.exit(send_due(ctx))
    if issue is None:
        raise click.UsageError("name an ISSUE, such as 2023-12, or write --due", ctx)
    desk = _desk(ctx, issue)
    found = _begun(desk)
    if found and found.state == "finished":
        click.echo(_finished(desk, found))
        return
    ctx.exit(_send(desk, found, dry_run=dry_run, yes=yes, limit=limit, unapproved=unapproved))


def _refuse_options(issue: str | None, options: tuple[object, ...]) -> None:
    """`--due` finds out itself what is to be sent.

    Raises:
        UsageError: where it is told.
    """
    if issue is not None or any(options):
        raise click.UsageError("--due takes no ISSUE, --dry-run, --limit or --unapproved")


def _finished(desk: _Desk, found: Mailing) -> str:
    from newsletter.delivery.standing import standing_of

    counts = standing_of(desk.engine, found).counts
    return f"{found.name} is finished already: {mailings.in_words(counts)}"


def _send(
    desk: _Desk,
    found: Mailing | None,
    *,
    dry_run: bool,
    yes: bool,
    limit: int | None,
    unapproved: bool,
) -> int:
    """Send what is not finished; the exit code."""
    from newsletter.delivery.send import refuse_unready

    if found:
        refuse_unready(desk.engine, found)
        letter = _frozen(desk, found)
    else:
        cleared = letters.checked(desk.issue, desk.config)
        letter = cleared.letter
    if dry_run:
        _dry_run(desk, letter, found)
        return 0
    if found:
        permission.to_go_on(desk.engine, found, insist=unapproved)
        planned = found
    else:
        granted = permission.to_begin(desk.engine, desk.config, cleared, insist=unapproved)
        planned = _planned(desk, letter, granted)
    for line in summary.of_plan(desk.engine, desk.config, planned, letter, limit):
        click.echo(line)
    if not yes and not _asked(desk, planned):
        return 0
    return _tell(_run(desk, planned, limit))


def _desk(ctx: click.Context, issue: str) -> _Desk:
    from newsletter.audience.keys import keyring
    from newsletter.delivery.providers import load_provider

    config, secrets = publication.load(ctx), publication.secrets()
    provider = load_provider(config, secrets)
    keys, told = keyring(config, secrets)
    if told:
        terminal.say(f"note: {told}")
    pinned = publication.pinned(issue, config)
    return _Desk(pinned, config, publication.store(config), keys, provider)


def _begun(desk: _Desk) -> Mailing | None:
    """The mailing to go on with, if there is one; a plan left at the question is none."""
    from newsletter.delivery.mailing import find_mailing, kind_of
    from newsletter.store import reading

    with reading(desk.engine) as connection:
        found = find_mailing(connection, desk.month, kind_of(desk.config))
    return found if found and found.is_begun else None


def _planned(desk: _Desk, letter: Letter, granted: Permission) -> Mailing:
    """A new mailing. Of a plan that was left at the question, letter and audience may be old."""
    from newsletter.delivery.mailing import find_mailing, kind_of
    from newsletter.delivery.plan import Terms, discard, plan
    from newsletter.store import reading, today_in

    config = desk.config
    kind = kind_of(config)
    with reading(desk.engine) as connection:
        left = find_mailing(connection, desk.month, kind)
    if left:
        discard(desk.engine, left)
    terms = Terms(
        kind,
        config.delivery.provider,
        today_in(config.zone),
        unapproved=granted.unapproved,
        approval=granted.approval,
    )
    return plan(desk.engine, letter, terms)[0]


def _frozen(desk: _Desk, found: Mailing) -> Letter:
    """The letter as it was planned; later edits are remarked on."""
    from newsletter.delivery.plan import load_letter
    from newsletter.store import reading

    with reading(desk.engine) as connection:
        frozen = load_letter(connection, found)
    if letters.have_changed(desk.issue, desk.config, frozen):
        terminal.say(
            f"note: the files of {found.issue} have changed since it was planned; "
            "what goes out is what was planned"
        )
    return frozen


def _dry_run(desk: _Desk, letter: Letter, begun: Mailing | None) -> None:
    from newsletter.delivery.dry_run import dry_run
    from newsletter.store import today_in

    done = dry_run(desk.engine, letter, begun, today_in(desk.config.zone), desk.keyring)
    for line in summary.of_dry_run(letter, done):
        click.echo(line)


def _asked(desk: _Desk, planned: Mailing) -> bool:
    """Whether to go on; a mailing that was planned for nothing is taken back."""
    from newsletter.delivery.plan import discard

    agreed = False
    try:
        agreed = mailings.confirmed(f"send {planned.name}?")
    finally:
        if not agreed:
            discard(desk.engine, planned)  # unless it was begun before
    if not agreed:
        click.echo("nothing was sent")
    return agreed


def _run(desk: _Desk, planned: Mailing, limit: int | None) -> Ending:
    from newsletter.delivery.dispatch import Stop
    from newsletter.delivery.send import Orders, run
    from newsletter.delivery.standing import standing_of

    stop = Stop()
    counts = standing_of(desk.engine, planned).counts
    with stopping_at_signals(stop), watching(counts, limit, stop) as watch:
        orders = Orders(desk.config, desk.keyring, limit, stop, watch)
        return run(desk.engine, planned, desk.provider, orders)


def _tell(ending: Ending) -> int:
    """Say how it ended, and give the exit code."""
    if ending.error:
        terminal.say(ending.error)
    for line in summary.of_ending(ending):
        click.echo(line)
    return ending.exit_code
