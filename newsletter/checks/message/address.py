"""What can be wrong with the address of a link or an image."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from newsletter.config.values import web_link

_PLAIN = re.compile(r"https?://(?P<host>(?:[a-z0-9]+(?:-+[a-z0-9]+)*\.)+[a-z]{2,})(?:/[!-~]*)?")
"""By far most addresses; they need no closer look than at their host."""
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_MAILBOX = re.compile(r"[^@\s,<>]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_PHONE = re.compile(r"(?:tel|sms):\+?[\d().*#-]*\d[\d().*#-]*")
_NOWHERE = re.compile(r"(?:.*\.)?(?:localhost|local|internal|invalid|lan|home\.arpa)\.?")
_EXAMPLE = re.compile(r"(?:.*\.)?(?:example\.(?:com|net|org)|example|test)\.?")


@lru_cache(maxsize=1024)
def fault_of(address: str) -> str:
    """What is wrong, as the end of a sentence; '' where nothing is."""
    scheme = _SCHEME.match(address)
    if not address.strip():
        return "has no address"
    if address.startswith("#"):
        return ""
    if not scheme:
        return "has no https:// before it, so that it leads nowhere in a mail"
    return _FAULTS.get(scheme[0].lower(), _unknown)(address)


def _web(address: str) -> str:
    plain = _PLAIN.fullmatch(address)
    if plain and not _NOWHERE.fullmatch(plain["host"]):
        return ""
    try:
        web_link(address)
        host = urlsplit(address).hostname or ""
    except ValueError:
        return "is not a web address"
    is_unreachable = "." not in host and ":" not in host
    if is_unreachable or _NOWHERE.fullmatch(host) or _is_private(host):
        return "leads to a computer that readers cannot reach"
    return ""


def _is_private(host: str) -> bool:
    try:
        return not ip_address(host).is_global
    except ValueError:
        return False


def _mail(address: str) -> str:
    mailboxes = unquote(address.partition(":")[2].partition("?")[0])
    is_fine = all(_MAILBOX.fullmatch(each.strip()) for each in mailboxes.split(","))
    return "" if is_fine else "has no e-mail address after 'mailto:'"


def _phone(address: str) -> str:
    return "" if _PHONE.fullmatch(address) else "has no number"


def _unknown(address: str) -> str:
    return f"begins with '{address.partition(':')[0]}:', which mail programs do not open"


_FAULTS = {
    "https:": _web,
    "http:": _web,
    "mailto:": _mail,
    "tel:": _phone,
    "sms:": _phone,
}


def is_example(address: str) -> bool:
    """Whether it is of a domain kept for examples (RFC 2606)."""
    try:
        return bool(_EXAMPLE.fullmatch(urlsplit(address).hostname or ""))
    except ValueError:
        return False
