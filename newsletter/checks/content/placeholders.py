"""What holds a place for text to come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from newsletter.checks.check import Remark
from newsletter.checks.placeholder_words import placeholders
from newsletter.checks.subject import Subject
from newsletter.yaml_source import Node, Place, Scalar, Sequence

_OTHER_KEYS = ("doi", "link", "research_type", "topics")


def placeholder_left(subject: Subject) -> Iterator[Remark]:
    """Nobody should be sent a `TODO`, and a mailing that holds one is stopped.

    Placeholders are `TODO`, `TBD`, `FIXME`, `XXX` (but not the Roman thirty), `xx–xx` for
    pages, `???`, lorem ipsum, `[…]` and `[...]`, `<title>`, `[insert …]` and the like, and a
    text without any letter. An omission in a quotation is written without brackets.
    """
    for text, place in _texts(subject):
        for found in placeholders(text):
            message = f"placeholder '{found[0]}' left; write what belongs here, or remove it"
            yield Remark(place(found.start()), message)


def _texts(subject: Subject) -> Iterator[tuple[str, Callable[[int], Place]]]:
    for passage in subject.passages:
        yield passage.text, passage.place
    source = subject.file.source
    for index in range(len(subject.file.issue.summaries)):
        for key in _OTHER_KEYS:
            for scalar in _scalars(source.node("summaries", index, key)):
                yield scalar.text, partial(source.place_within, scalar)


def _scalars(node: Node | None) -> Iterator[Scalar]:
    for each in node.items if isinstance(node, Sequence) else (node,):
        if isinstance(each, Scalar) and each.text.strip():
            yield each
