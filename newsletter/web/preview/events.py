"""Server-sent events: one message to every open page."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

_RETRY_MS = 400
"""How long a page waits before it asks again for a server that went away."""


class Hub:
    """Where pages listen, and threads speak."""

    def __init__(self) -> None:
        self._listeners: dict[asyncio.Queue[str | None], asyncio.AbstractEventLoop] = {}
        self._closed = False

    def publish(self, event: dict[str, Any]) -> None:
        """Send an event to all pages; called from any thread."""
        self._put(f"data: {json.dumps(event)}\n\n")

    def close(self) -> None:
        """End all streams, now and to come; called from any thread or signal handler."""
        self._closed = True
        self._put(None)

    async def stream(self) -> AsyncIterator[str]:
        """What one page hears, until it leaves or the hub closes."""
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        self._listeners[queue] = asyncio.get_running_loop()
        try:
            yield f"retry: {_RETRY_MS}\n\n"
            while not self._closed and (message := await queue.get()) is not None:
                yield message
        finally:
            del self._listeners[queue]

    def _put(self, message: str | None) -> None:
        """No lock: a signal handler may run while its own thread would hold it."""
        for queue, loop in tuple(self._listeners.items()):
            loop.call_soon_threadsafe(queue.put_nowait, message)
