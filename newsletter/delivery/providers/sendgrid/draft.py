"""A letter as SendGrid's v3 mail/send takes it: tags in one text, their values for each reader."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from newsletter.delivery.claim import Claim
from newsletter.edition import Letter, Reader
from newsletter.edition.personal import Personal, Place, Tokens

LARGEST_SUBSTITUTIONS = 10_000
"""Bytes of one personalization's tags and values."""
_SPLITS_AN_ADDRESS = re.compile(r'[,;<>@"\\]')
_OFF = {"enable": False}
_TRACKING = {
    "click_tracking": {"enable": False, "enable_text": False},
    "open_tracking": _OFF,
    "subscription_tracking": _OFF,
    "ganalytics": _OFF,
}
"""Said in each request, since an account's own settings hold otherwise."""

Personalization = dict[str, Any]


class Unfit(ValueError):
    """A reader for whom no mail can be made; the message is the reason."""


class Draft:
    """A letter with a tag at each personal place, ready for any number of readers.

    SendGrid replaces tags as plain text, in an order of its own. So no text of the letter
    holds any part of one, and a reader whose values do is refused.
    """

    def __init__(self, letter: Letter, sandbox: bool) -> None:
        self._letter = letter
        nonce = letter.digest[:16]  # which the letter cannot hold
        self._tag_part = re.compile(f"{nonce[:8]}|{nonce[8:]}", re.IGNORECASE)
        tags = Tokens(nonce)
        self._mail: dict[str, Any] = {
            "from": {"email": letter.sender_email, "name": letter.sender_name},
            **({"reply_to": {"email": letter.reply_to}} if letter.reply_to else {}),
            "subject": letter.subject,
            "content": [
                {"type": f"text/{kind}", "value": _tagged(document, tags)}
                for kind, document in letter.parts
            ],
            "tracking_settings": _TRACKING,
            **({"mail_settings": {"sandbox_mode": {"enable": True}}} if sandbox else {}),
        }
        self._tags = [(tags.token(place), place) for place in _places(letter)]
        self._room = LARGEST_SUBSTITUTIONS - sum(len(tag) for tag, _ in self._tags)

    def personalization(self, claim: Claim) -> Personalization:
        """What is one reader's own in a request: their address, headers and values.

        Raises:
            Unfit: where the reader's own words allow no mail.
        """
        reader = claim.reader
        values = reader.values
        substitutions = {tag: place.filled(values[place.field]) for tag, place in self._tags}
        if reason := reader.unfit or self._refusal(reader, substitutions.values()):
            raise Unfit(reason)
        return {
            "to": [_recipient(reader)],
            "headers": {
                **self._letter.shared_headers,
                **self._letter.own_headers(reader),
                "Message-ID": f"<{reader.message_id}>",
            },
            "substitutions": substitutions,
            # What SendGrid keeps for ever and shows to its staff: a number, no address.
            "custom_args": {"delivery": str(claim.delivery)},
        }

    def request(self, personalizations: Sequence[Personalization]) -> str:
        """The JSON of one request."""
        mail = {**self._mail, "personalizations": personalizations}
        return json.dumps(mail, ensure_ascii=False, separators=(",", ":"))

    def _refusal(self, reader: Reader, values: Iterable[str]) -> str | None:
        every = "\n".join((*reader, *values))
        try:
            every.encode()
        except UnicodeEncodeError:
            return "the name holds half a character, which is no UTF-8"
        if not (reader.unsubscribe_url.isascii() and reader.message_id.isascii()):
            return "a header of the mail would not be ASCII"
        if self._tag_part.search(every):
            return "the name or address holds a part of this mailing's substitution tags"
        if len("".join(values).encode()) > self._room:
            return f"the personal parts take more than SendGrid's {LARGEST_SUBSTITUTIONS:,} bytes"
        return None


def _recipient(reader: Reader) -> dict[str, str]:
    """The To line. SendGrid takes what follows a bare comma for another address.

    https://github.com/sendgrid/sendgrid-python/issues/291
    """
    name = reader.name
    if not name:
        return {"email": reader.email}
    if _SPLITS_AN_ADDRESS.search(name):
        name = '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'
    return {"email": reader.email, "name": name}


def _places(letter: Letter) -> list[Place]:
    """The distinct places of both parts; a value escaped otherwise is another place."""
    pieces = (piece for _, document in letter.parts for piece in document.parts)
    return list(dict.fromkeys(piece for piece in pieces if isinstance(piece, Place)))


def _tagged(document: Personal, tags: Tokens) -> str:
    return "".join(part if isinstance(part, str) else tags.token(part) for part in document.parts)
