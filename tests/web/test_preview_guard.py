"""Which host names the preview answers to."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from starlette.applications import Starlette

from newsletter.web.preview.guard import LOOPBACK, HostGuard

Status = Callable[[str], int]


@pytest.fixture
def status(getter: Callable[..., Callable[..., httpx.Response]]) -> Status:
    get = getter(HostGuard(Starlette(), {*LOOPBACK, "Desk.lan"}))
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
    get = getter(HostGuard(Starlette(), LOOPBACK), "http://evil.example")
    assert "--allow-host" in get("/").text
