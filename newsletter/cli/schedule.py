"""`newsletter schedule`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from newsletter.cli import publication, terminal, unattended
from newsletter.cli.progress import stopping_at_signals

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from newsletter.config import Config
    from newsletter.schedule.office import Office


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
    from newsletter.schedule.agenda import look
    from newsletter.schedule.calendar import coming
    from newsletter.schedule.shelf import Shelf
    from newsletter.store import reading, today_in

    office = unattended.to_look(config)
    now, known, calendar = look(office, Shelf(config))
    with reading(office.engine) as connection:
        reached = reach(connection, today_in(config.zone)).recipients
    for entry in coming(calendar, now):
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
    return terminal.harmless(f"{line}  ({more})" if more else line)


def _run(ctx: click.Context, config: Config, *, as_json: bool) -> None:
    import os

    from newsletter.cli.main import INTERRUPTED
    from newsletter.delivery.dispatch import Stop
    from newsletter.schedule.daemon import Daemon

    _log(as_json=as_json, debug=ctx.obj.debug)
    stop = Stop()
    with stopping_at_signals(stop):
        daemon = Daemon(lambda: _office(config.file), stop)
        _announce(config)
        try:
            daemon.run()
        except KeyboardInterrupt:  # the second one: what is in flight is given up
            os._exit(INTERRUPTED)


def _office(file: Path) -> Office:
    """The publication of just this file: were it gone, one further up would be another's."""
    import logging
    import os

    from newsletter.config import load_config
    from newsletter.log import note
    from newsletter.schedule.telling import LOG

    def say(told: str) -> None:
        note(LOG, logging.WARNING, "note", text=told)

    return unattended.open_office(load_config(file, os.environ), say)


def _log(*, as_json: bool, debug: bool) -> None:
    import logging
    import sys

    from newsletter.log import JsonLines, PlainLines, to_stream

    lines = JsonLines() if as_json else PlainLines()
    for name in ("newsletter.schedule", "newsletter.watch", None):  # the last: of all libraries
        level = logging.DEBUG if debug and name else logging.INFO
        to_stream(logging.getLogger(name), sys.stderr, lines, level)
    logging.getLogger().setLevel(logging.WARNING)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


def _announce(config: Config) -> None:
    """Say that it runs; where nobody listens any more, that stops nothing."""
    import os
    import sys

    try:
        click.echo(f"Scheduling {config.name} (Ctrl-C to stop)")
    except OSError:
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 - for Python's last flush
