"""`newsletter subscribers list` and `show`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from newsletter.audience.statuses import STATUSES
from newsletter.cli import mailing as mailings
from newsletter.cli import publication, terminal
from newsletter.cli.subscribers.asked import address_of, keys_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from newsletter.audience.record import Subscriber
    from newsletter.config import Config


_TIMES = {"attempted_at", "settled_at", "at", "undone_at"}
_WIDTH = 60
"""Of what stands before a reason; enough for most addresses, since all pass by unmeasured."""


@click.command(
    "list",
    short_help="List everybody, or those of one status.",
    epilog="Example:  newsletter subscribers list --status unsubscribed",
)
@click.option("--status", type=click.Choice(STATUSES), help="Those of this status alone.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def list_subscribers(ctx: click.Context, status: str | None, as_json: bool) -> None:
    """List subscribers in the order of their addresses; the erased only where asked for."""
    from newsletter.audience.record import all_subscribers
    from newsletter.cli.deliveries import print_json
    from newsletter.store import reading, today_in

    config = publication.load(ctx)
    today = today_in(config.zone)
    with reading(publication.store(config)) as connection:
        found = all_subscribers(connection, status)
        if as_json:
            print_json(_document(each, config, today) for each in found)
        else:
            for each in found:
                click.echo(terminal.harmless(_line(each, config, today)))


@click.command(
    short_help="What is on record of one subscriber.",
    epilog="Example:  newsletter subscribers show reader@example.org",
)
@click.argument("email")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def show(ctx: click.Context, email: str, as_json: bool) -> None:
    """Status, consent and latest deliveries of EMAIL."""
    from newsletter.audience.erased import Erased
    from newsletter.audience.record import latest_deliveries, subscriber_of
    from newsletter.audience.withdrawal import withdrawals_of
    from newsletter.store import reading, today_in

    config, address = publication.load(ctx), address_of(email)
    today = today_in(config.zone)
    with reading(publication.store(config)) as connection:
        found = subscriber_of(connection, address, Erased(connection, keys_of(config)))
        mails = latest_deliveries(connection, found)
        left = withdrawals_of(connection, found.id)
    document = {**_document(found, config, today), "email": found.email or address.email}
    for each in (*mails, *left):
        for name in each.keys() & _TIMES:
            each[name] = mailings.local(each[name], config)
    document |= {"withdrawals": left, "deliveries": mails}
    if as_json:
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        for line in _told(document):
            click.echo(terminal.harmless(line))


def _document(each: Subscriber, config: Config, today: str) -> dict[str, Any]:
    """A subscriber for --json, times in the publication's zone."""
    document = each.document(today)
    for name in ("since", "created_at", "updated_at"):
        document[name] = mailings.local(document[name], config)
    return document


def _line(each: Subscriber, config: Config, today: str) -> str:
    since = str(mailings.local(each.since, config))[:10]
    why = each.why_skipped(today) if each.status == "active" else None
    line = f"{each.status:12} {since}  {each.email or '-'}"
    return f"{line:{_WIDTH}}   skipped: {why}" if why else line


def _told(document: dict[str, Any]) -> Iterator[str]:
    """What is on record, for a person; what is unknown is not named."""
    yield document["email"]
    name = f"{document['first_name']} {document['last_name']}".strip()
    note = f" ({document['note']})" if document["note"] else ""
    active, gone = document["status"] == "active", document["status"] == "erased"
    facts = (
        ("status", f"{document['status']} since {document['since']}{note}"),
        ("mail", active and document["skipped"] and f"skipped: {document['skipped']}"),
        ("name", name),
        ("consent", not gone and _consent(document)),
        ("topics", ", ".join(document["topics"])),
        ("language", document["language"]),
        *document["attributes"].items(),
    )
    for fact, value in facts:
        if value:
            yield f"  {fact:10} {value}"
    yield from map(_withdrawn, document["withdrawals"])
    for mail in document["deliveries"]:
        rehearsal = " rehearsal" if mail["kind"] == "rehearsal" else ""
        why = f": {mail['reason']}" if mail["reason"] else ""
        when = mail["settled_at"] or mail["attempted_at"] or ""
        yield f"  {mail['issue']:10} {mail['state']}{rehearsal}{why} {when}".rstrip()


def _withdrawn(each: dict[str, Any]) -> str:
    """When and how somebody left by a link, and whether they took it back."""
    mail = f", mail of {each['issue']}" if each["issue"] else ""
    rehearsal = " (rehearsal)" if each["kind"] == "rehearsal" else ""
    undone = f"; undone {each['undone_at']}" if each["undone_at"] else ""
    how = f"{_HOW[each['channel']]}{mail}{rehearsal}, key {each['key_id']}"
    return f"  {'left':10} {each['at']} {how}{undone}"


_HOW = {"one-click": "by one click (RFC 8058)", "page": "on the page of the link"}


def _consent(document: dict[str, Any]) -> str:
    if not document["consent"]:
        return "none on record"
    parts = [
        " ".join(filter(None, (document["consent"], document["consent_basis"]))),
        document["consent_date"],
        document["consent_source"],
        document["consent_until"] and f"counts until {document['consent_until']}",
    ]
    return ", ".join(filter(None, parts))
