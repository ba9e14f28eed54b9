"""libyaml's events → one tree of nodes.

The tree is built without recursion. What is wrong with the file but leaves its shape
readable (tags, merge keys, duplicate keys) is collected, so that an editor hears of all of
it at once; what does not (further documents, alias bombs) ends the search.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, TypeGuard

import yaml

from newsletter.yaml_source.finding import Place
from newsletter.yaml_source.nodes import Mapping, Node, Scalar, Sequence
from newsletter.yaml_source.quotation import swallowed_key, unclosed_before

MAX_EXPANDED = 1_000_000
"""Characters and nodes a file may hold once its aliases are written out."""
MAX_DEPTH = 20
"""Lists within lists; an issue needs four, and far below Python's own limit."""
TOO_DEEP = f"this is nested more than {MAX_DEPTH} deep; write it flatter"

_TEXT_BEGINS = "put text that begins with '{}' in quotes"


class _Extent(NamedTuple):
    """How large a node is with its aliases written out."""

    size: int
    depth: int


_OF_AN_EMPTY_LIST = _Extent(1, 1)


@dataclass(slots=True)
class _Open:
    """A collection whose end has not been seen yet."""

    event: Any
    children: list[Node] = field(default_factory=list)
    keys: dict[str, Scalar] = field(default_factory=dict)
    extent: _Extent = _OF_AN_EMPTY_LIST


@dataclass(slots=True)
class Builder:
    """Turns a stream of events into one tree and a list of problems."""

    lines: list[str]
    root: Node | None = None
    problems: list[tuple[Place, str]] = field(default_factory=list)
    stopped: bool = False
    """Whether the file was not read to its end, so that `root` is not to be used."""
    last_scalar: Scalar | None = None
    ended: Place | None = None
    """Where a '...' stands that ends the document."""
    _documents: int = 0
    _open: list[_Open] = field(default_factory=list)
    _anchors: dict[str, tuple[Node, _Extent] | None] = field(default_factory=dict)
    _unused: dict[str, Any] = field(default_factory=dict)

    @property
    def open_brackets(self) -> tuple[Place, str] | None:
        """Where the innermost brackets opened that are not closed yet; 'sequence' or 'mapping'."""
        event = self._open[-1].event if self._open else None
        if not event or not event.flow_style:
            return None
        mapping = isinstance(event, yaml.MappingStartEvent)
        return self._place(event), "mapping" if mapping else "sequence"

    def feed(self, events: Iterator[Any]) -> None:
        """Read events to the end, or to what makes reading on pointless."""
        for event in events:
            handler = _HANDLERS.get(type(event))
            if handler and handler(self, event) is _STOP:
                self.stopped = True
                return
        for event in self._unused.values():
            self._refuse_unused(event)

    def _document(self, event: Any) -> object:
        self._documents += 1
        if self._documents == 1:
            return None
        return self._stop(
            event,
            "a second document begins here; remove the '---', or indent it "
            "where it is part of a text",
        )

    def _document_end(self, event: Any) -> None:
        self.ended = self._place(event) if event.explicit else None

    def _scalar(self, event: Any) -> object:
        self._refuse_tag(event)
        self._name(event)
        text = event.value
        node = Scalar(self._place(event), text, event.style or "", event.end_mark.line + 1)
        self.last_scalar = node
        swallowed = self._swallowed_key(node)
        if swallowed:
            return self._stop(event, unclosed_before(swallowed))
        return self._add(node, event.anchor, _Extent(len(text) + 1, 0))

    def _start(self, event: Any) -> object:
        self._refuse_tag(event)
        self._name(event)
        if event.anchor:
            self._anchors[event.anchor] = None
        self._open.append(_Open(event))
        return self._refuse_depth(event, len(self._open))

    def _end_sequence(self, _: Any) -> object:
        opened = self._open.pop()
        node = Sequence(self._place(opened.event), tuple(opened.children))
        return self._add(node, opened.event.anchor, opened.extent)

    def _end_mapping(self, _: Any) -> object:
        opened = self._open.pop()
        pairs = zip(opened.children[::2], opened.children[1::2], strict=True)
        known = tuple((key, value) for key, value in pairs if _is_one_of(key, opened.keys))
        node = Mapping(self._place(opened.event), known)
        return self._add(node, opened.event.anchor, opened.extent)

    def _alias(self, event: Any) -> object:
        name = event.anchor
        self._unused.pop(name, None)
        if name not in self._anchors:
            self._problem(event, f"'*{name}' refers to nothing; {_TEXT_BEGINS.format('*')}")
            text = Scalar(self._place(event), f"*{name}", "", event.end_mark.line + 1)
            return self._add(text, None, _Extent(1, 0))
        target = self._anchors[name]
        if target is None:
            return self._stop(event, f"'*{name}' stands inside of what it repeats; remove it")
        node, extent = target
        return self._refuse_depth(event, len(self._open) + extent.depth) or self._add(
            replace(node, place=self._place(event)), None, extent
        )

    def _add(self, node: Node, anchor: str | None, extent: _Extent) -> object:
        if anchor:
            self._anchors[anchor] = (node, extent)
        if not self._open:
            self.root = node
            return None
        parent = self._open[-1]
        parent.children.append(node)
        if isinstance(parent.event, yaml.MappingStartEvent) and len(parent.children) % 2:
            self._key(node, parent.keys)
        size, depth = parent.extent
        parent.extent = _Extent(size + extent.size, max(depth, extent.depth + 1))
        if parent.extent.size > MAX_EXPANDED:
            self.problems.append(
                (node.place, "aliases blow this file up beyond 1 MB; write the text out instead")
            )
            return _STOP
        return None

    def _key(self, key: Node, keys: dict[str, Scalar]) -> None:
        problem = _key_problem(key, keys)
        if problem:
            self.problems.append((key.place, problem))
        elif isinstance(key, Scalar):
            keys[key.text] = key

    def _name(self, event: Any) -> None:
        if event.anchor:
            self._refuse_unused(self._unused.get(event.anchor))
            self._unused[event.anchor] = event

    def _refuse_unused(self, event: Any) -> None:
        """An anchor without an alias is text, whose first word would be lost in silence."""
        if event:
            self._problem(event, f"'&{event.anchor}' names nothing; {_TEXT_BEGINS.format('&')}")

    def _refuse_tag(self, event: Any) -> None:
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._problem(event, f"the tag {tag} is not allowed; {_TEXT_BEGINS.format('!')}")

    def _refuse_depth(self, event: Any, depth: int) -> object:
        if depth <= MAX_DEPTH:
            return None
        return self._stop(event, TOO_DEEP)

    def _swallowed_key(self, scalar: Scalar) -> int:
        """The first line in a quotation that is a key no deeper than the quotation's own.

        YAML 1.2 §7.3 forbids text that stands so far left; libyaml reads it.
        """
        if scalar.style not in ("'", '"'):
            return 0
        column = next(
            (
                opened.event.start_mark.column
                for opened in reversed(self._open)
                if not opened.event.flow_style
            ),
            -1,
        )
        return swallowed_key(self.lines, scalar.place.line, scalar.end_line, column)

    def _stop(self, event: Any, message: str) -> object:
        self._problem(event, message)
        return _STOP

    def _problem(self, event: Any, message: str) -> None:
        self.problems.append((self._place(event), message))

    def _place(self, event: Any) -> Place:
        return place_of(event.start_mark, self.lines)


