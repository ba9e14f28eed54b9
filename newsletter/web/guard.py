"""Which names an application answers to: none that somebody else has pointed at this machine.

The preview trusts whoever reaches it, so it must not be reachable through a name that
somebody else controls (DNS rebinding); and no cache on the way is to learn a page of ours
under a name that is not.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^\[\]:/@\s]+)(?::\d{1,5})?", re.IGNORECASE)
_ABSOLUTE = re.compile(r"https?://([^/?#]*)", re.IGNORECASE)


class HostGuard:
    """Lets requests through that name one of the hosts, once, with any port.

    The others get a sentence, `refusal`, and the status 421 (RFC 9110 §15.5.20).
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str], refusal: str) -> None:
        self._app, self._refusal = app, refusal
        self._hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] != "http":
            return  # nothing here speaks anything else
        elif self._knows(*Headers(scope=scope).getlist("host")) and self._is_ours(scope["path"]):
            await self._app(_in_origin_form(scope), receive, send)
        else:
            await PlainTextResponse(f"{self._refusal}\n", status_code=421)(scope, receive, send)

    def _knows(self, *headers: str) -> bool:
        match = _HOST.fullmatch(headers[0]) if len(headers) == 1 else None
        return match is not None and match[1].lower() in self._hosts

    def _is_ours(self, target: str) -> bool:
        """In absolute form, as a proxy is asked, the target names a host itself (RFC 9112 §3.2)."""
        match = _ABSOLUTE.match(target)
        return match is None or self._knows(match[1])


def _in_origin_form(scope: Scope) -> Scope:
    path, raw_path = scope["path"], scope.get("raw_path") or b""
    if not _ABSOLUTE.match(path):
        return scope
    raw_path = _ABSOLUTE.sub("", raw_path.decode("ascii")).encode("ascii")
    return {**scope, "path": _ABSOLUTE.sub("", path) or "/", "raw_path": raw_path or b"/"}
