"""Whether what was approved is still what would be sent."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.approval.evidence import evidence_of, summed_up
from newsletter.approval.standing import standing_now
from newsletter.checks.check import Remark
from newsletter.checks.subject import Subject


def changed_since_approved(subject: Subject) -> Iterator[Remark]:
    """An approval holds for just the content that was approved; any later change voids it.

    Nothing is said of an issue that nobody has approved yet, nor once its mailing has begun,
    nor with `approval: none`.
    """
    approval, month = subject.approval, subject.file.issue.month
    if approval is None:
        return
    edition, config = subject.edition, subject.config
    found = standing_now(approval, lambda: evidence_of(subject.file, edition, config))
    if not found.holds:
        day = approval.at.astimezone(config.zone).date()
        message = (
            f"approved by {approval.approver} on {day}, but changed since: "
            f"{summed_up(found.changes)}; "
            f"approve it again with 'newsletter approve {month} --by NAME'"
        )
        yield Remark(subject.file.source.key_place("month"), message)
