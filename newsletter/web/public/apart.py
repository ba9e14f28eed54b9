"""Endpoints that wait, kept apart from those that answer at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from anyio import CapacityLimiter, Semaphore, fail_after, to_thread
from starlette.requests import Request
from starlette.responses import Response

from newsletter.errors import StoreUnavailable

PATIENCE = 20.0
"""Seconds for one of the threads to come free."""


def apart(
    endpoint: Callable[[Request], Response], threads: int, patience: float = PATIENCE
) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that runs in so many threads of its own, not in those of all the others.

    Raises, for the application's own page, StoreUnavailable where none comes free: it is the
    database that they wait for.
    """
    free, limiter = Semaphore(threads), CapacityLimiter(threads)

    async def answer(request: Request) -> Response:
        try:
            with fail_after(patience):
                await free.acquire()
        except TimeoutError as error:
            raise StoreUnavailable("too many requests wait for the database") from error
        try:
            return await to_thread.run_sync(endpoint, request, limiter=limiter)
        finally:
            free.release()

    return answer
