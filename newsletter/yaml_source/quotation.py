"""Quotations that were never closed, and so swallowed the keys below them."""

from __future__ import annotations

import re

_KEY_LINE = re.compile(r"\s*(?:- +)*[\w-]+\s*:(?:\s|$)")


def swallowed_key(lines: list[str], start: int, end: int, column: int) -> int:
    """The first line after `start`, to `end`, that holds a key at `column` or left of it, or 0."""
    for number in range(start + 1, min(end, len(lines)) + 1):
        line = lines[number - 1]
        if len(line) - len(line.lstrip(" ")) <= column and _KEY_LINE.match(line):
            return number
    return 0


def unclosed_before(line: int) -> str:
    """The sentence for a quotation that swallowed a key on a line."""
    return f"this quotation mark is not closed before line {line}, where a key stands; close it"
