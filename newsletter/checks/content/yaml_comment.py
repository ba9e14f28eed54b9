"""Text that YAML takes for a comment."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.checks.check import Remark
from newsletter.checks.subject import Subject
from newsletter.yaml_source import Place, Scalar

_OF_ISSUE = ("subject", "preheader", "intro")
_OF_SUMMARY = (
    "title",
    "citation",
    "link",
    "research_type",
    "summary",
    "practice_implications",
)
_LEFT_OUT = re.compile(r"\s#(?=\S)")


def text_after_a_hash(subject: Subject) -> Iterator[Remark]:
    """YAML takes ` #` for the start of a comment, so of `The #1 predictor` only `The` is left.

    A comment proper has a space after its sign.
    """
    source = subject.file.source
    lines = source.text.splitlines()
    parts: list[tuple[str | int, ...]] = [(name,) for name in _OF_ISSUE]
    for index in range(len(subject.file.issue.summaries)):
        parts += [("summaries", index, name) for name in _OF_SUMMARY]
    for location in parts:
        node = source.node(*location)
        if not isinstance(node, Scalar) or node.style:
            continue
        found = _LEFT_OUT.search(lines[node.end_line - 1])
        if found:
            message = "what follows ' #' is a comment to YAML and left out; put the text in quotes"
            yield Remark(Place(node.end_line, found.start() + 2), message)
