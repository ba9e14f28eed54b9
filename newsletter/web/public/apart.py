"""Endpoints that wait, kept apart from those that answer at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import Response


def apart(
    endpoint: Callable[[Request], Response], threads: int
) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that runs in so many threads of its own, not in those of all the others."""
    limiter = CapacityLimiter(threads)

    async def answer(request: Request) -> Response:
        return await to_thread.run_sync(endpoint, request, limiter=limiter)

    return answer
