"""What comes with a request, read whole before it is answered, and never too much of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
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
    """Bytes that bodies under way may still take, all together; they count as they come."""

    left: int = 64 * 1024 * 1024


def body_of(request: Request) -> bytes:
    """The whole body of a request to a route that has `Bodies`."""
    return bytes(request.scope[_KEY])


class Bodies:
    """Reads a route's bodies up to a limit.

    Raises, for the application's own pages, HTTPException: 403 for one that is not to be read,
    413 for a longer one, 408 for one that does not come, 503 where too many come at once.
    """

    def __init__(
        self,
        app: ASGIApp,
        limit: int,
        budget: Budget,
        admits: Callable[[Headers], bool] = lambda _: True,
        patience: float = PATIENCE,
    ) -> None:
        """Take what a body may have, and what says by its headers that it is to be read at all."""
        self._app, self._limit, self._budget = app, limit, budget
        self._admits, self._patience = admits, patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on together with its body."""
        if scope["method"] != "POST":
            await self._app({**scope, _KEY: b""}, receive, send)
            return
        headers, body = Headers(scope=scope), bytearray()
        if int(headers.get("content-length", 0)) > self._limit:  # chunks have none
            raise _refusal(413)
        if not self._admits(headers):
            raise _refusal(403)
        try:
            if await self._read(receive, body):
                await self._app({**scope, _KEY: bytes(body)}, _nothing, send)
        finally:
            self._budget.left += len(body)

    async def _read(self, receive: Receive, body: bytearray) -> bool:
        """Read the whole body; False where the client has gone."""
        more = True
        try:
            async with asyncio.timeout(self._patience):
                while more:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return False
                    piece = message.get("body", b"")
                    if len(body) + len(piece) > self._limit:
                        raise _refusal(413)
                    if len(piece) > self._budget.left:
                        raise _refusal(503)
                    self._budget.left -= len(piece)
                    body += piece
                    more = message.get("more_body", False)
        except TimeoutError as error:
            raise _refusal(408) from error
        return True


async def _nothing() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


def _refusal(status: int) -> HTTPException:
    # What is left of the body is not read, so the connection is of no more use.
    return HTTPException(status, headers={"Connection": "close"})
