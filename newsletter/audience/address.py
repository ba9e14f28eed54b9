"""An address as it is written to, and as it is known by."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from newsletter.config.values import email_parts

_PLAIN_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
"""The dot-atom of RFC 5322 §3.2.3, which is nearly every local part there is."""
_PLAIN_DOMAIN = re.compile(r"(?:[a-z0-9](?:-?[a-z0-9]){0,30}\.)+[a-z]{2,63}")
"""Host names without anything odd; two hyphens together may be IDNA's."""
_LONGEST_DOMAIN = 253
"""RFC 1035 §2.3.4, whose 255 octets count the length of each label, and the root."""
_LONGEST_LOCAL = 64
_LONGEST = 254
"""RFC 5321 §4.5.3.1, with erratum 1690 of RFC 3696."""
_SHOWN = 100
_DOMAINS = 65_536
"""Domains remembered during one import: memory stays bounded however many there are."""


class Address(NamedTuple):
    """What a subscriber is reached at."""

    email: str
    """As mail is sent to it: local part as typed, domain in lower-case ASCII (IDNA)."""
    key: str
    """The same for all ways to type it: the local part case-folded too."""
    domain: str


def normalise(text: str) -> Address:
    """An address in its normal form; no name server is asked.

    `Ann+news@EXAMPLE.org` keeps its tag and has the key `ann+news@example.org`.

    Raises:
        ValueError: a sentence saying why it is none, or why mail cannot reach it.
    """
    return Address(*Addresses().normal(text))


class Addresses:
    """Normalises many addresses, looking at each domain once."""

    def __init__(self) -> None:
        from email_validator import SPECIAL_USE_DOMAIN_NAMES

        self._special = tuple(f".{name}" for name in SPECIAL_USE_DOMAIN_NAMES)
        self._domain = lru_cache(_DOMAINS)(self._ascii_domain)

    def normal(self, text: str) -> tuple[str, str, str]:
        """As `normalise`: the fields of an `Address`, whose making takes as long again."""
        text = text.strip()
        local, at, domain = text.rpartition("@")
        if at and len(local) <= _LONGEST_LOCAL and _PLAIN_LOCAL.fullmatch(local):
            ascii_domain = self._domain(domain)
            if ascii_domain and len(local) + len(ascii_domain) < _LONGEST:
                email = f"{local}@{ascii_domain}"
                return email, email if local.islower() else email.lower(), ascii_domain
        return _judged(text)

    def _ascii_domain(self, typed: str) -> str | None:
        domain = typed.lower()
        if _PLAIN_DOMAIN.fullmatch(domain) and not domain.endswith(self._special):
            return domain if len(domain) <= _LONGEST_DOMAIN else None
        try:
            return _judged(f"a@{typed}").domain
        except ValueError:  # told with the whole address, by whoever asked
            return None


def _judged(text: str) -> Address:
    """What email-validator says, in our sentences.

    Raises:
        ValueError: where the address is none.
    """
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    local = text.rpartition("@")[0]
    if local and not local.isascii():
        raise ValueError(
            f"'{shown}' cannot be written to: letters beyond ASCII before the @ "
            "need SMTPUTF8, which few servers take; ask for another address"
        )
    local, domain = email_parts(text, shown)
    return Address(f"{local}@{domain}", f"{local.lower()}@{domain}", domain)
