"""`newsletter subscribers erase`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from newsletter.cli import mailing as mailings
from newsletter.cli import publication, terminal
from newsletter.cli.subscribers.asked import address_of, keys_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from newsletter.audience.address import Address
    from newsletter.audience.erasing import Erasure


@click.command(
    short_help="Forget a subscriber for good.",
    epilog="Example:  newsletter subscribers erase reader@example.org",
)
@click.argument("email")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def erase(ctx: click.Context, email: str, yes: bool) -> None:
    """Remove EMAIL and its owner's name from the list, the ledgers and the outbox.

    What became of each mail stays counted. A hash under your secret is all that is kept, so
    that no later list adds the address again.
    """
    from newsletter.audience.erased import Erased
    from newsletter.audience.erasing import erase as forget
    from newsletter.audience.erasing import wipe
    from newsletter.audience.record import subscriber_of
    from newsletter.delivery.providers.outbox import remove
    from newsletter.store import reading, writing

    config, address = publication.load(ctx), address_of(email)
    keyring = keys_of(config, make=True)()
    engine = publication.store(config)
    with reading(engine) as looking:
        subscriber_of(looking, address, Erased(looking, lambda: keyring))
    if not yes and not mailings.confirmed(f"erase {address.email} for good?"):
        click.echo("nothing was erased")
        return
    with writing(engine) as connection:
        erasure = forget(connection, address, keyring)
    files = remove(config, address.key, erasure.deliveries)
    wipe(engine)
    for line in _told(address, erasure, files):
        click.echo(line)


def _told(address: Address, erasure: Erasure, files: int) -> Iterator[str]:
    mails = terminal.count(len(erasure.deliveries), "delivery", "deliveries")
    also = f", and from {mails}" if erasure.deliveries else ""
    yield (
        f"{address.email} was erased before"
        if erasure.again
        else f"{address.email} is erased{also}"
    )
    if files:
        yield f"{terminal.count(files, 'mail')} removed from the outbox"
