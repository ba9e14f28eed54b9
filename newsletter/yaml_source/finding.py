"""One remark about a file, at its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, NamedTuple

Severity = Literal["error", "warning", "note"]

_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""What would break a line, or make a terminal do something else than show it."""
_LONGEST = 400

MAX_FINDINGS = 100
"""Findings told of one file at each stage; looking for what was meant takes time."""


class Place(NamedTuple):
    """A position in a file; line and column count from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Finding:
    """What is the matter, where, and what to do; prints as a compiler would."""

    path: str
    """The file, relative to the publication where it lies inside."""
    line: int
    column: int
    message: str
    """What is wrong and how to mend it, in one line."""
    severity: Severity = "error"
    code: str = "N001"
    """The stable code of the check; N001 is the loader's own."""

    def __post_init__(self) -> None:
        """Messages quote what was typed; they stay one line that fits a screen all the same."""
        shown = _UNPRINTABLE.sub("\ufffd", self.message)
        if len(shown) > _LONGEST:
            shown = f"{shown[: _LONGEST // 2]}…{shown[-_LONGEST // 2 :]}"
        object.__setattr__(self, "message", shown)

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.severity}: {self.message}"
