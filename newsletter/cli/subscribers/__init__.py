"""`newsletter subscribers`: the audience, one by one and as a whole."""

from __future__ import annotations

import click

from newsletter.cli.subscribers.bring_in import import_subscribers
from newsletter.cli.subscribers.change import add, unsubscribe
from newsletter.cli.subscribers.erase import erase
from newsletter.cli.subscribers.export import export
from newsletter.cli.subscribers.look_up import list_subscribers, show

__all__ = ["subscribers"]


@click.group(
    short_help="The audience: import, export, add, unsubscribe, erase.",
    epilog="Example:  newsletter subscribers import subscribers.example.csv --dry-run",
)
def subscribers() -> None:
    """Who gets the issues: lists in and out, single subscribers, and those who have left."""


for command in (import_subscribers, export, list_subscribers, show, add, unsubscribe, erase):
    subscribers.add_command(command)
