"""Who asks, and who asks for too much that is not there."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from threading import Lock
from time import monotonic

from starlette.requests import Request

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_GUESSES = 20
"""Invalid tokens that a client may send in a window: mail programs damage a link now and then."""
_WINDOW = 60.0
"""Seconds."""
_KEPT = 10_000
"""Clients remembered; those who have been quiet for longest are forgotten first."""
_HOPS = 16
"""Proxies behind proxies."""
_PREFIX = 64
"""Bits of an IPv6 address that tell one household from another."""


class Clients:
    """Tells clients apart, by the word of trusted proxies only, and counts their guesses."""

    def __init__(self, trusted: Iterable[str]) -> None:
        """Take the trusted proxies' addresses or networks."""
        self._trusted: tuple[Network, ...] = tuple(ip_network(each) for each in trusted)
        self._guesses: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._lock = Lock()

    def may_guess(self, request: Request) -> bool:
        """Count one more invalid token of a request's client; False where it was one too many."""
        now, client = monotonic(), self._client(request)
        with self._lock:
            since, number = self._guesses.pop(client, (now, 0))
            if now - since > _WINDOW:
                since, number = now, 0
            self._guesses[client] = since, number + 1
            if len(self._guesses) > _KEPT:
                self._guesses.popitem(last=False)
        return number < _GUESSES

    def is_secure(self, request: Request) -> bool | None:
        """Whether the client's own connection is encrypted; None where no trusted proxy says."""
        if not self._is_trusted(_peer(request)):
            return None
        said = request.headers.get("x-forwarded-proto", "")
        return said.lower() == "https" if said else None

    def _client(self, request: Request) -> str:
        """The nearest address that is no trusted proxy's own, or its IPv6 network."""
        nearest = _peer(request)
        named = ",".join(request.headers.getlist("x-forwarded-for"))
        for each in reversed(named.rsplit(",", _HOPS)):
            if not self._is_trusted(nearest):
                break
            nearest = _address(each) or nearest
        if isinstance(nearest, IPv6Address):
            return str(ip_network((nearest, _PREFIX), strict=False))
        return str(nearest)

    def _is_trusted(self, address: Address | None) -> bool:
        return address is not None and any(address in network for network in self._trusted)


def _peer(request: Request) -> Address | None:
    return _address(request.client.host) if request.client else None


def _address(text: str) -> Address | None:
    """An address as proxies write it: with a port or brackets, or as IPv4 within IPv6."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        return address.ipv4_mapped or address
    return address
