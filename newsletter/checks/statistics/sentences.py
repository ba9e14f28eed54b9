"""The sentences of a text that hold statistics; most hold none, and cost nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

_END = re.compile(
    r"[.!?…\n](?:(?<=[.!?…])(?<!\bvs\.)(?<!\bcf\.)(?<!\.[eg]\.)[\"”’'\])]{0,3}\s{1,4}"
    r"(?=[\"“‘'(\[]?[A-Z])|(?<=\n)(?:[ \t]*\n|(?=[ \t]{2,}[A-Z])))"
)
"""The end of a sentence, of a paragraph, or of a list's entry.

An abbreviation before a capital ends one too soon, which only makes the reader see less.
"""
_DIGIT = re.compile(r"\d")
_HINT = re.compile(r"[%=<>≤≥≈]|[.·]\d|per\s?cent|\d\s(?:out\s)?of\s")


def statistical_sentences(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence that may hold a statistic."""
    if not _DIGIT.search(text):
        return
    start = 0
    for end in (*(match.end() for match in _END.finditer(text)), len(text)):
        if _DIGIT.search(text, start, end) and _HINT.search(text, start, end):
            yield start, end
        start = end
