"""What stands in links and headers for a reader, signed, and with no address in it."""

from __future__ import annotations

import re
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hmac import compare_digest
from typing import NamedTuple

from newsletter.audience.keys import Key, Keyring

_FORM = re.compile(r"[A-Za-z0-9_-]{40}")
_BODY = struct.Struct(">qI")
"""Subscriber (64 bits) and mailing number (32 bits)."""
_KEY_ID = 2
_MAC = 16


class LinkToken(NamedTuple):
    """Whose link it is, which mailing it came with, and by which key."""

    subscriber: int
    mailing: int
    key_id: str
    """Of the key that made it, in hexadecimal."""


class Signer:
    """Makes the tokens and Message-IDs of one mailing."""

    def __init__(self, keyring: Keyring, mailing: int, month: str, domain: str) -> None:
        self._key = keyring.signing
        self._id = self._key.id[:_KEY_ID]
        self._mailing, self._month, self._domain = mailing, month, domain

    def token(self, subscriber: int) -> str:
        """40 characters of a URL: key id, subscriber, mailing, and a MAC of 128 bits."""
        body = _BODY.pack(subscriber, self._mailing)
        return urlsafe_b64encode(self._id + body + _mac(self._key, body)).decode("ascii")

    def message_id(self, address: str) -> str:
        """The same for the same issue and normalised address, and telling neither address."""
        digest = self._key.mac("message id", f"{self._month}:{address}".encode())
        return f"{self._month}.{digest.hex()[:32]}@{self._domain}"


def read_token(keyring: Keyring, token: str) -> LinkToken | None:
    """Whose a token is, or None where no known key made it; takes the same time for any MAC."""
    if not _FORM.fullmatch(token):
        return None
    raw = urlsafe_b64decode(token)
    body, mac = raw[_KEY_ID:-_MAC], raw[-_MAC:]
    for key in keyring.keys:
        if key.id[:_KEY_ID] == raw[:_KEY_ID] and compare_digest(_mac(key, body), mac):
            subscriber, mailing = _BODY.unpack(body)
            return LinkToken(subscriber, mailing, key.id.hex())
    return None


def _mac(key: Key, body: bytes) -> bytes:
    return key.mac("unsubscribe link", body)[:_MAC]
