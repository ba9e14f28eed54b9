"""`newsletter pause`, `newsletter resume` and `newsletter cancel`."""

from __future__ import annotations

import click

from newsletter.cli import mailing as mailings


@click.command(
    short_help="Stop a mailing until it is resumed.",
    epilog="Example:  newsletter pause 2023-12",
)
@click.argument("issue")
@click.pass_context
def pause(ctx: click.Context, issue: str) -> None:
    """Stop the mailing of ISSUE; a running sender ends within seconds.

    What is in flight is finished first. 'newsletter resume' lifts the pause.
    """
    from newsletter.delivery.control import pause as pause_mailing

    engine, found = mailings.named(ctx, issue)
    if pause_mailing(engine, found):
        click.echo(f"{found.name} is paused; 'newsletter resume {found.issue}' lifts that")
    else:
        click.echo(f"{found.name} sends nothing more, and pauses when its last answers are in")


@click.command(
    short_help="Lift a pause; sends nothing.",
    epilog="Example:  newsletter resume 2023-12",
)
@click.argument("issue")
@click.pass_context
def resume(ctx: click.Context, issue: str) -> None:
    """Lift the pause of the mailing of ISSUE; the next 'newsletter send' goes on.

    So does the scheduler, with what it has begun itself.
    """
    from newsletter.delivery.control import resume as resume_mailing

    engine, found = mailings.named(ctx, issue)
    resume_mailing(engine, found)
    does = f"'newsletter send {found.issue}' does"
    if found.unattended:
        does = f"the scheduler goes on with it, where it runs, or {does}"
    click.echo(f"{found.name} may go on; {does}")


@click.command(
    short_help="Send nothing more of a mailing, for good.",
    epilog="Example:  newsletter cancel 2023-12",
)
@click.argument("issue")
@click.pass_context
def cancel(ctx: click.Context, issue: str) -> None:
    """Skip whatever is not sent yet of the mailing of ISSUE. There is no way back."""
    from newsletter.delivery.control import cancel as cancel_mailing
    from newsletter.delivery.standing import standing_of

    engine, found = mailings.named(ctx, issue)
    if cancel_mailing(engine, found):
        counts = standing_of(engine, found).counts
        click.echo(f"{found.name} is cancelled: {mailings.in_words(counts)}")
    else:
        click.echo(f"{found.name} sends nothing more, and ends when its last answers are in")
