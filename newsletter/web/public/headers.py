"""Headers of every answer, and the one line that the log gets of it."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from time import perf_counter

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from newsletter.log import note, place_of
from newsletter.web.public.clients import Clients

LOG = logging.getLogger("newsletter.web")

_SAFE = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}
"""Of every answer that does not say otherwise."""
_HSTS = ("Strict-Transport-Security", "max-age=31536000")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
_SHOWN = re.compile(
    r"/|/[0-9]{4}-[0-9]{2}|/healthz|/webhooks/sendgrid|/assets/[a-z]+\.[a-z]+|/u/preview"
)
"""Paths that tell nothing about anybody."""


class SafeHeaders:
    """Adds the headers; and `Strict-Transport-Security` where readers come by TLS (RFC 6797)."""

    def __init__(self, app: ASGIApp, clients: Clients, *, tls: bool) -> None:
        """Take whether the public address, `web_url`, has TLS."""
        self._app, self._clients, self._tls = app, clients, tls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and complete its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def completed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _SAFE.items():
                    headers.setdefault(name, value)
                # Only a trusted proxy can say that this very request came without TLS.
                if self._tls and self._clients.is_secure(Request(scope)) is not False:
                    headers[_HSTS[0]] = _HSTS[1]
            await send(message)

        await self._app(scope, receive, completed)


class AccessLog:
    """One JSON object a request: no address, no token, no name of a client."""

    def __init__(self, app: ASGIApp, clock: Callable[[], float] = perf_counter) -> None:
        self._app, self._clock = app, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and note how it was answered."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status, size = self._clock(), 0, 0

        async def noted(message: Message) -> None:
            nonlocal status, size
            status = message.get("status", status)
            size += len(message.get("body", b"")) if scope["method"] != "HEAD" else 0
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception as error:
            log(logging.ERROR, "error", **_where(error))
        finally:
            log(
                logging.INFO,
                "request",
                method=scope["method"] if scope["method"] in _METHODS else "?",
                path=masked(scope["path"]),
                status=status,
                bytes=size,
                ms=round((self._clock() - began) * 1000, 1),
            )


def log(level: int, event: str, **entry: object) -> None:
    """Write one event down."""
    note(LOG, level, event, **entry)


def _where(error: Exception) -> dict[str, str]:
    """What went wrong and in which line; not the message, which may quote anything."""
    return {"error": type(error).__name__, "where": place_of(error)}


def masked(path: str) -> str:
    """A path for the log: tokens, and whatever strangers make up, are left out."""
    if _SHOWN.fullmatch(path):
        return path
    return "/u/…" if path.startswith("/u/") else "/…"
