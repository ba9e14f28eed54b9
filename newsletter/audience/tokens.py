"""What stands in links and headers for a reader, signed, and with no address in it."""

from __future__ import annotations

import re
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from hmac import compare_digest
from typing import NamedTuple

from newsletter.audience.keys import Key, Keyring

_LINK, _TAKING_BACK = "unsubscribe link", "undo"
"""What keys are for."""
_FORM = re.compile(r"[A-Za-z0-9_-]{40}")
_BODY = struct.Struct(">qI")
"""Subscriber (64 bits) and mailing number (32 bits)."""
_UNDO = struct.Struct(">qI")
"""Withdrawal (64 bits), and until when it can be undone in seconds since 1970 (32 bits)."""
_WHOSE = struct.Struct(">q")
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
        mac = self._key.mac(_LINK, body)[:_MAC]
        return urlsafe_b64encode(self._id + body + mac).decode("ascii")

    def message_id(self, address: str) -> str:
        """The same for the same issue and normalised address, and telling neither address."""
        digest = self._key.mac("message id", f"{self._month}:{address}".encode())
        return f"{self._month}.{digest.hex()[:32]}@{self._domain}"


def read_token(keyring: Keyring, token: str) -> LinkToken | None:
    """Whose a token is, or None where no known key made it; takes the same time for any MAC."""
    opened = _opened(keyring, _LINK, token)
    if opened is None:
        return None
    key, body = opened
    subscriber, mailing = _BODY.unpack(body)
    return LinkToken(subscriber, mailing, key.id.hex())


def undo_value(keyring: Keyring, subscriber: int, withdrawal: int, until: datetime) -> str:
    """What lets a subscriber undo one withdrawal until a moment; 40 characters of a URL."""
    key, body = keyring.signing, _UNDO.pack(withdrawal, int(until.timestamp()))
    mac = key.mac(_TAKING_BACK, _WHOSE.pack(subscriber) + body)[:_MAC]
    return urlsafe_b64encode(key.id[:_KEY_ID] + body + mac).decode("ascii")


def read_undo(keyring: Keyring, value: str, subscriber: int, now: datetime) -> int | None:
    """Which withdrawal of a subscriber may be undone by a value; None for a forged or late one."""
    opened = _opened(keyring, _TAKING_BACK, value, _WHOSE.pack(subscriber))
    if opened is None:
        return None
    withdrawal, until = _UNDO.unpack(opened[1])
    return int(withdrawal) if now.timestamp() <= until else None


def _opened(
    keyring: Keyring, purpose: str, text: str, bound: bytes = b""
) -> tuple[Key, bytes] | None:
    """The key that signed something for a purpose, and its body; `bound` was signed with it."""
    if not _FORM.fullmatch(text):
        return None
    raw = urlsafe_b64decode(text)
    body, mac = raw[_KEY_ID:-_MAC], raw[-_MAC:]
    for key in keyring.keys:
        if key.id[:_KEY_ID] == raw[:_KEY_ID] and compare_digest(
            key.mac(purpose, bound + body)[:_MAC], mac
        ):
            return key, body
    return None
