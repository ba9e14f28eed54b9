"""The registry of checks, and running it.

Codes are stable: N0 the loader's own, N1 content, N20 to N21 citations, N22 to N23
statistics, N3 language, N4 the e-mail itself.
"""

from __future__ import annotations

from itertools import islice

from newsletter.checks import content, language, message, scholarship, size, statistics
from newsletter.checks.check import Check
from newsletter.checks.subject import Subject
from newsletter.config import Config
from newsletter.edition import Edition
from newsletter.errors import ConfigurationError
from newsletter.issue import Archive, IssueFile
from newsletter.suggest import did_you_mean
from newsletter.yaml_source import MAX_FINDINGS, Finding

CHECKS: tuple[Check, ...] = (
    *content.CHECKS,
    *scholarship.CHECKS,
    *statistics.CHECKS,
    *language.CHECKS,
    *size.CHECKS,
    *message.CHECKS,
)

_OF_LOADING = ("N001", "N002")
"""Codes of what the loader refuses and what a template does."""


def check(
    file: IssueFile,
    edition: Edition | None,
    config: Config,
    archive: Archive | None = None,
    *,
    errors_only: bool = False,
) -> list[Finding]:
    """All findings about an issue and its edition, in the order of their places.

    Codes in the configuration's `checks.off` are left out. Without an archive nothing is
    said about other months; without an edition, about what readers get. With `errors_only`
    no check is run that cannot stop a mailing.

    Raises:
        ConfigurationError: where `checks.off` names a check that does not exist.
    """
    subject = Subject(file, edition, config, archive or Archive())
    return examine(subject, errors_only=errors_only)


def examine(subject: Subject, *, errors_only: bool = False) -> list[Finding]:
    """All findings about an issue, with all that is known of it; as `check`."""
    off, path = subject.config.checks.off, subject.file.source.path
    _refuse_unknown(off)
    findings = [
        Finding(path, *remark.place, remark.message, each.severity, each.code)
        for each in CHECKS
        if each.code not in off
        and not (each.of_edition and subject.rendered is None)
        and not (errors_only and each.severity != "error")
        for remark in islice(each.ask(subject), MAX_FINDINGS)
    ]
    return sorted(findings, key=lambda found: (found.line, found.column, found.code))


def _refuse_unknown(codes: tuple[str, ...]) -> None:
    """A mistyped code would leave its check on in silence."""
    known = {each.code for each in CHECKS}
    for code in codes:
        if code in _OF_LOADING:
            raise ConfigurationError(
                f"newsletter.yaml: error: checks.off: {code} cannot be switched off, "
                "since such an issue cannot be shown or sent; remove the code"
            )
        if code not in known:
            hint = did_you_mean(code, known) or "; docs/reference/checks.md lists the codes"
            raise ConfigurationError(f"newsletter.yaml: error: checks.off: no check {code}{hint}")
