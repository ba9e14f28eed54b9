"""Checks of what the editor wrote."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.checks.check import Check, Remark
from newsletter.checks.subject import Subject
from newsletter.yaml_source import Place, Scalar

_USUAL = (2, 3)
_ON_ONE_LINE = ("subject", "preheader")
_OF_SUMMARIES = ("title", "citation")
_LEFT_OUT = re.compile(r"\s#(?=\S)")


def number_of_summaries(subject: Subject) -> Iterator[Remark]:
    """A digest has two or three summaries; readers come for no more."""
    count = len(subject.file.issue.summaries)
    if count not in _USUAL:
        noun = "summary" if count == 1 else "summaries"
        message = f"{count} {noun}; a digest has two or three"
        yield Remark(subject.file.source.key_place("summaries"), message)


def text_after_a_hash(subject: Subject) -> Iterator[Remark]:
    """YAML takes ` #` for the start of a comment, so of `The #1 predictor` only `The` is left.

    A comment proper has a space after its sign.
    """
    source = subject.file.source
    lines = source.text.splitlines()
    parts: list[tuple[str | int, ...]] = [(name,) for name in _ON_ONE_LINE]
    for index in range(len(subject.file.issue.summaries)):
        parts += [("summaries", index, name) for name in _OF_SUMMARIES]
    for location in parts:
        node = source.node(*location)
        if not isinstance(node, Scalar) or node.style:
            continue
        found = _LEFT_OUT.search(lines[node.end_line - 1])
        if found:
            message = "what follows ' #' is a comment to YAML and left out; put the text in quotes"
            yield Remark(Place(node.end_line, found.start() + 2), message)


CHECKS = (
    Check("N101", "warning", "Number of summaries", number_of_summaries),
    Check("N102", "warning", "Text after a hash", text_after_a_hash),
)
