"""Where an issue's approval stands, as `status` tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from newsletter.cli import mailing as mailings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from newsletter.approval.standing import Standing
    from newsletter.config import Config
    from newsletter.delivery.mailing import Mailing


def document(
    engine: Engine, config: Config, month: str, mailing: Mailing | None
) -> dict[str, Any] | None:
    """The approval that counts, or that a mailing began by; None where none was needed.

    `state` is approved, unapproved, changed, or withdrawn; `changed` tells what, in words.
    """
    found = _begun_by(engine, mailing) if mailing else _now(engine, config, month)
    if found is None:
        return None
    approval = found.approval
    withdrawn = bool(approval and approval.withdrawn_at)
    return {
        "state": "withdrawn" if withdrawn else found.state,
        "by": approval.approver if approval else None,
        "at": mailings.local(approval.at.isoformat(), config) if approval else None,
        "hash": approval.hash if approval else None,
        "changed": list(found.changes),
    }


def lines(told: dict[str, Any] | None) -> Iterator[str]:
    """The same for a terminal."""
    if told is None:
        return
    by = f"by {told['by']}, {told['at']}"
    yield {
        "approved": f"  approved  {by}",
        "withdrawn": f"  approved  {by}; withdrawn since",
        "changed": f"  approved  {by}, and changed since: {'; '.join(told['changed'])}",
        "unapproved": "  not approved",
    }[told["state"]]


def _begun_by(engine: Engine, mailing: Mailing) -> Standing | None:
    """What a mailing went out by; edits since are no matter of its."""
    from newsletter.approval.record import approved_by
    from newsletter.approval.standing import Standing
    from newsletter.store import reading

    if mailing.approval_id is None:
        return Standing("unapproved") if mailing.unapproved else None
    with reading(engine) as connection:
        return Standing("approved", approved_by(connection, mailing.approval_id))


def _now(engine: Engine, config: Config, month: str) -> Standing | None:
    """Where the approval of an issue stands that is not sent yet."""
    from datetime import UTC, datetime

    from newsletter.approval.record import find_approval
    from newsletter.approval.standing import standing
    from newsletter.checks import clear
    from newsletter.delivery.approved import needs_approval
    from newsletter.errors import NewsletterError
    from newsletter.issue import find_issue
    from newsletter.store import reading

    if not needs_approval(config):
        return None
    with reading(engine) as connection:
        given = find_approval(connection, month)
    if given is None:
        return standing(None, None)
    try:
        evidence = clear(find_issue(month, config), config, datetime.now(UTC)).evidence
    except (NewsletterError, OSError) as error:
        return standing(given, None, str(error).partition("\n")[0])
    return standing(given, evidence)
