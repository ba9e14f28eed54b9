"""`newsletter check`."""

from __future__ import annotations

import gc
import json
from typing import TYPE_CHECKING

import click

from newsletter.cli import publication, terminal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from newsletter.approval.record import Approval
    from newsletter.config import Config
    from newsletter.yaml_source import Finding


@click.command(
    short_help="Find what a careful editor would find.",
    epilog="Example:  newsletter check 2023-12 --strict",
)
@click.argument("issues", metavar="[ISSUE]...", nargs=-1)
@click.option("--strict", is_flag=True, help="Fail on warnings as well.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def check(ctx: click.Context, issues: tuple[str, ...], strict: bool, as_json: bool) -> None:
    """Check each ISSUE, or all issues of the publication.

    ISSUE is a month such as 2023-12, the path of an issue file, or 'latest'. Every finding
    carries the code by which docs/reference/checks.md explains it, and by which `checks.off`
    in newsletter.yaml switches it off. Exits with 1 where there is an error.
    """
    gc.disable()  # this short process makes little garbage, and looking for it takes a tenth
    from newsletter.checks import check_issues
    from newsletter.issue import find_issue, issue_paths

    config = publication.load(ctx)
    named = {path.resolve(): path for path in (find_issue(name, config) for name in issues)}
    paths = list(named.values()) or list(reversed(issue_paths(config).values()))
    findings = check_issues(paths, config, _approvals(config))
    if as_json:
        click.echo(json.dumps([_document(each) for each in findings], indent=2, ensure_ascii=False))
    else:
        for finding in findings:
            terminal.show(finding)
        click.echo(_summary(len(paths), findings))
    severities = {finding.severity for finding in findings}
    if "error" in severities or (strict and "warning" in severities):
        ctx.exit(1)


def _approvals(config: Config) -> Mapping[str, Approval]:
    """Those that issues still have to agree with; none where nobody knows."""
    if config.approval == "none":
        return {}
    from newsletter.delivery.lookup import Lookup

    lookup = Lookup()
    records = lookup.ask(config)
    if lookup.trouble:
        terminal.say(f"whether approvals still hold is not known: {lookup.trouble}")
    lookup.close()
    return records.approvals if records else {}


def _document(finding: Finding) -> dict[str, str | int]:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "message": finding.message,
        "path": finding.path,
        "line": finding.line,
        "column": finding.column,
    }


def _summary(issues: int, findings: Sequence[Finding]) -> str:
    counted = terminal.count(issues, "issue")
    if not issues:
        return "no issues yet; begin one with 'newsletter new MONTH'"
    if not findings:
        return f"{counted} checked: nothing to mend"
    severities = [finding.severity for finding in findings]
    parts = [
        terminal.count(severities.count(severity), severity)
        for severity in ("error", "warning", "note")
        if severity in severities
    ]
    return f"{counted} checked: {', '.join(parts)}"
