"""YAML nodes that keep their place.

Every scalar is the very text that was typed; there are no numbers, dates or booleans.
"""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.yaml_source.finding import Place


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text; `style` is '' (plain), ', ", | or >."""

    place: Place
    text: str
    style: str
    end_line: int


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of nodes."""

    place: Place
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Mapping:
    """Pairs of a key and a node, in the file's order; keys are unique."""

    place: Place
    pairs: tuple[tuple[Scalar, Node], ...]


Node = Scalar | Sequence | Mapping
