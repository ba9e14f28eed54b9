"""A complaint of libyaml's, with what is needed to look behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from newsletter.yaml_source.builder import Builder
from newsletter.yaml_source.finding import Place

Told = tuple[Place, str]
"""Where a slip is, and the sentence for it."""

_DASHES = re.compile(r" *(?:- +)*")


@dataclass(frozen=True)
class Slip:
    """Where the parser gave up, on what, and what it had read by then."""

    complaint: str
    """What libyaml was about, a colon, and what it found instead."""
    at: Place
    start: Place
    """Where the construct began that broke; `at` where libyaml does not say."""
    builder: Builder

    def line(self, number: int) -> str:
        """A line of the file, counted from 1; beyond its end, nothing."""
        lines = self.builder.lines
        return lines[number - 1] if 0 < number <= len(lines) else ""

    def char(self, place: Place) -> str:
        """The character at a place."""
        return self.line(place.line)[place.column - 1 : place.column]

    def above(self, number: int, indent: int) -> int:
        """The nearest line above that is not empty and stands no deeper than `indent`, or 0."""
        for other in range(number - 1, 0, -1):
            line = self.line(other)
            if line.strip() and indent_of(line) <= indent:
                return other
        return 0


def indent_of(line: str) -> int:
    """Columns before a line's text; the dashes of list entries count as indentation."""
    match = _DASHES.match(line)
    return match.end() if match else 0
