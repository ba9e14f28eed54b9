"""Checks of what the editor wrote."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.checks.subject import Remark, Subject

_USUAL = (2, 3)


def number_of_summaries(subject: Subject) -> Iterator[Remark]:
    """A digest has two or three summaries; readers come for no more."""
    count = len(subject.file.issue.summaries)
    if count not in _USUAL:
        noun = "summary" if count == 1 else "summaries"
        message = f"{count} {noun}; a digest has two or three"
        yield Remark("warning", subject.file.source.key_place("summaries"), message)
