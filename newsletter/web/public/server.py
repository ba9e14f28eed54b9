"""Running the public application: one process, its threads, and a calm end."""

from __future__ import annotations

import asyncio
import gc
import socket
from collections import deque
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from newsletter.web.public.app import public_app
from newsletter.web.public.site import Site
from newsletter.web.serving import stopped_by_signals

_HEAD_SECONDS = 10.0
"""For the head of a request to come, from the opening of its connection or its first byte."""
_HEAD_BYTES = 32 * 1024
_ANSWER_SECONDS = 60.0
"""For an answer to be worked out, and taken by its reader."""
_IDLE_SECONDS = 20
"""Between two requests of a connection."""
_CONNECTIONS = 2_000
"""More get a 503 at once."""
_GRACE = 10
"""Seconds for requests under way when the server is stopped."""


class Public:
    """One run of the public application."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def run(self, listening: socket.socket) -> None:
        """Serve until SIGINT or SIGTERM, finish what is under way, and return."""
        server = self.server()
        gc.collect()
        gc.freeze()  # what is loaded stays; looking through it made one answer in a hundred wait
        with stopped_by_signals(server):
            server.run(sockets=[listening])

    def server(self) -> uvicorn.Server:
        """What serves, not yet begun."""
        settings = uvicorn.Config(
            public_app(self._site),
            http=_Patient,
            log_config=None,
            log_level="critical",  # the access log is the application's own
            access_log=False,
            lifespan="off",
            ws="none",
            proxy_headers=False,  # the application knows whom it may believe
            server_header=False,
            limit_concurrency=_CONNECTIONS,
            timeout_keep_alive=_IDLE_SECONDS,
            timeout_graceful_shutdown=_GRACE,
        )
        return uvicorn.Server(settings)


class _Patient(HttpToolsProtocol):
    """Hangs up on whoever takes too long to ask or to take the answer, or asks at length.

    uvicorn itself waits for a request's head for ever, and reads one of any length.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._deadline: asyncio.TimerHandle | None = None
        self._head = 0
        self._open: deque[RequestResponseCycle] = deque()
        """Requests that have no whole answer yet; clients may ask without waiting for it."""

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._expect(_HEAD_SECONDS)

    def data_received(self, data: bytes) -> None:
        """Count what comes before a head is whole."""
        self._head += len(data)
        if self._deadline is None:
            self._expect(_HEAD_SECONDS)
        super().data_received(data)
        if self._head > _HEAD_BYTES and not self.transport.is_closing():
            self.transport.write(_TOO_LONG)
            self.transport.close()

    def on_headers_complete(self) -> None:
        """Wait for the rest, and for its answer.

        A target that names a host of its own is for proxies; uvicorn would leave that host out.
        """
        self._head = -(2**62)  # what comes now is the body, which has a limit of its own
        if not self.url.startswith(b"/"):
            self.send_400_response("This server is no proxy.")
            return
        self._expect(_ANSWER_SECONDS)
        super().on_headers_complete()
        self._open.append(self.cycle)

    def on_response_complete(self) -> None:
        """Wait for another request, whose answer may be under way already."""
        self._open.popleft()
        self._head = 0
        self._expect(_ANSWER_SECONDS if self._open else None)
        super().on_response_complete()

    def timeout_keep_alive_handler(self) -> None:
        """End an idle connection, even one whose client has not taken the answer yet."""
        super().timeout_keep_alive_handler()
        self._expect(_IDLE_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more, and answer nothing more."""
        self._expect(None)
        for cycle in self._open:
            cycle.disconnected = True
        super().connection_lost(exc)

    def _expect(self, seconds: float | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None if seconds is None else self.loop.call_later(seconds, self._end)

    def _end(self) -> None:
        for cycle in self._open:
            cycle.disconnected = True
        self.transport.abort()


_TOO_LONG = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"Content-Length: 0\r\nConnection: close\r\n\r\n"
)
