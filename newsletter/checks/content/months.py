"""Whether a month follows the one before, and its mail goes out in it."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.checks.check import Remark
from newsletter.checks.subject import Subject
from newsletter.issue.planned import planned_at

_FAR = 12


def missed_month(subject: Subject) -> Iterator[Remark]:
    """The newest issue of a monthly digest follows the month before.

    Gaps further back are history and not told.
    """
    gap = _months_after_latest(subject)
    if 1 < gap <= _FAR:
        yield _remark(subject, f"the last issue is of {_latest(subject)}, {gap} months earlier")


def far_month(subject: Subject) -> Iterator[Remark]:
    """A month more than a year after the last issue is a slip in the year as a rule."""
    gap = _months_after_latest(subject)
    if gap > _FAR:
        message = (
            f"this is {gap} months after the last issue, {_latest(subject)}; is the year right?"
        )
        yield _remark(subject, message)


def send_at_elsewhere(subject: Subject) -> Iterator[Remark]:
    """An issue goes out in its own month; another date in `send_at` is a slip as a rule."""
    issue = subject.file.issue
    sent = planned_at(issue, subject.config)
    if issue.send_at and f"{sent:%Y-%m}" != issue.month:
        when = "before" if f"{sent:%Y-%m}" < issue.month else "after"
        message = f"'send_at' is {when} the issue's month, {issue.month}; correct one of them"
        yield Remark(subject.file.source.place("send_at"), message)


def _latest(subject: Subject) -> str:
    """The greatest month before this one, or '' where this is not the newest."""
    months, own = subject.archive.months, subject.file.issue.month
    if any(month > own for month in months):
        return ""
    return max((month for month in months if month < own), default="")


def _months_after_latest(subject: Subject) -> int:
    latest = _latest(subject)
    return _number(subject.file.issue.month) - _number(latest) if latest else 0


def _number(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:])


def _remark(subject: Subject, message: str) -> Remark:
    return Remark(subject.file.source.place("month"), message)
