"""What MJML and HTML allow: elements, attributes, children, read once from spec.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from importlib.resources import files
from typing import Any

from newsletter.edition.mjml.limits import NO_RAW


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


VOID = _names("area base br col embed hr img input link meta source track wbr")
"""HTML elements without content: written <br/>, never closed by a tag of their own."""

# https://html.spec.whatwg.org/multipage/indices.html, and the obsolete ones mail still needs.
HTML_ELEMENTS = VOID | _names(
    """
    a abbr address article aside audio b bdi bdo blockquote body button canvas caption cite code
    colgroup data datalist dd del details dfn dialog div dl dt em fieldset figcaption figure
    footer form h1 h2 h3 h4 h5 h6 head header hgroup html i iframe ins kbd label legend li main
    map mark menu meter nav noscript object ol optgroup option output p picture pre progress q
    rp rt ruby s samp script search section select slot small span strong style sub summary sup
    table tbody td template textarea tfoot th thead time title tr u ul var video
    big center font strike tt
    """
)


class Holds(Enum):
    """What may stand between an element's tags."""

    DOCUMENT = auto()
    """The root and nothing else."""
    ELEMENTS = auto()
    """Other components, no text."""
    HTML = auto()
    TEXT = auto()
    """Text without any markup."""
    NOTHING = auto()
    UNKNOWN = auto()
    """Not to be judged: the element itself was wrong already."""

    # Enum's own hash is a Python function, and the lint looks members up at every tag.
    __hash__ = object.__hash__


@dataclass(frozen=True, slots=True)
class Component:
    """One mj-* element."""

    attributes: Mapping[str, tuple[str, ...]]
    """Attribute to MJML's type names, of which a value must fit one."""
    children: frozenset[str]
    holds: Holds


@dataclass(frozen=True, slots=True)
class Spec:
    """All of MJML."""

    components: Mapping[str, Component]
    colors: frozenset[str]

    def parents(self, name: str) -> list[str]:
        """Tell where an element may stand; mj-attributes takes almost all and counts only alone."""
        parents = [parent for parent, it in self.components.items() if name in it.children]
        return [parent for parent in parents if parent != "mj-attributes"] or parents


# HTML holders by MJML's parser, but what they render has no place for markup.
_HOLDS = {
    "mj-breakpoint": Holds.NOTHING,
    "mj-carousel-image": Holds.NOTHING,
    "mj-style": Holds.TEXT,
    "mj-title": Holds.TEXT,
}
# These set defaults for any component, so they take the attributes of all.
_FOR_ALL = frozenset({"mj-all", "mj-class"})


@cache
def load() -> Spec:
    """Read the specification once, of the MJML version that spec.json names."""
    raw = json.loads(files(__package__).joinpath("spec.json").read_text("utf-8"))
    union = _union(raw["components"].values())
    return Spec(
        {name: _component(name, it, raw, union) for name, it in raw["components"].items()},
        frozenset(raw["colors"]),
    )


def _union(components: Any) -> dict[str, tuple[str, ...]]:
    union: dict[str, set[str]] = {}
    for component in components:
        for name, declared in component["attributes"].items():
            union.setdefault(name, set()).add(declared)
    return {name: tuple(sorted(types)) for name, types in union.items()}


def _component(
    name: str, raw: Any, document: Any, union: Mapping[str, tuple[str, ...]]
) -> Component:
    own = {**document["everywhere"], **raw["attributes"]}
    attributes: dict[str, tuple[str, ...]] = {
        attribute: (declared,) for attribute, declared in own.items()
    }
    if name in _FOR_ALL:
        attributes = {**union, **attributes}
    children = frozenset(raw["children"]) - ({"mj-raw"} if name in NO_RAW else set())
    return Component(attributes, children, _holds(name, raw))


def _holds(name: str, raw: Any) -> Holds:
    by_kind = Holds.HTML if raw["ending"] else Holds.NOTHING
    return _HOLDS.get(name, Holds.ELEMENTS if raw["children"] else by_kind)
