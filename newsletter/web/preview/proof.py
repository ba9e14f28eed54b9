"""What there is to show of one month: its edition, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from newsletter.approval.evidence import Evidence, evidence_of
from newsletter.checks import check, html_size
from newsletter.config import Config
from newsletter.edition import Edition, render
from newsletter.errors import NewsletterError
from newsletter.issue import Archive, IssueFile, load_issue
from newsletter.web.preview.places import Part, parts_of
from newsletter.web.preview.problem import Problem, problems_of
from newsletter.yaml_source import Finding


@dataclass(frozen=True)
class Sheet:
    """An issue that could be laid out, with all that is known about it."""

    config: Config
    file: IssueFile
    edition: Edition
    findings: tuple[Finding, ...]
    parts: tuple[Part, ...]
    html_bytes: int

    def evidence(self) -> Evidence:
        """What an approval of just this is bound to."""
        return evidence_of(self.file, self.edition, self.config)


@dataclass(frozen=True)
class Proof:
    """One month: a sheet, or the problems that stand in its way, or nothing any more."""

    month: str
    path: str
    """The issue file, as findings name it."""
    sheet: Sheet | None = None
    problems: tuple[Problem, ...] = ()
    """What the loader or a template objects to."""
    gone: bool = False
    """Whether there is no file."""
    digest: str = ""
    """Of all the bytes it was made of; by it a page knows whether it is still current."""


def read_proof(path: Path, config: Config, archive: Archive, digest: str) -> Proof:
    """Read, lay out and check an issue; what is broken becomes the proof's problems."""
    shown = config.shown(path)
    try:
        sheet = _sheet(load_issue(path, config), config, archive)
        return Proof(path.stem, shown, sheet, digest=digest)
    except NewsletterError as error:
        return Proof(path.stem, shown, problems=problems_of(error), digest=digest)


def _sheet(file: IssueFile, config: Config, archive: Archive) -> Sheet:
    edition = render(file.issue, config)
    return Sheet(
        config=config,
        file=file,
        edition=edition,
        findings=tuple(check(file, edition, config, archive)),
        parts=tuple(parts_of(file, config)),
        html_bytes=html_size(edition, config),
    )
