"""`newsletter doubtful` and `newsletter retry`: what a person decides about deliveries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from newsletter.cli import deliveries, terminal
from newsletter.cli import mailing as mailings

if TYPE_CHECKING:
    from newsletter.delivery.states import State


@click.command(
    short_help="List, or settle, deliveries whose outcome is unknown.",
    epilog="Example:  newsletter doubtful 2023-12 --accept reader@example.org",
)
@click.argument("issue")
@click.argument("addresses", metavar="[ADDRESS]...", nargs=-1)
@click.option("--accept", is_flag=True, help="They arrived: count them as accepted.")
@click.option("--resend", is_flag=True, help="Plan them again; the next send sends them.")
@click.option("--yes", is_flag=True, help="Do not ask before settling all.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def doubtful(
    ctx: click.Context, issue: str, addresses: tuple[str, ...],
    accept: bool, resend: bool, yes: bool, as_json: bool,
) -> None:  # fmt: skip
    """List the deliveries of ISSUE that may or may not have arrived, or settle them.

    Their bytes left, but the provider's answer was lost. They are never sent again by
    themselves. Ask the readers, or look into the provider's log; then --accept or --resend
    each ADDRESS, or all where none is named.
    """
    if accept and resend:
        raise click.UsageError("--accept and --resend contradict each other; choose one")
    if as_json and (accept or resend):
        raise click.UsageError("--json is for the list, and settles nothing; leave it out")
    if not (accept or resend):
        if addresses:
            raise click.UsageError("name what to do with the addresses: --accept or --resend")
        shown = deliveries.told(ctx, issue, "doubtful", mailings.meant)
        (deliveries.print_json if as_json else deliveries.print_lines)(shown)
        return
    _settle(ctx, issue, addresses, "accepted" if accept else "planned", yes=yes)


_ASKED = {"accepted": "count as accepted", "planned": "have the next send send again"}
_DONE = {
    "accepted": "settled as accepted",
    "planned": "planned again; 'newsletter send {issue}' sends",
}


def _settle(
    ctx: click.Context, issue: str, addresses: tuple[str, ...], target: State, *, yes: bool
) -> None:
    from newsletter.audience.address import normalise
    from newsletter.delivery.control import settle
    from newsletter.delivery.standing import standing_of
    from newsletter.errors import UsageError

    engine, found = mailings.named(ctx, issue)
    try:
        keys = [normalise(address).key for address in addresses]
    except ValueError as error:
        raise UsageError(str(error)) from error
    number = standing_of(engine, found).counts.doubtful
    if number and not keys and not yes:
        counted = terminal.count(number, "doubtful delivery", "doubtful deliveries")
        if not mailings.confirmed(f"{counted}: {_ASKED[target]}?"):
            click.echo("nothing was changed")
            return
    settled = settle(engine, found, target, keys)
    counted = terminal.count(settled, "delivery", "deliveries")
    click.echo(f"{counted} of {found.name} {_DONE[target].format(issue=found.issue)}")


@click.command(
    short_help="Plan failed deliveries again.",
    epilog="Example:  newsletter retry 2023-12 --failed",
)
@click.argument("issue")
@click.option("--failed", is_flag=True, required=True, help="All that failed.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def retry(ctx: click.Context, issue: str, failed: bool, yes: bool) -> None:
    """Plan what failed of ISSUE again; the next 'newsletter send' sends it."""
    from newsletter.delivery.control import plan_failed_again
    from newsletter.delivery.standing import standing_of

    engine, found = mailings.named(ctx, issue)
    number = standing_of(engine, found).counts.failed
    if not number:
        click.echo(f"nothing of {found.name} has failed")
        return
    counted = terminal.count(number, "failed delivery", "failed deliveries")
    if not yes and not mailings.confirmed(f"plan {counted} of {found.name} again?"):
        click.echo("nothing was changed")
        return
    again = plan_failed_again(engine, found)
    counted = terminal.count(again, "delivery", "deliveries")
    click.echo(f"{counted} of {found.name} planned again; 'newsletter send {found.issue}' sends")
