"""A YAML file on disk → a `Source`, or every reason why not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import yaml

from newsletter.errors import RefusedSource
from newsletter.yaml_source.finding import Finding, Place
from newsletter.yaml_source.nodes import Builder, Mapping, Node, Scalar, Sequence
from newsletter.yaml_source.syntax import explain

MAX_BYTES = 1_000_000
"""Size above which a file is refused; an issue has some 15 kB."""

_UNTYPEABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufdd0-\ufdef\ufffe\uffff"
    "\ufeff\U0001fffe\U0001ffff]"
)
"""Characters no editor means to write; U+2028 and U+0085 are line ends to YAML alone."""
_UNTYPEABLE_IN_SCALAR = re.compile(_UNTYPEABLE.pattern + "|\r")
_ENOUGH = 20
"""Untypeable characters reported of one file: more of them is a binary file."""
_LINE_END = re.compile("\r\n|\r|\n")


@dataclass(frozen=True)
class Source:
    """A YAML file that could be read; knows where each value stands."""

    path: str
    """As shown in findings."""
    text: str
    root: Mapping

    def node(self, *location: str | int) -> Node | None:
        """The node at `('summaries', 0, 'title')`, or None where the file has none."""
        node: Node | None = self.root
        for step in location:
            node = _child(node, step)
        return node

    def place(self, *location: str | int) -> Place:
        """Where the value at a location stands; for what is absent, the nearest parent."""
        found: Node = self.root
        for step in location:
            child = _child(found, step)
            if child is None:
                break
            found = child
        return found.place

    def key_place(self, *location: str | int) -> Place:
        """Where the key of a mapping's entry stands; for list items, the item's own place."""
        parent = self.node(*location[:-1]) if location else None
        if isinstance(parent, Mapping):
            for key, _ in parent.pairs:
                if key.text == location[-1]:
                    return key.place
        return self.place(*location)

    def finding(self, message: str, place: Place) -> Finding:
        """An error of the loader in this file."""
        return Finding(self.path, *place, message)


def read_source(path: Path, shown_as: str) -> Source:
    """Read a file strictly.

    Raises:
        RefusedSource: with every problem found; a syntax error ends the search.
    """
    text = _decode(_read(path, shown_as), shown_as)
    found = [
        Finding(shown_as, *place, f"{_name(char)} is not allowed here; delete it")
        for place, char in islice(_untypeable(text), _ENOUGH)
    ]
    if found:
        raise RefusedSource(found)
    builder = Builder()
    problems = [*_parse(builder, text), *builder.problems, *_escaped_controls(builder.root)]
    if not problems and not isinstance(builder.root, Mapping):
        problems = [_not_a_mapping(builder.root)]
    if problems or not isinstance(builder.root, Mapping):
        raise RefusedSource([Finding(shown_as, *place, what) for place, what in sorted(problems)])
    return Source(shown_as, text, builder.root)


def _read(path: Path, shown_as: str) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = f"cannot be read: {error.strerror or error}"
        raise RefusedSource([Finding(shown_as, 1, 1, reason)]) from error
    if len(content) > MAX_BYTES:
        message = "the file is larger than 1 MB; an issue is a few pages of text"
        raise RefusedSource([Finding(shown_as, 1, 1, message)])
    return content


def _decode(content: bytes, shown_as: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8", "replace")
        message = f"byte 0x{content[error.start]:02X} is not UTF-8; save the file as UTF-8"
        raise RefusedSource([Finding(shown_as, *_place_after(before), message)]) from error


def _untypeable(text: str) -> Iterator[tuple[Place, str]]:
    for match in _UNTYPEABLE.finditer(text):
        yield _place_after(text[: match.start()]), match[0]


def _name(char: str) -> str:
    return f"the invisible character U+{ord(char):04X}"


def _place_after(before: str) -> Place:
    lines = _LINE_END.split(before)
    return Place(len(lines), len(lines[-1]) + 1)


def _parse(builder: Builder, text: str) -> list[tuple[Place, str]]:
    try:
        builder.feed(yaml.parse(text, Loader=yaml.CSafeLoader))
    except yaml.MarkedYAMLError as error:
        return [explain(error, text, builder.last_scalar)]
    return []


def _escaped_controls(root: Node | None) -> Iterator[tuple[Place, str]]:
    for scalar in _scalars(root):
        match = _UNTYPEABLE_IN_SCALAR.search(scalar.text)
        if match:
            yield scalar.place, f"the escape for {_name(match[0])} is not allowed; delete it"


def _scalars(root: Node | None) -> Iterator[Scalar]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Scalar):
            yield node
        elif isinstance(node, Sequence):
            waiting.extend(node.items)
        elif isinstance(node, Mapping):
            waiting.extend(part for pair in node.pairs for part in pair)


def _not_a_mapping(root: Node | None) -> tuple[Place, str]:
    if root is None:
        return Place(1, 1), "the file is empty; it needs keys such as 'month: 2023-12'"
    return root.place, "the file must be a mapping of keys to values, such as 'month: 2023-12'"


def _child(node: Node | None, step: str | int) -> Node | None:
    if isinstance(node, Mapping):
        return next((value for key, value in node.pairs if key.text == step), None)
    if isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
        return node.items[step]
    return None
