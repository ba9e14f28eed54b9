"""`newsletter status`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from newsletter.cli import approvals, publication
from newsletter.cli import mailing as mailings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from newsletter.config import Config
    from newsletter.delivery.mailing import Mailing
    from newsletter.delivery.standing import Standing


@click.command(
    short_help="Where each mailing stands, to the last recipient.",
    epilog="Example:  newsletter status 2023-12 --json",
)
@click.argument("issue", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def status(ctx: click.Context, issue: str | None, as_json: bool) -> None:
    """Where the mailing of ISSUE stands, or all mailings.

    Total is always accepted + failed + skipped + doubtful + remaining.
    """
    config = publication.load(ctx)
    engine = publication.store(config)
    documents = [_one(engine, issue, config)] if issue else _all(engine, config)
    if as_json:
        click.echo(json.dumps(documents[0] if issue else documents, indent=2))
    elif issue:
        click.echo("\n".join(_lines(documents[0])))
    else:
        click.echo("\n".join(map(_line, documents)) or "nothing was sent or planned yet")
    if not as_json:
        for line in _untold(engine, config):
            click.echo(line, err=True)


def _untold(engine: Engine, config: Config) -> Iterator[str]:
    """What did not reach the operators by mail."""
    from newsletter.schedule.notices import by_notice, undelivered
    from newsletter.schedule.office import utc_now
    from newsletter.schedule.telling import FILE
    from newsletter.store import reading

    with reading(engine) as connection:
        left = undelivered(connection, utc_now())
    is_kept = (config.root / FILE).exists()
    for notice, copies in by_notice(left):
        yield f"operators were not told by mail: {notice.subject}"
        if not is_kept:
            yield from (f"  {copy.email}: {copy.detail}" for copy in copies)
            yield from (f"  {line}".rstrip() for line in notice.text.splitlines())
    if left and is_kept:
        yield f"{FILE} has the whole messages, and why they did not leave"


def _one(engine: Engine, issue: str, config: Config) -> dict[str, Any]:
    from newsletter.delivery.standing import standing_of
    from newsletter.issue import find_issue

    found = mailings.sought(issue, config, engine)
    if found is None:
        month = find_issue(issue, config).stem
        return _none(month, config) | approvals.documents(engine, config, month, None)
    return _document(engine, standing_of(engine, found), config)


def _all(engine: Engine, config: Config) -> list[dict[str, Any]]:
    from newsletter.delivery.mailing import all_mailings
    from newsletter.delivery.standing import standing_of
    from newsletter.store import reading

    with reading(engine) as connection:
        found = all_mailings(connection)
    return [_document(engine, standing_of(engine, each), config) for each in found]


_COUNTED = ("total", "accepted", "failed", "skipped", "doubtful", "remaining")


_REPORTED = ("delivered", "bounced", "complained", "unsubscribed")


def _document(engine: Engine, standing: Standing, config: Config) -> dict[str, Any]:
    mailing = standing.mailing
    begun = mailing if mailing.is_begun else None
    return {
        "issue": mailing.issue,
        "kind": mailing.kind,
        "state": standing.state,
        **{name: getattr(standing.counts, name) for name in _COUNTED},
        **_feedback(engine, mailing),
        "started_at": mailings.local(mailing.started_at, config),
        "finished_at": mailings.local(mailing.finished_at, config),
        "provider": mailing.provider,
        "hold": mailing.hold if standing.state == "paused" else None,
        "unattended": mailing.unattended,
        **approvals.documents(engine, config, mailing.issue, begun),
    }


def _feedback(engine: Engine, mailing: Mailing) -> dict[str, int]:
    """What was heard of the mails since; no key before anything was."""
    from newsletter.delivery.mailing import feedback_of
    from newsletter.store import reading

    with reading(engine) as connection:
        found = feedback_of(connection, mailing)
    if found is None:
        return {}
    names = ("delivered", "bounced", "complained") if found.reported else ()
    return {name: getattr(found, name) for name in (*names, "unsubscribed")}


def _none(month: str, config: Config) -> dict[str, Any]:
    from newsletter.delivery.mailing import kind_of

    return {
        "issue": month,
        "kind": kind_of(config),
        "state": "none",
        **dict.fromkeys(_COUNTED, 0),
        "started_at": None,
        "finished_at": None,
        "provider": config.delivery.provider,
        "hold": None,
        "unattended": False,
    }


_NEXT = {
    "failed": "newsletter deliveries {issue} --state failed",
    "doubtful": "newsletter doubtful {issue}",
}


def _lines(document: dict[str, Any]) -> Iterator[str]:
    hold = f" ({document['hold']})" if document["hold"] else ""
    yield f"{document['issue']}: {document['state']}{hold}"
    if document["state"] == "none":
        yield f"  nothing was sent or planned yet; 'newsletter send {document['issue']}' does"
        yield from approvals.lines(document)
        return
    by = ", begun by the schedule" if document["unattended"] else ""
    yield f"  {document['kind']} mailing through {document['provider']}{by}"
    yield from approvals.lines(document)
    for name in _COUNTED:
        hint = _NEXT.get(name, "").format(**document) if document[name] else ""
        yield f"  {name:10}{document[name]:>10,}{f'   {hint}' if hint else ''}".rstrip()
    for name in _REPORTED:
        if name in document:
            yield f"  {name}{document[name]:>{20 - len(name)},}"
    for name in ("started", "finished"):
        if document[f"{name}_at"]:
            yield f"  {name:10}{document[f'{name}_at']}"


def _line(document: dict[str, Any]) -> str:
    counted = ", ".join(
        f"{document[name]:,} {name}"
        for name in (*_COUNTED, *_REPORTED)
        if document.get(name) or name == "total"
    )
    kind = " (rehearsal)" if document["kind"] == "rehearsal" else ""
    return f"{document['issue']}  {document['state']:9} {counted}{kind}"