def place_of(mark: Any, lines: list[str]) -> Place:
    """A mark of libyaml's as a place; what it puts behind the last line stands at its end."""
    if mark.line < len(lines):
        return Place(mark.line + 1, mark.column + 1)
    return Place(len(lines), len(lines[-1]) + 1)


def _is_one_of(key: Node, keys: dict[str, Scalar]) -> TypeGuard[Scalar]:
    return isinstance(key, Scalar) and keys.get(key.text) is key


def _key_problem(key: Node, seen: dict[str, Scalar]) -> str:
    if not isinstance(key, Scalar):
        return "a key must be a word, not a list or a mapping; put text with brackets in quotes"
    if key.text == "<<" and not key.style:
        return "merge keys ('<<') are not allowed; write the keys out"
    if key.text in seen:
        first = seen[key.text].place.line
        return f"duplicate key '{key.text}', first on line {first}; keep one of them"
    if not key.style and key.text != key.text.strip():
        return f"no-break spaces stand around '{key.text.strip()}'; type plain spaces"
    return ""


_STOP = object()
_HANDLERS: dict[type, Any] = {
    yaml.DocumentStartEvent: Builder._document,
    yaml.DocumentEndEvent: Builder._document_end,
    yaml.ScalarEvent: Builder._scalar,
    yaml.AliasEvent: Builder._alias,
    yaml.SequenceStartEvent: Builder._start,
    yaml.SequenceEndEvent: Builder._end_sequence,
    yaml.MappingStartEvent: Builder._start,
    yaml.MappingEndEvent: Builder._end_mapping,
}
