"""Checking issue files from the file on: what the loader and the templates object to as well."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.approval.evidence import is_own
from newsletter.checks.registry import examine
from newsletter.checks.subject import Subject
from newsletter.config import Config
from newsletter.edition import Edition, render
from newsletter.errors import RefusedSource, TemplateError
from newsletter.issue import Archive, IssueFile, archive_of, issue_paths, load_issue
from newsletter.yaml_source import Finding

if TYPE_CHECKING:
    from newsletter.approval.record import Approval

    Approvals = Mapping[str, Approval]
    """By month."""

OF_TEMPLATES = "N002"
"""The code of what a template objects to."""


def check_issues(
    paths: Sequence[Path], config: Config, approvals: Approvals | None = None
) -> list[Finding]:
    """All findings about some issue files, in the order of the files and their lines.

    What is wrong with a template is told once, however many issues it spoils. `approvals` are
    those that still have to hold.

    Raises:
        ConfigurationError: where `checks.off` names a check that does not exist.
    """
    archive, loaded = _load(paths, config)
    findings: list[Finding] = []
    for path in dict.fromkeys(paths):
        findings += _check(loaded[path], config, archive, approvals or {})
    return list(dict.fromkeys(findings))


def _check(
    file: IssueFile | RefusedSource, config: Config, archive: Archive, approvals: Approvals
) -> Iterator[Finding]:
    if isinstance(file, RefusedSource):
        yield from file.findings
        return
    edition: Edition | None
    try:
        edition = render(file.issue, config)
    except TemplateError as error:
        place = (error.path, error.line, error.column)
        yield Finding(*place, error.message, code=OF_TEMPLATES)
        edition = None
    approval = approvals.get(file.issue.month) if is_own(file.path, config) else None
    yield from examine(Subject(file, edition, config, archive, approval))


def _load(
    paths: Sequence[Path], config: Config
) -> tuple[Archive, dict[Path, IssueFile | RefusedSource]]:
    """The files to check, loaded, and the publication's archive, each file read once."""
    months = issue_paths(config)
    known = {path.resolve(): path for path in paths}
    loaded: dict[Path, IssueFile | RefusedSource] = {path: _loaded(path, config) for path in paths}
    archived = [
        loaded[known[path.resolve()]] if path.resolve() in known else _loaded(path, config)
        for path in months.values()
    ]
    return archive_of(months, (file for file in archived if isinstance(file, IssueFile))), loaded


def _loaded(path: Path, config: Config) -> IssueFile | RefusedSource:
    try:
        return load_issue(path, config)
    except RefusedSource as error:
        return error
