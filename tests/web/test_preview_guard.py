"""Which host names the preview answers to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from newsletter.web.guard import LOOPBACK, HostGuard

Status = Callable[[str], int]


@pytest.fixture
def status(getter: Callable[..., Callable[..., httpx.Response]]) -> Status:
    get = getter(HostGuard(Starlette(), {*LOOPBACK, "Desk.lan"}, "see --allow-host"))
    return lambda host: get("/", headers={"host": host}).status_code


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:8000", "localhost:1", "LOCALHOST", "[::1]:8000", "desk.lan:80"]
)
def test_known_hosts_are_let_in(status: Status, host: str) -> None:
    assert status(host) == 404


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8000",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "evil.example#127.0.0.1",
        "user@127.0.0.1",
        "127.0.0.1:8000:1",
        "[::2]",
        "::1",
        "0.0.0.0",  # noqa: S104 - a header, not a socket
        "",
    ],
)
def test_all_others_are_refused(status: Status, host: str) -> None:
    assert status(host) == 421


def test_a_refusal_says_what_to_do(getter: Callable[..., Callable[..., httpx.Response]]) -> None:
    get = getter(HostGuard(Starlette(), LOOPBACK, "see --allow-host"), "http://evil.example")
    assert "--allow-host" in get("/").text


Answer = tuple[int | None, str | None]
"""The status, and the path that the application saw."""


def answer(path: str, kind: str = "http") -> Answer:
    """What becomes of a request target that is sent as it is."""
    seen: list[str] = []
    said: list[int] = []

    async def app(scope: Any, _: Any, send: Any) -> None:
        seen.append(f"{scope['path']} {scope['raw_path'].decode()}")
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message: Any) -> None:
        if "status" in message:
            said.append(message["status"])

    async def ask() -> None:
        scope = {"type": kind, "method": "GET", "path": path, "raw_path": path.encode()}
        headers = [(b"host", b"127.0.0.1:8000")]
        await HostGuard(app, LOOPBACK, "no")({**scope, "headers": headers}, None, send)  # type: ignore[arg-type]

    asyncio.run(ask())
    return next(iter(said), None), next(iter(seen), None)


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("http://127.0.0.1:8000/2023-12", "/2023-12"),
        ("HTTP://LocalHost/2023-12", "/2023-12"),
        ("http://[::1]:8000", "/"),
        ("/http://evil.example/", "/http://evil.example/"),
    ],
)
def test_a_target_in_absolute_form_is_the_path_in_it(target: str, path: str) -> None:
    assert answer(target) == (200, f"{path} {path}")


@pytest.mark.parametrize(
    "target", ["http://evil.example/2023-12", "http://127.0.0.1@evil.example/", "https:///2023-12"]
)
def test_a_target_that_names_another_host_is_refused(target: str) -> None:
    assert answer(target) == (421, None)


def test_nothing_but_requests_is_let_in() -> None:
    assert answer("/", "websocket") == (None, None)
    assert answer("/", "lifespan")[1] == "/ /"
