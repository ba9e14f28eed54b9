"""From an issue's file to the letter that is sent: laid out, checked for errors, sealed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from newsletter.approval.evidence import Evidence, evidence_of
from newsletter.checks.registry import check
from newsletter.config import Config
from newsletter.edition import Edition, Letter, render, seal
from newsletter.issue import IssueFile, load_issue
from newsletter.yaml_source import Finding


@dataclass(frozen=True)
class Cleared:
    """An issue ready for mailing, but for what `errors` says."""

    file: IssueFile
    edition: Edition
    letter: Letter
    evidence: Evidence
    """What an approval of just this is bound to."""
    errors: tuple[Finding, ...]
    """What would reach readers broken; with any, it must not be sent."""


def clear(path: Path, config: Config, date: datetime) -> Cleared:
    """Read an issue for mailing; only checks that can give errors are run.

    Args:
        path: the issue file.
        config: the publication.
        date: the letter's; readers see it in the Date line.

    Raises:
        RefusedSource: where the file cannot be read as an issue.
        TemplateError: where a template is broken.
        ConfigurationError: where `checks.off` names a check that does not exist.
    """
    file = load_issue(path, config)
    edition = render(file.issue, config)
    errors = check(file, edition, config, errors_only=True)
    letter = seal(edition, file.issue.month, config, date)
    return Cleared(file, edition, letter, evidence_of(file, edition, config), tuple(errors))
