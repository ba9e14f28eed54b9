"""Endpoints that wait, in threads of their own."""

from __future__ import annotations

import asyncio
from threading import Event

import pytest
from starlette.requests import Request
from starlette.responses import Response

from newsletter.errors import StoreUnavailable
from newsletter.web.public.apart import apart

REQUEST = Request({"type": "http", "headers": []})


def test_who_finds_no_thread_free_is_told_so_in_time() -> None:
    held = Event()

    def endpoint(_: Request) -> Response:
        held.wait(10)
        return Response("done")

    async def asked() -> list[Response | BaseException]:
        answer = apart(endpoint, threads=2, patience=0.1)
        asking = [asyncio.create_task(answer(REQUEST)) for _ in range(4)]  # type: ignore[arg-type]
        await asyncio.sleep(0.4)
        held.set()
        return await asyncio.gather(*asking, return_exceptions=True)

    first, second, *others = asyncio.run(asked())
    assert isinstance(first, Response)
    assert isinstance(second, Response)
    assert [type(each) for each in others] == [StoreUnavailable, StoreUnavailable]


def test_a_thread_comes_free_after_an_error_too() -> None:
    def endpoint(_: Request) -> Response:
        raise ZeroDivisionError

    async def asked() -> None:
        answer = apart(endpoint, threads=1, patience=0.1)
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                await answer(REQUEST)

    asyncio.run(asked())
