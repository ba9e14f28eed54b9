"""`newsletter subscribers add` and `unsubscribe`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from newsletter.audience.statuses import SUPPRESSED
from newsletter.cli import publication
from newsletter.cli.subscribers.asked import address_of, keys_of

if TYPE_CHECKING:
    from newsletter.audience.entry import Entry


@click.command(
    short_help="Add one subscriber, or complete what is known.",
    epilog="Example:  newsletter subscribers add reader@example.org --consent express "
    "--consent-source 'asked by telephone'",
)
@click.argument("email")
@click.option("--first-name", metavar="NAME", default="", help="First name.")
@click.option("--last-name", metavar="NAME", default="", help="Last name.")
@click.option("--consent", metavar="KIND", default="", help="express or implied.")
@click.option("--consent-basis", metavar="BASIS", default="", help="customer or inquiry.")
@click.option("--consent-date", metavar="DATE", default="", help="By default today.")
@click.option("--consent-source", metavar="TEXT", default="", help="How it was given.")
@click.option("--resubscribe", is_flag=True, help="They left, and have asked to be back.")
@click.pass_context
def add(ctx: click.Context, /, email: str, resubscribe: bool, **given: str) -> None:
    """Add EMAIL to the list.

    Who has left is refused, unless they asked to be back: --resubscribe, with how they asked
    as --consent-source, records new express consent.
    """
    from newsletter.audience.joining import add as add_subscriber
    from newsletter.store import today_in, writing

    config = publication.load(ctx)
    entry = _entry(email, given, today_in(config.zone), resubscribe=resubscribe)
    with writing(publication.store(config)) as connection:
        joined = add_subscriber(connection, entry, keys_of(config), resubscribe=resubscribe)
    told = "was on the list already" if joined == "unchanged" else f"is {joined}"
    consent = "" if entry.consent else "; without consent on record no mail goes to them"
    click.echo(f"{entry.email} {told}{consent if joined == 'added' else ''}")


@click.command(
    short_help="Send nothing to an address any more.",
    epilog="Example:  newsletter subscribers unsubscribe reader@example.org",
)
@click.argument("email")
@click.option(
    "--as", "status", type=click.Choice(SUPPRESSED), default="unsubscribed", show_default=True,
    help="Why: it bounces, they complained of spam, or you decided.",
)  # fmt: skip
@click.pass_context
def unsubscribe(ctx: click.Context, email: str, status: str) -> None:
    """Send nothing to EMAIL any more, whatever later lists say."""
    from newsletter.audience.leaving import unsubscribe as leave
    from newsletter.audience.standing import WHY_SUPPRESSED
    from newsletter.store import writing

    config, address = publication.load(ctx), address_of(email)
    with writing(publication.store(config)) as connection:
        left = leave(connection, address, status, keys_of(config))
    told = _FROM_NOW_ON[status] if left == "suppressed" else _LEFT[left]
    click.echo(f"{address.email} {told.format(WHY_SUPPRESSED[status])}")


_FROM_NOW_ON = {
    "unsubscribed": "is unsubscribed from now on",
    "bounced": "gets no mail from now on, since it bounces",
    "complained": "gets no mail from now on, since they complained of spam",
    "manual": "gets no mail from now on, by your decision",
}
_LEFT = {
    "already": "was suppressed already, for this reason or a stronger one; nothing has changed",
    "recorded": "was not on the list; recorded as {}, so that no later list adds it",
    "erased": "was erased, so that no later list adds it; nothing has changed",
}


def _entry(email: str, given: dict[str, str], today: str, *, resubscribe: bool) -> Entry:
    """What was typed of a subscriber.

    Raises:
        UsageError: where it cannot be used.
    """
    from newsletter.audience.entry import typed_entry
    from newsletter.store import now_utc

    if resubscribe:
        if given["consent"].lower() not in ("", "express"):
            raise click.UsageError("--resubscribe records express consent; leave out --consent")
        if not given["consent_source"].strip():
            raise click.UsageError(
                "--resubscribe needs --consent-source: how they asked to be back"
            )
        given = {**given, "consent": "express"}
    if given["consent"] and not given["consent_date"]:
        given = {**given, "consent_date": today}
    address_of(email)
    try:
        return typed_entry({"email": email, **given}, today, now_utc())
    except ValueError as error:
        raise click.UsageError(str(error)) from error
