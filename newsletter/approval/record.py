"""The approvals of a publication: made, found, withdrawn; none is ever removed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select, text, update

from newsletter.approval.evidence import Evidence
from newsletter.store import approvals, now_utc, utc_text


@dataclass(frozen=True)
class Approval:
    """Who approved which content of an issue, and whether somebody took it back."""

    id: int
    issue: str
    approver: str
    hash: str
    evidence: Evidence
    subject: str
    at: datetime
    """When it was given, in UTC."""
    withdrawn_at: datetime | None
    withdrawn_by: str
    due_at: datetime | None = None
    """When the issue was to go out, if that is known."""


def record(
    connection: Connection, issue: str, approver: str, evidence: Evidence, subject: str
) -> Approval:
    """Keep an approval; from now on it is the one that counts."""
    making = insert(approvals).values(
        issue=issue,
        approver=approver,
        hash=evidence.hash,
        evidence=evidence.to_json(),
        subject=subject,
        at=now_utc(),
        due_at=evidence.due_at and utc_text(evidence.due_at),
    )
    number = connection.execute(making.returning(approvals.c.id)).scalar_one()
    return _approval(connection.execute(_all().where(approvals.c.id == number)).one())


def record_once(
    connection: Connection, issue: str, approver: str, evidence: Evidence, subject: str
) -> tuple[Approval, bool]:
    """As `record`, and whether it is new: the same name for the same content is one."""
    if connection.dialect.name == "postgresql":  # SQLite's writers stand in line anyway
        connection.execute(text("LOCK TABLE approvals IN SHARE ROW EXCLUSIVE MODE"))
    found = find_approval(connection, issue)
    if found and (found.hash, found.approver) == (evidence.hash, approver):
        return found, False
    return record(connection, issue, approver, evidence, subject), True


def find_approval(connection: Connection, issue: str) -> Approval | None:
    """The newest approval of an issue, unless it was withdrawn; older ones no longer count."""
    found = connection.execute(_all().where(approvals.c.issue == issue).limit(1)).first()
    approval = found and _approval(found)
    return approval if approval and approval.withdrawn_at is None else None


def find_approvals(connection: Connection) -> dict[str, Approval]:
    """The approval that counts of each issue that has one; see `find_approval`."""
    newest = select(func.max(approvals.c.id)).group_by(approvals.c.issue)
    counting = _all().where(approvals.c.id.in_(newest), approvals.c.withdrawn_at.is_(None))
    return {row.issue: _approval(row) for row in connection.execute(counting)}


def approved_by(connection: Connection, number: int, *, keep: bool = False) -> Approval | None:
    """The approval of a number, withdrawn or not.

    With `keep`, nobody can withdraw it before the end of the transaction; SQLite's writers stand
    in line anyway.
    """
    query = _all().where(approvals.c.id == number)
    found = connection.execute(query.with_for_update(read=True) if keep else query).first()
    return _approval(found) if found else None


def history(connection: Connection, issue: str) -> list[Approval]:
    """All approvals of an issue, newest first."""
    return [_approval(row) for row in connection.execute(_all().where(approvals.c.issue == issue))]


def withdraw(connection: Connection, issue: str, by: str = "") -> Approval | None:
    """Take the approval of an issue back, with all before it; None where none counted."""
    found = find_approval(connection, issue)
    if found is None:
        return None
    still = approvals.c.issue == issue, approvals.c.withdrawn_at.is_(None)
    values = {"withdrawn_at": now_utc(), "withdrawn_by": by}
    connection.execute(update(approvals).where(*still).values(values))
    return found


def _all() -> Select[Any]:
    return select(approvals).order_by(approvals.c.id.desc())


def _approval(row: Row[Any]) -> Approval:
    return Approval(
        id=row.id,
        issue=row.issue,
        approver=row.approver,
        hash=row.hash,
        evidence=Evidence.from_json(row.evidence),
        subject=row.subject,
        at=datetime.fromisoformat(row.at),
        due_at=row.due_at and datetime.fromisoformat(row.due_at),
        withdrawn_at=row.withdrawn_at and datetime.fromisoformat(row.withdrawn_at),
        withdrawn_by=row.withdrawn_by,
    )
