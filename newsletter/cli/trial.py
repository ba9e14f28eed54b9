"""`newsletter test`."""

from __future__ import annotations

import click

from newsletter.cli import letters, publication, terminal

_TOLD = {
    "accepted": "sent to",
    "failed": "not sent to",
    "planned": "not sent for now to",
    "doubtful": "perhaps sent to",
}


@click.command(
    "test",
    short_help="Send marked copies to yourself, or to reviewers.",
    epilog="Example:  newsletter test 2023-12 reader@example.org",
)
@click.argument("issue")
@click.argument("addresses", metavar="[ADDRESS]...", nargs=-1)
@click.pass_context
def test(ctx: click.Context, issue: str, addresses: tuple[str, ...]) -> None:
    """Send copies of ISSUE, marked [TEST], to each ADDRESS, or to the reviewers.

    They take the way that a mailing takes, but are no part of it; their unsubscribe link
    does nothing. Errors that would stop a mailing are told.
    """
    from newsletter.delivery.providers import load_provider
    from newsletter.delivery.trial import send_copies
    from newsletter.errors import UsageError

    config = publication.load(ctx)
    wanted = [publication.address(each) for each in addresses] or list(config.reviewers)
    if not wanted:
        raise UsageError("name an address, or list 'reviewers' in newsletter.yaml")
    provider = load_provider(config, publication.secrets())
    letter = letters.trial(issue, config)
    wrong = 0
    for address, outcome in send_copies(letter, dict.fromkeys(wanted), provider):
        why = " · ".join(filter(None, (outcome.reason, outcome.detail)))
        sent = outcome.verdict == "accepted"
        wrong += not sent
        line = f"{_TOLD[outcome.verdict]} {address}{f': {why}' if why else ''}"
        (click.echo if sent else terminal.say)(terminal.harmless(line))
    ctx.exit(1 if wrong else 0)
