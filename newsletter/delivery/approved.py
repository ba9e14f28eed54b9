"""Whether a mailing may go out: by an approval of just this content, or without one."""

from __future__ import annotations

from sqlalchemy import Connection, update

from newsletter.approval.evidence import Evidence, summed_up
from newsletter.approval.record import approved_by, find_approval
from newsletter.approval.standing import Standing, standing
from newsletter.config import Config
from newsletter.delivery.mailing import Mailing
from newsletter.errors import ApprovalGone, MailingRefused
from newsletter.store import mailings


def needs_approval(config: Config) -> bool:
    """Whether this publication's mail must be approved, a rehearsal's too."""
    return config.approval == "required"


def approval_for(connection: Connection, month: str, evidence: Evidence) -> Standing:
    """Where an issue's approval stands, for the content that would be sent."""
    return standing(find_approval(connection, month), evidence)


def refuse_unapproved(month: str, found: Standing) -> None:
    """Let only pass what somebody approved as it is.

    Raises:
        MailingRefused: with what has changed since, or that nobody approved it.
    """
    if found.state == "unapproved":
        raise MailingRefused(
            f"{month} is not approved, and newsletter.yaml says 'approval: required'; "
            f"approve it with 'newsletter approve {month} --by NAME', or send it with --unapproved"
        )
    if found.state == "changed" and found.approval:
        raise MailingRefused(
            f"{month} has changed since {found.approval.approver} approved it "
            f"({summed_up(found.changes)}); approve it again with "
            f"'newsletter approve {month} --by NAME', or send it with --unapproved"
        )


def is_withdrawn(connection: Connection, mailing: Mailing, *, keep: bool = False) -> bool:
    """Whether somebody has taken back the approval by which a mailing was planned.

    A person who insisted needs none. With `keep`, nobody can withdraw it before the end of the
    transaction.
    """
    if mailing.approval_id is None or mailing.unapproved:
        return False
    approval = approved_by(connection, mailing.approval_id, keep=keep)
    return bool(approval and approval.withdrawn_at)


def refuse_withdrawn(connection: Connection, mailing: Mailing) -> None:
    """Let a mailing begin, or go on, only while its approval stands; later edits do not touch it.

    Raises:
        ApprovalGone: where it was withdrawn.
    """
    if is_withdrawn(connection, mailing, keep=True):
        if not mailing.is_begun:
            raise ApprovalGone(
                f"the approval of {mailing.name} was withdrawn just now, so nothing is sent"
            )
        raise ApprovalGone(
            f"the approval of {mailing.name} was withdrawn after it had begun; go on with "
            f"--unapproved, or end it with 'newsletter cancel {mailing.issue}'"
        )


def record_unapproved(connection: Connection, mailing: Mailing) -> None:
    """Keep that somebody has a mailing go on without the approval it needs."""
    row = update(mailings).where(mailings.c.id == mailing.id)
    connection.execute(row.values(unapproved=True))
