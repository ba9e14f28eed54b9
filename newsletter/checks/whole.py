"""Checking issue files from the file on: what the loader and the templates object to as well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from newsletter.checks.registry import check
from newsletter.config import Config
from newsletter.edition import Edition, render
from newsletter.errors import RefusedSource, TemplateError
from newsletter.issue import Archive, IssueFile, archive_of, issue_paths, load_issue
from newsletter.yaml_source import Finding

OF_TEMPLATES = "N002"
"""The code of what a template objects to."""


def check_issues(paths: Sequence[Path], config: Config) -> list[Finding]:
    """All findings about some issue files, in the order of the files and their lines.

    What is wrong with a template is told once, however many issues it spoils.

    Raises:
        ConfigurationError: where `checks.off` names a check that does not exist.
    """
    archive, loaded = _load(paths, config)
    findings: list[Finding] = []
    for path in dict.fromkeys(paths):
        findings += _check(loaded[path], config, archive)
    return list(dict.fromkeys(findings))


def _check(file: IssueFile | RefusedSource, config: Config, archive: Archive) -> Iterator[Finding]:
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
    yield from check(file, edition, config, archive)


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
