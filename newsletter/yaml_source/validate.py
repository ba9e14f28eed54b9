"""A source held against a pydantic model, with each objection at its line.

Pydantic says what is wrong in a vocabulary of error types; one table turns those that a
YAML file can cause into sentences for its author.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from newsletter.suggest import did_you_mean
from newsletter.yaml_source.finding import MAX_FINDINGS, Finding, Place
from newsletter.yaml_source.nodes import Mapping, Node, Scalar, Sequence
from newsletter.yaml_source.source import Source
from newsletter.yaml_source.text import split_lines

Model = TypeVar("Model", bound=BaseModel)

_SENTENCES = {
    "string_type": "{subject} must be text, not {found}",
    "tuple_type": "'{key}' must be a list, not {found}; write '- ' before each entry",
    "dict_type": "'{key}' must be a mapping of keys to values, not {found}",
    "model_type": "{subject} must be a mapping of keys to values, not {found}",
    "too_short": "'{key}' is empty; it needs at least one entry",
    "int_parsing": "'{key}' must be a whole number, not '{input}'",
    "int_parsing_size": "'{key}' must be a whole number, not '{input}'",
    "int_type": "'{key}' must be a whole number, not {found}",
    "bool_type": "'{key}' must be true or false, not {found}",
    "bool_parsing": "'{key}' must be true or false, not '{input}'",
    "greater_than": "'{key}' must be greater than {gt}",
    "greater_than_equal": "'{key}' must be at least {ge}",
    "less_than_equal": "'{key}' must be at most {le}",
    "literal_error": "'{key}' must be one of {expected}, not '{input}'",
    "value_error": "'{key}': {error}",
}
_KINDS = {Scalar: "text", Sequence: "a list", Mapping: "a mapping"}


Absent = Callable[[Scalar], bool]
"""Says of a value whether its key counts as not written."""


def validate(
    model: type[Model], source: Source, absent: Absent
) -> tuple[Model | None, list[Finding]]:
    """The model's instance, or None and a finding for each objection.

    What the source itself has for problems is an objection too.
    """
    try:
        instance, findings = model.model_validate(_values(source.root, absent, model)), []
    except ValidationError as error:
        instance, findings = None, _objections(error, source, model)
    findings = in_order([*source.problems, *findings])
    return (None if findings else instance), findings


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Findings by their places, each once: an alias repeats what is wrong with its target."""
    return sorted(dict.fromkeys(findings), key=lambda found: (found.line, found.column))


def _objections(error: ValidationError, source: Source, model: type[BaseModel]) -> list[Finding]:
    told = (
        details for details in error.errors(include_url=False) if not _follows_from_others(details)
    )
    return [
        source.finding(message, place)
        for details in islice(told, MAX_FINDINGS)
        for place, message in [_explain(details, source, model)]
    ]


def _follows_from_others(details: Any) -> bool:
    """Pydantic counts only valid entries, so a list of broken ones is "too short" as well."""
    return details["type"] == "too_short" and bool(details["input"])


def _values(node: Node, absent: Absent, model: Any) -> Any:
    """Plain values for pydantic. An unknown key stays even without a value: it is a slip."""
    if isinstance(node, Mapping):
        return {
            key.text: _values(value, absent, _part(model, key.text))
            for key, value in node.pairs
            if not (_knows(model, key.text) and isinstance(value, Scalar) and absent(value))
        }
    if isinstance(node, Sequence):
        return [_values(item, absent, model) for item in node.items]
    return node.text


def _explain(details: Any, source: Source, model: type[BaseModel]) -> tuple[Place, str]:
    location = tuple(details["loc"])
    if location[-1:] == ("[key]",):  # pydantic's word for a key that is itself wrong
        return source.key_place(*location[:-1]), f"'{location[-3]}': {details['ctx']['error']}"
    key = next((part for part in reversed(location) if isinstance(part, str)), "")
    if details["type"] == "extra_forbidden":
        return source.key_place(*location), _unknown_key(key, model, location[:-1])
    node = source.node(*location)
    if node is None:
        return source.place(*location[:-1]), f"'{key}' is missing; add it"
    if details["type"] == "missing" or (isinstance(node, Scalar) and not node.text.strip()):
        place = source.key_place(*location)
        return place, _empty(key, location[-1], split_lines(source.text)[place.line - 1])
    return source.place(*location), _wrong(details, node, location, key)


def _unknown_key(key: str, model: Any, location: tuple[str | int, ...]) -> str:
    for step in location:
        model = _part(model, step)
    known = model.model_fields
    hint = did_you_mean(key, known) or f"; remove it, or use one of {', '.join(known)}"
    return f"unknown key '{key}'{hint}"


def _empty(key: str, last: str | int, line: str) -> str:
    what = f"an entry of '{key}'" if isinstance(last, int) else f"'{key}'"
    comment = " (text that begins with '#' needs quotes)" if "#" in line else ""
    return f"{what} is empty; fill it in{comment}"


def _wrong(details: Any, node: Node, location: tuple[str | int, ...], key: str) -> str:
    sentence = _SENTENCES.get(details["type"], "'{key}': {msg}")
    return sentence.format(
        key=key,
        subject=f"each entry of '{key}'" if isinstance(location[-1], int) else f"'{key}'",
        found=_KINDS[type(node)],
        input=str(details["input"])[:60],
        msg=details["msg"],
        **details.get("ctx", {}),
    )


def _knows(model: Any, key: str) -> bool:
    return model is not None and key in model.model_fields


def _part(model: Any, step: str | int) -> Any:
    """The model at a step inside of another, or None; entries of a list share the list's."""
    if isinstance(step, int):
        return model
    return _model_in(model.model_fields[step].annotation) if _knows(model, step) else None


def _model_in(annotation: Any) -> Any:
    """The model inside of `tuple[Model, ...]` or `Model | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for arg in get_args(annotation) if (found := _model_in(arg))), None)
