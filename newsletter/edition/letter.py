"""An edition sealed for mailing: all that a message holds, but for its reader."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from email.utils import format_datetime
from functools import cached_property
from hashlib import sha256
from typing import Any, ClassVar, NamedTuple
from urllib.parse import urlsplit

from newsletter.config import Config
from newsletter.edition import headers
from newsletter.edition.personal import Field, Personal, Place
from newsletter.edition.render import Edition

_FORM = 1
"""Of a letter as it is kept: a change of its fields is a new form, and must still read the old."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_SPECIAL = re.compile(r'[ "(),:;<>\[\\\]]|@.*@')
"""What an address may hold in quotes only (RFC 5322 §3.2.3), or to smuggle in another."""


class Reader(NamedTuple):
    """Whom a message is for, and what in it is theirs alone."""

    email: str
    first_name: str
    last_name: str
    unsubscribe_url: str
    message_id: str
    """Without its angle brackets."""

    @property
    def name(self) -> str:
        """The display name of the To line; empty where none is known."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def values(self) -> Mapping[Field, str]:
        """What stands at the edition's personal places."""
        return {
            "first_name": self.first_name,
            "last_name": self.last_name,
            "email": self.email,
            "unsubscribe_url": self.unsubscribe_url,
        }

    @property
    def unfit(self) -> str | None:
        """Why no message can be made for this reader, if none can."""
        if not self.email:
            return "there is no address"
        if _CONTROL.search("".join(self)):  # one search, since nearly all are fit
            name = next(name for name in self._fields if _CONTROL.search(getattr(self, name)))
            return f"{name.replace('_', ' ')} holds a control character"
        if not self.email.isascii():
            return "the address is not ASCII, which the provider may not take (SMTPUTF8)"
        if _SPECIAL.search(self.email):
            return "the address holds a character that would need quotes"
        return None


@dataclass(frozen=True)
class Letter:
    """A month's mail as it is kept in the ledger: going on later sends just this."""

    month: str
    subject: str
    language: str
    sender_name: str
    sender_email: str
    reply_to: str
    """Empty where answers go to the sender."""
    list_name: str
    list_id: str
    date: str
    """As RFC 5322 writes it."""
    feedback_id: str
    web_url: str
    """Base of the readers' links."""
    html: Personal
    text: Personal

    @property
    def digest(self) -> str:
        """SHA-256 of everything in it."""
        return sha256(self.to_json().encode()).hexdigest()

    @property
    def content(self) -> str:
        """SHA-256 of what readers get: all but the date."""
        return replace(self, date="").digest

    purpose: ClassVar[str] = "test"
    """What a copy of it is for that belongs to no mailing."""

    @property
    def parts(self) -> tuple[tuple[str, Personal], ...]:
        """Kind and content of each body, the plainest first (RFC 2046 §5.1.4)."""
        return (("plain", self.text), ("html", self.html))

    @property
    def sender_domain(self) -> str:
        """The domain that signs the mail and names its messages."""
        return self.sender_email.rpartition("@")[2]

    def test_copy(self) -> Letter:
        """The same letter, marked so that nobody takes it for the mailing."""
        return replace(self, subject=f"[TEST] {self.subject}")

    @cached_property
    def shared_headers(self) -> dict[str, str]:
        """The fields of a mailing list's mail that are the same for all; each on one line."""
        field = headers.mailbox("List-Id", self.list_name, self.list_id)
        return {
            "List-Id": field.replace("\r\n", "").removeprefix("List-Id: "),
            "Feedback-ID": self.feedback_id,
            "Content-Language": self.language,
        }

    def own_headers(self, reader: Reader) -> dict[str, str]:
        """Those that are a reader's own: how to leave (RFC 8058)."""
        return {
            "List-Unsubscribe": f"<{reader.unsubscribe_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }

    def to_json(self) -> str:
        """The same letter always gives the same text, which names the form it is in."""
        document = {"form": _FORM, **asdict(self)}
        return json.dumps(document, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, document: str) -> Letter:
        """The letter that `to_json` wrote.

        Raises:
            ValueError: where another version of this program wrote it, in a form of its own.
        """
        fields: dict[str, Any] = json.loads(document)
        if fields.pop("form", None) != _FORM:
            raise ValueError("the letter is kept in another form")
        html, text = (_personal(fields.pop(name)["parts"]) for name in ("html", "text"))
        return cls(**fields, html=html, text=text)


def seal(edition: Edition, month: str, config: Config, date: datetime) -> Letter:
    """Freeze an edition with the headers that all its messages share."""
    return Letter(
        month=month,
        subject=edition.subject,
        language=edition.language,
        sender_name=config.sender.name,
        sender_email=config.sender.email,
        reply_to=config.reply_to or "",
        list_name=config.name,
        list_id=config.list_id or urlsplit(config.web_url).hostname or "",
        date=format_datetime(date),
        feedback_id=f"{month}:digest:newsletter:{_sender_id(config)}",
        web_url=config.web_url,
        html=edition.html,
        text=edition.text,
    )


def _sender_id(config: Config) -> str:
    """5 to 15 characters that stay the same for a sender, as Gmail's Feedback-ID asks."""
    domain = config.sender.email.rpartition("@")[2]
    return re.sub(r"[^a-z0-9]", "", domain.lower())[:15].ljust(5, "0")


def _personal(parts: list[Any]) -> Personal:
    return Personal(tuple(part if isinstance(part, str) else Place(*part) for part in parts))
