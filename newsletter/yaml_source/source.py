"""A YAML file on disk → a `Source`, or every reason why not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml

from newsletter.errors import RefusedSource
from newsletter.yaml_source.builder import Builder
from newsletter.yaml_source.finding import MAX_FINDINGS, Finding, Place
from newsletter.yaml_source.nodes import Mapping, Node, Scalar, Sequence
from newsletter.yaml_source.syntax import explain
from newsletter.yaml_source.text import (
    MAX_UNTYPEABLE,
    escaped_untypeable,
    read_text,
    restored,
    split_lines,
    untypeable,
    without_untypeable,
)
from newsletter.yaml_source.within import place_within

_Problem = tuple[Place, str]


@dataclass(frozen=True)
class Source:
    """A YAML file that could be read; knows where each value stands."""

    path: str
    """As shown in findings."""
    text: str
    root: Mapping
    problems: tuple[Finding, ...] = ()
    """What is wrong with the file as YAML; `validate` refuses a source that has any."""
    deleted: tuple[Place, ...] = ()
    """Untypeable characters that were passed over."""

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

    def place_within(self, scalar: Scalar, offset: int) -> Place:
        """Where a character of a scalar's text is typed."""
        place = place_within(scalar, offset, self._lines)
        return restored(place, self.deleted)

    @cached_property
    def _lines(self) -> list[str]:
        return [without_untypeable(line) for line in split_lines(self.text)]

    def finding(self, message: str, place: Place) -> Finding:
        """An error of the loader in this file."""
        return Finding(self.path, *restored(place, self.deleted), message)


def read_source(path: Path, shown_as: str) -> Source:
    """Read a file strictly.

    What spoils single values only (tags, duplicate keys, control characters) is left in the
    source's `problems`, for `validate` to report together with its own findings.

    Raises:
        RefusedSource: where no tree can be read, with every problem met on the way.
    """
    text = read_text(path, shown_as)
    strays = untypeable(text)
    if len(strays) == MAX_UNTYPEABLE:
        raise RefusedSource(_findings(shown_as, strays))
    builder, problems = _build([without_untypeable(line) for line in split_lines(text)])
    deleted = [place for place, _ in strays]
    problems = strays + [(restored(place, deleted), what) for place, what in problems]
    if builder.stopped or not isinstance(builder.root, Mapping):
        raise RefusedSource(_findings(shown_as, problems))
    return Source(shown_as, text, builder.root, _findings(shown_as, problems), tuple(deleted))


def _findings(path: str, problems: list[_Problem]) -> tuple[Finding, ...]:
    """The first ones in the order of their places, each once."""
    first = sorted(set(problems))[:MAX_FINDINGS]
    return tuple(Finding(path, *place, what) for place, what in first)


def _build(lines: list[str]) -> tuple[Builder, list[_Problem]]:
    builder = Builder(lines)
    directive = _directive(lines)
    if directive:
        builder.stopped = True
        return builder, [directive]
    try:
        builder.feed(yaml.parse("\n".join(lines), Loader=yaml.CSafeLoader))
    except yaml.MarkedYAMLError as error:
        builder.stopped = True
        told = explain(error, builder)
        return builder, [*(found for found in builder.problems if found[0] < told[0]), told]
    if builder.stopped:
        return builder, builder.problems
    return builder, [*builder.problems, *_of_the_whole(builder.root)]


def _of_the_whole(root: Node | None) -> Iterator[_Problem]:
    if not isinstance(root, Mapping):
        yield _not_a_mapping(root)
    for scalar in _scalars(root):
        problem = escaped_untypeable(scalar.text)
        if problem:
            yield scalar.place, problem


def _directive(lines: list[str]) -> _Problem | None:
    """A line that tells the parser how to read; libyaml would follow it in silence."""
    for number, line in enumerate(lines, 1):
        if line.startswith("%"):
            return Place(number, 1), "remove the line that begins with '%'"
        if line.strip() and not line.lstrip().startswith("#"):
            return None
    return None


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
    if root is None or (isinstance(root, Scalar) and not root.text.strip()):
        return Place(1, 1), "the file is empty; it needs lines such as 'key: value'"
    return root.place, "the file must hold keys and values, in lines such as 'key: value'"


def _child(node: Node | None, step: str | int) -> Node | None:
    if isinstance(node, Mapping):
        return next((value for key, value in node.pairs if key.text == step), None)
    if isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
        return node.items[step]
    return None
