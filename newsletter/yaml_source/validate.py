"""A source held against a pydantic model, with each objection at its line.

Pydantic says what is wrong in a vocabulary of error types; one table turns those that a
YAML file can cause into sentences for its author.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from newsletter.yaml_source.finding import Finding, Place
from newsletter.yaml_source.nodes import Mapping, Node, Scalar, Sequence
from newsletter.yaml_source.source import Source
from newsletter.yaml_source.suggest import did_you_mean

Model = TypeVar("Model", bound=BaseModel)

_SENTENCES = {
    "string_type": "{subject} must be text, not {found}",
    "list_type": "'{key}' must be a list, not {found}; write '- ' before each entry",
    "tuple_type": "'{key}' must be a list, not {found}; write '- ' before each entry",
    "dict_type": "'{key}' must be a mapping of keys to values, not {found}",
    "model_type": "{subject} must be a mapping of keys to values, not {found}",
    "model_attributes_type": "{subject} must be a mapping of keys to values, not {found}",
    "too_short": "'{key}' is empty; it needs at least one entry",
    "int_parsing": "'{key}' must be a whole number, not '{input}'",
    "int_type": "'{key}' must be a whole number, not {found}",
    "bool_parsing": "'{key}' must be true or false, not '{input}'",
    "greater_than": "'{key}' must be greater than {gt}",
    "greater_than_equal": "'{key}' must be at least {ge}",
    "less_than_equal": "'{key}' must be at most {le}",
    "literal_error": "'{key}' must be one of {expected}, not '{input}'",
    "value_error": "'{key}': {error}",
}
_KINDS = {Scalar: "text", Sequence: "a list", Mapping: "a mapping"}


def validate(
    model: type[Model], source: Source, absent: Callable[[Scalar], bool]
) -> tuple[Model | None, list[Finding]]:
    """The model's instance, or None and a finding for each objection.

    A key whose value is a scalar that `absent` accepts counts as not written.
    """
    try:
        return model.model_validate(_values(source.root, absent)), []
    except ValidationError as error:
        return None, [
            source.finding(message, place)
            for place, message in (
                _explain(details, source, model) for details in error.errors(include_url=False)
            )
        ]


def _values(node: Node, absent: Callable[[Scalar], bool]) -> Any:
    if isinstance(node, Mapping):
        return {
            key.text: _values(value, absent)
            for key, value in node.pairs
            if not (isinstance(value, Scalar) and absent(value))
        }
    if isinstance(node, Sequence):
        return [_values(item, absent) for item in node.items]
    return node.text


def _explain(details: Any, source: Source, model: type[BaseModel]) -> tuple[Place, str]:
    location = tuple(details["loc"])
    key = next((part for part in reversed(location) if isinstance(part, str)), "")
    if details["type"] == "extra_forbidden":
        known = _fields_at(model, location[:-1])
        return source.key_place(*location), f"unknown key '{key}'{did_you_mean(key, known)}"
    if details["type"] == "missing" and source.node(*location) is None:
        return source.place(*location[:-1]), f"'{key}' is missing; add it"
    return _wrong(details, source, location, key)


def _wrong(
    details: Any, source: Source, location: tuple[str | int, ...], key: str
) -> tuple[Place, str]:
    node = source.node(*location)
    if isinstance(node, Scalar) and not node.text.strip():
        return source.key_place(*location), f"'{key}' is empty; fill it in"
    sentence = _SENTENCES.get(details["type"], "'{key}': {msg}")
    subject = f"each entry of '{key}'" if isinstance(location[-1], int) else f"'{key}'"
    return source.place(*location), sentence.format(
        key=key,
        subject=subject,
        found=_KINDS.get(type(node), "nothing"),
        input=str(details["input"])[:60],
        msg=details["msg"],
        **details.get("ctx", {}),
    )


def _fields_at(model: type[BaseModel], location: tuple[str | int, ...]) -> list[str]:
    """Names of the fields of the model that a location leads to."""
    at: Any = model
    for step in location:
        if isinstance(step, str):
            at = at.model_fields[step].annotation if _is_model(at) else None
        at = _model_in(at)
    return list(at.model_fields) if _is_model(at) else []


def _model_in(annotation: Any) -> Any:
    """The model inside of `tuple[Model, ...]` or `Model | None`."""
    if _is_model(annotation):
        return annotation
    return next((found for arg in get_args(annotation) if (found := _model_in(arg))), None)


def _is_model(thing: Any) -> bool:
    return isinstance(thing, type) and issubclass(thing, BaseModel)
