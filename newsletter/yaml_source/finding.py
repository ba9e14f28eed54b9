"""One remark about a file, at its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

Severity = Literal["error", "warning", "note"]


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

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.severity}: {self.message}"
