"""`newsletter deliveries`."""

from __future__ import annotations

import csv
import json
import sys
from typing import TYPE_CHECKING, Any

import click

from newsletter.cli import mailing as mailings
from newsletter.cli import publication, terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from newsletter.delivery.mailing import Mailing

    Find = Callable[..., Mailing | None]

    from newsletter.config import Config
    from newsletter.delivery.standing import Told

_STATES = ("planned", "claimed", "attempting", "accepted", "failed", "doubtful", "skipped")
COLUMNS = (
    "email", "state", "reason", "attempted_at", "detail", "attempts", "settled_at", "provider_id",
)  # fmt: skip


@click.command(
    short_help="What happened to every recipient.",
    epilog="Example:  newsletter deliveries 2023-12 --state failed",
)
@click.argument("issue")
@click.option("--state", type=click.Choice(_STATES), help="Those in this state alone.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--csv", "as_csv", is_flag=True, help="Print a table for a spreadsheet.")
@click.pass_context
def deliveries(
    ctx: click.Context, issue: str, state: str | None, as_json: bool, as_csv: bool
) -> None:
    """Every recipient of ISSUE: state, reason, the provider's reply, times."""
    if as_json and as_csv:
        raise click.UsageError("--json and --csv are two different tables; choose one")
    shown = told(ctx, issue, state)
    if as_json:
        print_json(shown)
    elif as_csv:
        _print_csv(shown)
    else:
        print_lines(shown)


def told(
    ctx: click.Context, issue: str, state: Any, find: Find = mailings.sought
) -> Iterator[dict[str, Any]]:
    """The recipients of an issue's mailing, times in the publication's zone.

    Raises:
        IssueNotFound: where there is no such issue; without a mailing there is nobody.
    """
    from newsletter.delivery.standing import recipients_of, standing_of
    from newsletter.issue import find_issue

    config = publication.load(ctx)
    engine = publication.store(config)
    found = find(issue, config, engine)
    if found is None:
        find_issue(issue, config)
        return iter(())
    standing_of(engine, found)  # settles first what a dead sender left
    return (_document(each, config) for each in recipients_of(engine, found, state))


def _document(recipient: Told, config: Config) -> dict[str, Any]:
    document = {name: getattr(recipient, name) for name in COLUMNS}
    for name in ("attempted_at", "settled_at"):
        document[name] = mailings.local(document[name], config)
    return document


def print_json(documents: Iterable[dict[str, Any]]) -> None:
    """One list, however long, without holding it."""
    click.echo("[", nl=False)
    between = "\n  "
    for document in documents:
        click.echo(f"{between}{json.dumps(document, ensure_ascii=False)}", nl=False)
        between = ",\n  "
    click.echo("\n]" if between.startswith(",") else "]")


def print_lines(documents: Iterable[dict[str, Any]]) -> None:
    """A line each, for a person."""
    for document in documents:
        reason, detail = document["reason"], document["detail"]
        why = reason if detail in reason else " · ".join(filter(None, (reason, detail)))
        line = (
            f"{document['state']:10} {document['email'] or '(erased)'}{f'   {why}' if why else ''}"
        )
        click.echo(terminal.harmless(line))


def _print_csv(documents: Iterable[dict[str, Any]]) -> None:
    from newsletter.audience.guard import guarded

    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(COLUMNS)
    for document in documents:
        table.writerow(guarded(str(document[name] or "")) for name in COLUMNS)
