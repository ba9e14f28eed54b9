"""Names that a template asks for and nobody gives, told in the template's own words."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from jinja2 import StrictUndefined, UndefinedError
from jinja2.utils import missing, object_type_repr

from newsletter.suggest import did_you_mean


class UnknownName(UndefinedError):
    """A name that does not exist, and what was asked for it."""

    def __init__(self, message: str, holder: Any, name: Any) -> None:
        self._holder, self._name = holder, name
        super().__init__(message)

    def told(self, names: Mapping[str, Any]) -> str:
        """A sentence with a guess; `names` are those that the template knows where it failed."""
        if self._holder is missing:
            return f"'{self._name}' is unknown{did_you_mean(self._name, names)}"
        holder = _name_of(self._holder, names)
        return f"'{holder}' has no '{self._name}'{did_you_mean(self._name, _parts(self._holder))}"


class Unknown(StrictUndefined):
    """Jinja2's strict undefined value, which fails as an `UnknownName`."""

    __slots__ = ()

    def __init__(
        self,
        hint: str | None = None,
        obj: Any = missing,
        name: str | None = None,
        exc: Any = UndefinedError,
    ) -> None:
        if hint is None and isinstance(name, str):
            exc = partial(UnknownName, holder=obj, name=name)
        super().__init__(hint, obj, name, exc)


def _name_of(holder: Any, names: Mapping[str, Any]) -> str:
    """What the template calls it; the type of what has no name, or shares its identity."""
    kind = object_type_repr(holder).removesuffix(" object").rpartition(".")[2].lower()
    if holder is None or isinstance(holder, str | int):
        return kind
    return next((name for name, value in names.items() if value is holder), kind)


def _parts(holder: Any) -> list[str]:
    known = holder if isinstance(holder, Mapping) else dir(holder)
    return [name for name in known if isinstance(name, str) and not name.startswith("_")]
