"""The registry of checks, and running it.

Codes are stable: N0 the loader's own, N1 content, N4 the e-mail itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from newsletter.checks import content, size
from newsletter.checks.subject import Remark, Subject
from newsletter.config import Config
from newsletter.edition import Edition
from newsletter.issue import IssueFile
from newsletter.yaml_source import Finding


@dataclass(frozen=True)
class Check:
    """A question asked of every issue, and the code its findings carry."""

    code: str
    ask: Callable[[Subject], Iterator[Remark]]


CHECKS = (
    Check("N101", content.number_of_summaries),
    Check("N102", content.text_after_a_hash),
    Check("N401", size.clipped_by_gmail),
)


def check(file: IssueFile, edition: Edition, config: Config) -> list[Finding]:
    """All findings about an issue and its edition, in the order of their places.

    Codes in the configuration's `checks.off` are left out.
    """
    subject = Subject(file, edition, config)
    findings = [
        Finding(file.source.path, *remark.place, remark.message, remark.severity, each.code)
        for each in CHECKS
        if each.code not in config.checks.off
        for remark in each.ask(subject)
    ]
    return sorted(findings, key=lambda found: (found.line, found.column, found.code))
