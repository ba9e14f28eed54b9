"""What stands in the way of an edition, as the pages list it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from newsletter.errors import RefusedSource, TemplateError
from newsletter.yaml_source import Finding

_LINE = re.compile(r"(?P<place>.+?:\d+:\d+): (?P<severity>error|warning|note): (?P<message>.*)")
_OF_LOADER = "N001"


@dataclass(frozen=True)
class Problem:
    """One remark and where it belongs."""

    message: str
    place: str = ""
    """`issues/2023-12.yaml:31:5`; empty where it is of no file in particular."""
    severity: str = "error"
    code: str = ""
    """What `checks.off` calls it; empty where it cannot be switched off."""


def problems_of(error: Exception) -> tuple[Problem, ...]:
    """All that an error says."""
    match error:
        case RefusedSource():
            return as_problems(error.findings)
        case TemplateError():
            place = str(error).removesuffix(f": error: {error.message}")
            return (Problem(error.message, place),)
        case OSError():
            return (Problem(error.strerror or str(error), str(error.filename or "")),)
        case _:
            return tuple(_parsed(line) for line in str(error).splitlines())


def as_problems(findings: Iterable[Finding]) -> tuple[Problem, ...]:
    """Findings as the pages list them."""
    return tuple(map(_of_finding, findings))


def _of_finding(found: Finding) -> Problem:
    place = f"{found.path}:{found.line}:{found.column}"
    code = "" if found.code == _OF_LOADER else found.code
    return Problem(found.message, place, found.severity, code)


def _parsed(line: str) -> Problem:
    """A configuration's errors are lines, as the loader has printed them."""
    match = _LINE.fullmatch(line)
    return Problem(**match.groupdict()) if match else Problem(line)
