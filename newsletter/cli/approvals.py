"""Where an issue's approvals stand, as `status` tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from newsletter.cli import mailing as mailings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from newsletter.approval.record import Approval
    from newsletter.approval.standing import Standing
    from newsletter.config import Config
    from newsletter.delivery.mailing import Mailing


def documents(
    engine: Engine, config: Config, month: str, mailing: Mailing | None
) -> dict[str, Any]:
    """What `status` has of approvals, under its two keys.

    `approval` is the one that counts, or that a mailing began by; None where none was needed.
    Its `state` is approved, unapproved, changed, or withdrawn; `changed` tells what, in words.
    `approvals` are all that were ever given, newest first.
    """
    from newsletter.approval.record import history
    from newsletter.store import reading

    with reading(engine) as connection:
        given = history(connection, month)
    return {
        "approval": _counting(engine, config, month, mailing),
        "approvals": [_given(each, config) for each in given],
    }


def lines(document: dict[str, Any]) -> Iterator[str]:
    """The same for a terminal: the approval that counts, then each other."""
    counting, given = document["approval"], document["approvals"]
    if counting:
        yield _line(counting)
    place = next((at for at, each in enumerate(given) if _is_same(each, counting)), None)
    for at, each in enumerate(given):
        if at != place:
            when = "later" if place is not None and at < place else "earlier"
            yield f"  {when:8}  by {each['by']}, {each['at']}{_end(each)}"


def _counting(
    engine: Engine, config: Config, month: str, mailing: Mailing | None
) -> dict[str, Any] | None:
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


def _given(approval: Approval, config: Config) -> dict[str, Any]:
    withdrawn = approval.withdrawn_at
    return {
        "by": approval.approver,
        "at": mailings.local(approval.at.isoformat(), config),
        "hash": approval.hash,
        "subject": approval.subject,
        "withdrawn_at": withdrawn and mailings.local(withdrawn.isoformat(), config),
        "withdrawn_by": approval.withdrawn_by or None,
    }


def _line(told: dict[str, Any]) -> str:
    from newsletter.approval.evidence import summed_up

    by = f"by {told['by']}, {told['at']}"
    return {
        "approved": f"  approved  {by}",
        "withdrawn": f"  approved  {by}; withdrawn since",
        "changed": f"  approved  {by}, and changed since: {summed_up(told['changed'])}",
        "unapproved": "  not approved",
    }[told["state"]]


def _is_same(given: dict[str, Any], counting: dict[str, Any] | None) -> bool:
    """Whether it is told already, as the one that counts."""
    return counting is not None and (
        bool(given["withdrawn_at"]) == (counting["state"] == "withdrawn")
        and all(given[name] == counting[name] for name in ("by", "at", "hash"))
    )


def _end(given: dict[str, Any]) -> str:
    if not given["withdrawn_at"]:
        return ""
    by = f" by {given['withdrawn_by']}" if given["withdrawn_by"] else ""
    return f"; withdrawn {given['withdrawn_at']}{by}"


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

    from newsletter.approval.evidence import Evidence
    from newsletter.approval.record import find_approval
    from newsletter.approval.standing import standing_now
    from newsletter.checks import clear
    from newsletter.delivery.approved import needs_approval
    from newsletter.issue import find_issue
    from newsletter.store import reading

    if not needs_approval(config):
        return None
    with reading(engine) as connection:
        given = find_approval(connection, month)

    def look() -> Evidence:
        return clear(find_issue(month, config), config, datetime.now(UTC)).evidence

    return standing_now(given, look)
