"""What comes with a request, read whole before it is answered, and never too much of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PATIENCE = 30.0
"""Seconds for a body to arrive."""
_KEY = "newsletter.body"


@dataclass
class Budget:
    """Bytes that all bodies under way may still take."""

    left: int = 64 * 1024 * 1024


def body_of(request: Request) -> bytes:
    """The whole body of a request to a route that has `Bodies`."""
    return bytes(request.scope[_KEY])


class Bodies:
    """Reads a route's bodies up to a limit.

    Raises, for the application's own pages, HTTPException: 413 for a longer one, 408 for one
    that does not come, 503 where too many come at once.
    """

    def __init__(
        self, app: ASGIApp, limit: int, budget: Budget, patience: float = PATIENCE
    ) -> None:
        self._app, self._limit, self._budget, self._patience = app, limit, budget, patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on together with its body."""
        if scope["method"] != "POST":
            await self._app({**scope, _KEY: b""}, receive, send)
            return
        length = Headers(scope=scope).get("content-length")
        # Chunks come without a length, and could be as much as is allowed.
        expected = int(length) if length is not None else self._limit
        if expected > self._limit:
            raise _refusal(413)
        if expected > self._budget.left:
            raise _refusal(503)
        self._budget.left -= expected
        try:
            body = await self._read(receive)
            if body is not None:
                await self._app({**scope, _KEY: body}, _nothing, send)
        finally:
            self._budget.left += expected

    async def _read(self, receive: Receive) -> bytes | None:
        """The body, or None where the client has gone."""
        body, more = bytearray(), True
        try:
            async with asyncio.timeout(self._patience):
                while more:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return None
                    body += message.get("body", b"")
                    if len(body) > self._limit:
                        raise _refusal(413)
                    more = message.get("more_body", False)
        except TimeoutError as error:
            raise _refusal(408) from error
        return bytes(body)


async def _nothing() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


def _refusal(status: int) -> HTTPException:
    # What is left of the body is not read, so the connection is of no more use.
    return HTTPException(status, headers={"Connection": "close"})
