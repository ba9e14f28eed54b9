"""`newsletter schedule`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from newsletter.cli import publication, terminal, unattended
from newsletter.cli.progress import stopping_at_signals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from newsletter.config import Config


@click.command(
    short_help="Send issues when they are due, until stopped.",
    epilog="Example:  newsletter schedule --list",
)
@click.option("--list", "listing", is_flag=True, help="Show what goes out when, and send nothing.")
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="With --list, print one JSON document; else log in JSON, a line an event.",
)
@click.pass_context
def schedule(ctx: click.Context, listing: bool, as_json: bool) -> None:
    """Send each approved issue at its time, and tell the operators; Ctrl-C or SIGTERM stops it.

    What is due is worked out from the issue files and the ledger, again at every change, so a
    restart or a second scheduler neither loses a mailing nor doubles it. An issue that is
    late, since the machine was down, still goes out within the grace of newsletter.yaml.

    --list shows the next twelve months. 'newsletter send --due' does the same once.
    """
    config = publication.load(ctx)
    if listing:
        found = list(_documents(config))
        click.echo(json.dumps(found, indent=2, ensure_ascii=False) if as_json else _table(found))
        return
    _run(ctx, config, as_json=as_json)


def _documents(config: Config) -> Iterator[dict[str, Any]]:
    """The months that are shown, soonest first."""
    from newsletter.audience.standing import reach
    from newsletter.schedule.calendar import coming, entries
    from newsletter.schedule.facts import in_order, known_months
    from newsletter.schedule.rules import rules_of
    from newsletter.schedule.shelf import Shelf
    from newsletter.store import reading, today_in

    office = unattended.to_look(config)
    now = office.clock()
    known = known_months(office, Shelf(config), now)
    with reading(office.engine) as connection:
        reached = reach(connection, today_in(config.zone)).recipients
    for entry in coming(entries(in_order(known), rules_of(office.engine, config), now), now):
        mailing = known[entry.issue].mailing
        yield {
            "issue": entry.issue,
            "at": office.local(entry.at).isoformat(timespec="seconds"),
            "state": entry.state,
            "recipients": mailing.recipients if mailing else reached,
            "why": entry.why,
            "moved": entry.moved,
        }


def _table(documents: list[dict[str, Any]]) -> str:
    if not documents:
        return "nothing is planned; begin an issue with 'newsletter new MONTH'"
    return "\n".join(map(_line, documents))


def _line(document: dict[str, Any]) -> str:
    from datetime import datetime

    at = datetime.fromisoformat(document["at"])
    when = f"{at:%a %Y-%m-%d %H:%M} {document['at'][-6:]}"
    counted = terminal.count(document["recipients"], "recipient")
    more = "; ".join(filter(None, (document["why"], document["moved"])))
    line = f"{document['issue']}  {when}  {document['state']:10}  {counted}"
    return f"{line}  ({more})" if more else line


def _run(ctx: click.Context, config: Config, *, as_json: bool) -> None:
    import logging
    import os
    import sys

    from newsletter.cli.main import INTERRUPTED
    from newsletter.delivery.dispatch import Stop
    from newsletter.log import JsonLines, PlainLines, to_stream
    from newsletter.schedule.daemon import Daemon

    lines = JsonLines() if as_json else PlainLines()
    for name in ("newsletter.schedule", "newsletter.watch", "apscheduler"):
        to_stream(logging.getLogger(name), sys.stderr, lines)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    stop = Stop()
    with stopping_at_signals(stop):
        daemon = Daemon(lambda: unattended.open_office(publication.load(ctx)), stop)
        click.echo(f"Scheduling {config.name} (Ctrl-C to stop)")
        try:
            daemon.run()
        except KeyboardInterrupt:  # the second one: what is in flight is given up
            sys.stderr.flush()
            os._exit(INTERRUPTED)
