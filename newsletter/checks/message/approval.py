"""Whether what was approved is still what would be sent."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.approval.evidence import evidence_of
from newsletter.approval.standing import standing
from newsletter.checks.check import Remark
from newsletter.checks.subject import Subject
from newsletter.edition import seal

_TOLD = 5
"""Changes that are named; a message is to be read."""


def changed_since_approved(subject: Subject) -> Iterator[Remark]:
    """An approval holds for just the content that was approved; any later change voids it.

    Nothing is said of an issue that nobody has approved yet, nor once its mailing has begun,
    nor with `approval: none`.
    """
    approval, month = subject.approval, subject.file.issue.month
    if approval is None:
        return
    letter = seal(subject.edition, month, subject.config, approval.at)
    found = standing(approval, evidence_of(subject.file, letter, subject.config))
    if not found.holds:
        day = approval.at.astimezone(subject.config.zone).date()
        message = (
            f"approved by {approval.approver} on {day}, but changed since: "
            f"{_in_words(found.changes)}; "
            f"approve it again with 'newsletter approve {month} --by NAME'"
        )
        yield Remark(subject.file.source.key_place("month"), message)


def _in_words(changes: tuple[str, ...]) -> str:
    more = len(changes) - _TOLD
    told = changes[:_TOLD] if more > 0 else changes
    return "; ".join((*told, f"and {more} more") if more > 0 else told)
