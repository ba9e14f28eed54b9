"""The attributes of one MJML tag: known, of the declared type, and free of what we refuse."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from html import unescape
from typing import NamedTuple

from newsletter.edition.mjml.limits import REFUSED_ATTRIBUTES, SHORTHAND
from newsletter.edition.mjml.source import Fault, excerpt
from newsletter.edition.mjml.spec import Component, load
from newsletter.edition.mjml.values import complaint
from newsletter.suggest import did_you_mean


class Attribute(NamedTuple):
    """An attribute as written, its references resolved; offsets count from the tag's name."""

    offset: int
    name: str
    value: str


class Attributes(NamedTuple):
    """What a tag's attributes say and what is wrong with them."""

    faults: tuple[Fault, ...]
    class_uses: tuple[tuple[int, str], ...]
    """Offset and name of each class in `mj-class`."""
    defines_class: str | None
    """The name an <mj-class> element gives to a class."""


_ATTRIBUTE = re.compile(r"""([^\s=/"']+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


# A newsletter repeats its tags, and a preview its documents: this halves the time of a lint.
@lru_cache(maxsize=4096)
def examine(element: str, written: str) -> Attributes:
    """Check what is written between an element's name and the end of its tag."""
    attributes = tuple(_read(written))
    return Attributes(
        (*_missing(element, attributes), *_wrong(element, attributes)),
        tuple((it.offset, name) for it in attributes for name in _classes(it)),
        next((it.value for it in attributes if _is_definition(element, it)), None),
    )


def _read(written: str) -> Iterator[Attribute]:
    for match in _ATTRIBUTE.finditer(written):
        yield Attribute(match.start(), match[1], unescape(match[match.lastindex or 0]))


def _classes(attribute: Attribute) -> list[str]:
    return attribute.value.split() if attribute.name == "mj-class" else []


def _is_definition(element: str, attribute: Attribute) -> bool:
    return element == "mj-class" and attribute.name == "name"


def _missing(element: str, attributes: tuple[Attribute, ...]) -> Iterator[Fault]:
    if element == "mj-class" and not any(_is_definition(element, it) for it in attributes):
        yield Fault(0, '<mj-class> has no name; write <mj-class name="…" …/>')


def _wrong(element: str, attributes: tuple[Attribute, ...]) -> Iterator[Fault]:
    component = load().components[element]
    for attribute in attributes:
        if message := _message(element, component, attribute):
            yield Fault(attribute.offset, message)


def _message(element: str, component: Component, attribute: Attribute) -> str | None:
    _, name, value = attribute
    if refused := REFUSED_ATTRIBUTES.get((element, name)):
        return refused
    if name not in component.attributes:
        guess = did_you_mean(name, component.attributes)
        return f"unknown attribute '{name}' on <{element}>{guess or '; remove it'}"
    if wrong := complaint(component.attributes[name], value):
        return f'{name}="{excerpt(value)}" on <{element}> {wrong}'
    if name == "padding" and len(value.split()) > 1:
        return SHORTHAND.format(tag=element, value=value)
    return None
