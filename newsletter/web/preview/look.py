"""How a page looks at an issue: the query of its address, to be bookmarked and sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any
from unicodedata import category
from urllib.parse import urlencode

from newsletter.config import Config
from newsletter.config.values import email_address
from newsletter.edition import SPECIMEN_EMAIL, specimen
from newsletter.edition.personal import Field

VIEWS = {
    "mail": "Mail",
    "outlook": "Outlook",
    "text": "Plain text",
    "inbox": "Inbox",
    "source": "Source",
    "message": "Message",
}
"""Each view and its name in the tool bar."""

_CHOICES: dict[str, tuple[str, ...]] = {
    "view": tuple(VIEWS),
    "scheme": ("light", "dark"),
    "images": ("on", "off"),
    "styles": ("on", "off"),
}
"""What a key of the query may be; the first is meant where it is absent or anything else."""
_LONGEST_NAME = 200
_JOINERS = "\u200c\u200d"


@dataclass(frozen=True)
class Look:
    """What is chosen in the tool bar."""

    view: str = "mail"
    scheme: str = "light"
    images: str = "on"
    styles: str = "on"
    name: str = ""
    """Of the reader to show the mail as; the first word is the first name."""
    email: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Look:
        """Read a query; what it says wrongly is ignored."""
        chosen = {key: _chosen(query.get(key), choices) for key, choices in _CHOICES.items()}
        return cls(**chosen, name=_line(query.get("name")), email=_line(query.get("email")))

    def query(self, **changes: str) -> str:
        """`?view=text&scheme=dark`, without what is the default anyway."""
        changed = replace(self, **changes)
        values = {each.name: getattr(changed, each.name) for each in fields(changed)}
        told = {key: value for key, value in values.items() if value != getattr(Look, key)}
        return f"?{urlencode(told)}" if told else ""

    def reader(self, config: Config) -> Mapping[Field, str]:
        """The reader's values; without an address that could be one, those of the specimen."""
        first, _, last = self.name.partition(" ")
        email = self.address or SPECIMEN_EMAIL
        return specimen(config, email, first_name=first, last_name=last)

    @property
    def address(self) -> str | None:
        """The reader's address, normalised, if it could be one."""
        try:
            return email_address(self.email)
        except ValueError:
            return None


def _chosen(value: str | None, choices: tuple[str, ...]) -> Any:
    return value if value in choices else choices[0]


def _line(value: str | None) -> str:
    """One line of visible characters: these end up in headers and pages."""
    return " ".join("".join(map(_visible, value or "")).split())[:_LONGEST_NAME]


def _visible(char: str) -> str:
    """Joiners belong to the spelling of names, as in Persian; other format characters do not."""
    if char in _JOINERS or char.isprintable():
        return char
    return "" if category(char) == "Cf" else " "
