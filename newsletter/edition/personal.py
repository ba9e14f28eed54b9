"""Places in an edition that are filled in for each reader.

An edition is rendered once. Where a template names a reader's field, it leaves a token, a
word of letters and digits that passes through Jinja2, MJML and premailer untouched; the
finished text is split at the tokens, so that filling it in for a reader is joining strings.
Tokens come from a hash of the content: the same files give the same bytes, and no text can
hold the token of the issue it is in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Literal, NamedTuple
from urllib.parse import quote

from newsletter.suggest import did_you_mean

Field = Literal["first_name", "last_name", "email", "unsubscribe_url"]
Context = Literal["html", "text", "url"]
FIELDS: tuple[Field, ...] = ("first_name", "last_name", "email", "unsubscribe_url")

_ESCAPES: dict[Context, Callable[[str], str]] = {
    "html": escape,
    "text": lambda value: value,
    "url": lambda value: quote(value, safe=""),
}


class Place(NamedTuple):
    """A reader's field, how it is escaped, and what stands there where it is empty."""

    field: Field
    context: Context = "text"
    fallback: str = ""

    def filled(self, value: str) -> str:
        """What a reader sees here whose field has that value."""
        return _ESCAPES[self.context](value or self.fallback)

    def within(self, document: Context) -> Place:
        """The same place escaped as its document wants it, unless it is part of a URL."""
        return self if self.context == "url" else self._replace(context=document)


@dataclass(frozen=True)
class Personal:
    """A text in alternating stretches: literal, place, literal, …, literal."""

    parts: tuple[str | Place, ...]

    def fill(self, values: Mapping[Field, str]) -> str:
        """The text as one reader gets it."""
        return "".join(
            part if isinstance(part, str) else part.filled(values.get(part.field, ""))
            for part in self.parts
        )


@dataclass
class Tokens:
    """Hands out the tokens of one rendering, and splits its result at them."""

    nonce: str
    _places: list[Place] = field(default_factory=list)

    def token(self, place: Place) -> str:
        """The word that stands for a place."""
        if place not in self._places:
            self._places.append(place)
        return f"zz{self.nonce}{self._places.index(place):03d}zz"

    def count(self, text: str) -> int:
        """How often a token of this rendering occurs, whole."""
        return len(self._whole.findall(text))

    def damage(self, text: str) -> int | None:
        """Where the first token stands that is in other letters or cut off, if one is."""
        rest = self._whole.sub(lambda token: " " * len(token[0]), text).casefold()
        # Half a nonce is enough to know it by, and rare enough in any text.
        places = (rest.find(half) for half in (self.nonce[:8], self.nonce[-8:]))
        return min((place for place in places if place >= 0), default=None)

    def split(self, text: str, document: Context) -> Personal:
        """The text, split at its whole tokens.

        The document decides how a field is escaped, not the way its token came there, which
        may have been any of Jinja2's filters and operators.
        """
        pieces = self._whole.split(text)
        parts: list[str | Place] = list(pieces)
        parts[1::2] = [self._places[int(index)].within(document) for index in pieces[1::2]]
        return Personal(tuple(parts))

    @property
    def _whole(self) -> re.Pattern[str]:
        return re.compile(rf"zz{self.nonce}(\d{{3}})zz")


class Slot:
    """What a template holds of a reader's field: prints as a token.

    It is no string, and its value is unknown while rendering, so a template that compares,
    tests or cuts it fails at its own line.
    """

    def __init__(self, tokens: Tokens, place: Place) -> None:
        self._tokens, self._place = tokens, place

    def __str__(self) -> str:
        return self._tokens.token(self._place)

    def __bool__(self) -> bool:
        raise self.refusal()

    def __eq__(self, other: object) -> bool:
        raise self.refusal()

    __hash__ = None  # type: ignore[assignment]

    def refusal(self) -> TypeError:
        """Why a template cannot do that with a reader's field."""
        field = self._place.field
        return TypeError(
            f"'{field}' differs from reader to reader and is filled in later, so it can only be "
            f"printed; write {{{{ reader.{field} }}}} or {{{{ reader.{field} | default('…') }}}}"
        )

    def encoded(self) -> Slot:
        """The same field within a URL's query."""
        return Slot(self._tokens, self._place._replace(context="url"))

    def otherwise(self, fallback: str) -> Slot:
        """The same field with words for readers who left it empty."""
        return Slot(self._tokens, self._place._replace(fallback=fallback))


class ReaderSlots:
    """`reader` in templates."""

    def __init__(self, tokens: Tokens) -> None:
        self.first_name = Slot(tokens, Place("first_name"))
        self.last_name = Slot(tokens, Place("last_name"))
        self.email = Slot(tokens, Place("email"))

    def __getattr__(self, name: str) -> Slot:
        """Refuse what a reader has not, which `default` would take for an empty field."""
        if name.startswith("_"):
            raise AttributeError(name)
        raise TypeError(f"'reader' has no '{name}'{did_you_mean(name, vars(self))}")
