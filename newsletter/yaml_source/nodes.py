"""YAML nodes that keep their place, built from libyaml's events.

The tree is built without recursion over the C parser's events. Tags, merge keys, duplicate
keys, further documents and alias bombs are collected as problems rather than raised, so
that an editor hears of all of them at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import yaml

from newsletter.yaml_source.finding import Place

MAX_EXPANDED = 1_000_000
"""Characters a file may hold once its aliases are written out."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text, exactly as typed; `style` is '' (plain), ', ", | or >."""

    place: Place
    text: str
    style: str
    end_line: int
    size: int = 0

    @property
    def plain(self) -> Any:
        """The value as Python sees it: always the text."""
        return self.text


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of nodes."""

    place: Place
    items: tuple[Node, ...]
    size: int = 0

    @property
    def plain(self) -> Any:
        """The value as a Python list."""
        return [item.plain for item in self.items]


@dataclass(frozen=True, slots=True)
class Mapping:
    """Pairs of a key and a node, in the file's order; keys are unique."""

    place: Place
    pairs: tuple[tuple[Scalar, Node], ...]
    size: int = 0

    @property
    def plain(self) -> Any:
        """The value as a Python dict."""
        return {key.text: value.plain for key, value in self.pairs}


Node = Scalar | Sequence | Mapping


@dataclass(slots=True)
class _Open:
    """A collection whose end has not been seen yet."""

    event: Any
    children: list[Node] = field(default_factory=list)
    size: int = 0


@dataclass(slots=True)
class Builder:
    """Turns a stream of events into one tree and a list of problems."""

    root: Node | None = None
    problems: list[tuple[Place, str]] = field(default_factory=list)
    last_scalar: Scalar | None = None
    _documents: int = 0
    _open: list[_Open] = field(default_factory=list)
    _anchors: dict[str, Node | None] = field(default_factory=dict)

    def feed(self, events: Iterator[Any]) -> None:
        """Read events to the end, or to a second document or an alias bomb."""
        for event in events:
            handler = _HANDLERS.get(type(event))
            if handler and handler(self, event) is _STOP:
                return

    def _document(self, event: Any) -> object:
        self._documents += 1
        if self._documents == 1:
            return None
        self._problem(event, "a second document begins here; remove the '---' line")
        return _STOP

    def _scalar(self, event: Any) -> object:
        self._refuse_tag(event)
        node = Scalar(
            _place(event), event.value, event.style or "", event.end_mark.line + 1, len(event.value)
        )
        self.last_scalar = node
        return self._add(node, event.anchor)

    def _start(self, event: Any) -> None:
        self._refuse_tag(event)
        if event.anchor:
            self._anchors[event.anchor] = None
        self._open.append(_Open(event))

    def _end_sequence(self, _: Any) -> object:
        opened = self._open.pop()
        place = _place(opened.event)
        node = Sequence(place, tuple(opened.children), opened.size + 1)
        return self._add(node, opened.event.anchor)

    def _end_mapping(self, _: Any) -> object:
        opened = self._open.pop()
        children = opened.children
        pairs = tuple(self._unique(zip(children[::2], children[1::2], strict=True)))
        node = Mapping(_place(opened.event), pairs, opened.size + 1)
        return self._add(node, opened.event.anchor)

    def _alias(self, event: Any) -> object:
        if event.anchor not in self._anchors:
            self._problem(event, f"'*{event.anchor}' refers to nothing; put the text in quotes")
            return self._add(Scalar(_place(event), "", "", event.end_mark.line + 1), None)
        target = self._anchors[event.anchor]
        if target is None:
            self._problem(event, f"'*{event.anchor}' stands inside of what it repeats; remove it")
            return _STOP
        return self._add(replace(target, place=_place(event)), None)

    def _add(self, node: Node, anchor: str | None) -> object:
        if anchor:
            self._anchors[anchor] = node
        if not self._open:
            self.root = node
            return None
        parent = self._open[-1]
        parent.children.append(node)
        parent.size += node.size
        if parent.size > MAX_EXPANDED:
            self.problems.append(
                (node.place, "aliases blow this file up beyond 1 MB; write the text out instead")
            )
            return _STOP
        return None

    def _unique(self, pairs: Iterator[tuple[Node, Node]]) -> Iterator[tuple[Scalar, Node]]:
        seen: dict[str, Scalar] = {}
        for key, value in pairs:
            problem = _key_problem(key, seen)
            if problem:
                self.problems.append((key.place, problem))
            elif isinstance(key, Scalar):
                seen[key.text] = key
                yield key, value

    def _refuse_tag(self, event: Any) -> None:
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._problem(
                event, f"the tag {tag} is not allowed; put text that begins with '!' in quotes"
            )

    def _problem(self, event: Any, message: str) -> None:
        self.problems.append((_place(event), message))


def _key_problem(key: Node, seen: dict[str, Scalar]) -> str:
    if not isinstance(key, Scalar):
        return "a key must be a word, not a list or a mapping"
    if key.text == "<<" and not key.style:
        return "merge keys ('<<') are not allowed; write the keys out"
    if key.text in seen:
        first = seen[key.text].place.line
        return f"duplicate key '{key.text}', first on line {first}; keep one of them"
    return ""


def _place(event: Any) -> Place:
    return Place(event.start_mark.line + 1, event.start_mark.column + 1)


_STOP = object()
_HANDLERS: dict[type, Any] = {
    yaml.DocumentStartEvent: Builder._document,
    yaml.ScalarEvent: Builder._scalar,
    yaml.AliasEvent: Builder._alias,
    yaml.SequenceStartEvent: Builder._start,
    yaml.SequenceEndEvent: Builder._end_sequence,
    yaml.MappingStartEvent: Builder._start,
    yaml.MappingEndEvent: Builder._end_mapping,
}
