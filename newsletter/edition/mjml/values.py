"""Attribute values, held against the types MJML declares.

The patterns are those of mjml-core/lib/types, but for two that MJML left unanchored: it takes
`x rgb(1,2,3) y` for a colour and `12px` for an integer; this module does not.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from newsletter.edition.mjml.spec import load
from newsletter.suggest import did_you_mean


@dataclass(frozen=True, slots=True)
class _Type:
    """A declared type, ready to use."""

    pattern: re.Pattern[str]
    expected: str
    """Completes "write …"."""
    words: frozenset[str] = frozenset()
    """The words it takes, for a suggestion."""


def complaint(declared: tuple[str, ...], value: str) -> str | None:
    """Say what is wrong, as "is not valid; write …", or None if the value fits one of the types."""
    types = [_type(name) for name in declared]
    if any(it.pattern.fullmatch(value) for it in types):
        return None
    guess = did_you_mean(value, frozenset().union(*(it.words for it in types)))
    return f"is not valid; write {' or '.join(it.expected for it in types)}{guess}"


@cache
def _type(declared: str) -> _Type:
    """`unit(px,%){1,4}` is a kind, its arguments and how many values."""
    kind, arguments, count, *_ = [*re.split(r"[(){}]+", declared), "", ""]
    return _KINDS[kind](arguments.split(","), count or "1")


def _string(arguments: list[str], count: str) -> _Type:
    return _Type(re.compile(".*", re.DOTALL), "any text")


def _boolean(arguments: list[str], count: str) -> _Type:
    return _Type(re.compile("true|false"), "true or false", frozenset({"true", "false"}))


def _integer(arguments: list[str], count: str) -> _Type:
    return _Type(re.compile("[0-9]+"), "a whole number without a unit")


def _color(arguments: list[str], count: str) -> _Type:
    byte, alpha = r"[0-9]{1,3},\s?", r"[0-9](?:\.[0-9]{1,3})?"
    forms = (
        rf"(?i:rgba\({byte}{byte}{byte}{alpha}\)|rgb\({byte}{byte}[0-9]{{1,3}}\))",
        r"(?i:#(?:[0-9a-f]{3}){1,2})",
        *sorted(load().colors),
    )
    return _Type(
        re.compile("|".join(forms)),
        "a colour: #rrggbb, rgb(0,0,0), rgba(0,0,0,0.5) or a CSS name in lower case",
        load().colors,
    )


def _enum(arguments: list[str], count: str) -> _Type:
    words = [argument or "nothing" for argument in arguments]
    pattern = "|".join(map(re.escape, arguments))
    return _Type(re.compile(pattern), " or ".join(words), frozenset(arguments))


def _unit(arguments: list[str], count: str, sign: str = "") -> _Type:
    units = [unit for unit in arguments if unit != "auto"]
    auto = "|auto" if "auto" in arguments else ""
    length = rf"[0-9,.{sign}]+(?:{'|'.join(map(re.escape, units))})"
    named = " or ".join(unit or "no unit" for unit in units)
    return _Type(
        re.compile(rf"(?:(?:{length}|0{auto}) ?){{{count}}}"),
        f"a number with {named}{', or auto' if auto else ''}",
    )


def _signed_unit(arguments: list[str], count: str) -> _Type:
    return _unit(arguments, count, sign="-")


_KINDS: dict[str, Callable[[list[str], str], _Type]] = {
    "boolean": _boolean,
    "color": _color,
    "enum": _enum,
    "integer": _integer,
    "string": _string,
    "unit": _unit,
    "unitWithNegative": _signed_unit,
}
