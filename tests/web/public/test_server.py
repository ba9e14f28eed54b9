"""The public server against clients that are slow, long-winded or gone, over real sockets."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from newsletter.web.public import server as public
from newsletter.web.public.headers import AccessLog
from newsletter.web.public.server import Public
from newsletter.web.public.site import Site
from newsletter.web.serving import listen

HEAD = b"GET /healthz HTTP/1.1\r\nHost: news.digest.example\r\n"


@pytest.fixture
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('db')}/newsletter.db"


@contextmanager
def serving(site: Site) -> Iterator[int]:
    """The port of a server of a thread."""
    with listen("127.0.0.1", 0) as listening:
        server = Public(site).server()
        thread = Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(20)
            assert not thread.is_alive()


@pytest.fixture
def port(site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(public, "_HEAD_SECONDS", 0.4)
    monkeypatch.setattr(public, "_ANSWER_SECONDS", 1.5)
    monkeypatch.setattr(public, "_IDLE_SECONDS", 1)
    with serving(site) as port:
        yield port


@contextmanager
def connected(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        yield client


def rest(client: socket.socket) -> bytes:
    """All that comes until the server hangs up."""
    received = b""
    with suppress(ConnectionResetError):
        while piece := client.recv(65536):
            received += piece
    return received


def test_a_connection_that_says_nothing_is_ended(port: int) -> None:
    with connected(port) as client:
        began = time.monotonic()
        assert rest(client) == b""
        assert time.monotonic() - began < 2


def test_a_head_that_comes_drop_by_drop_is_not_waited_for(port: int) -> None:
    with connected(port) as client:
        began = time.monotonic()
        with suppress(BrokenPipeError, ConnectionResetError):
            for byte in HEAD * 10:
                client.sendall(bytes([byte]))
                time.sleep(0.05)
        assert time.monotonic() - began < 2


def test_a_second_request_that_comes_drop_by_drop_is_not_waited_for(port: int) -> None:
    with connected(port) as client:
        client.sendall(HEAD + b"\r\n")
        assert client.recv(65536).startswith(b"HTTP/1.1 200")
        client.sendall(HEAD)
        began = time.monotonic()
        assert b"HTTP/1.1 200" not in rest(client)
        assert time.monotonic() - began < 2


def test_an_endless_head_is_refused(port: int) -> None:
    with connected(port) as client:
        with suppress(BrokenPipeError, ConnectionResetError):
            client.sendall(HEAD + b"X: " + b"x" * 40_000)
        assert rest(client).startswith(b"HTTP/1.1 431")


def test_a_body_that_stalls_is_not_waited_for_for_ever(port: int) -> None:
    with connected(port) as client:
        client.sendall(b"POST /u/x HTTP/1.1\r\nHost: news.digest.example\r\n")
        client.sendall(b"Content-Length: 100\r\n\r\nList")
        began = time.monotonic()
        rest(client)
        assert time.monotonic() - began < 3


def test_a_body_that_is_too_long_is_refused_before_it_comes(port: int) -> None:
    with connected(port) as client:
        client.sendall(b"POST /webhooks/sendgrid HTTP/1.1\r\nHost: news.digest.example\r\n")
        client.sendall(b"Content-Length: 6000000\r\n\r\n")
        answer = rest(client)
        assert answer.startswith(b"HTTP/1.1 413")
        assert b"connection: close" in answer.lower()


@pytest.mark.parametrize(
    "nonsense",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # a client that tries TLS
        b"GET / HTTP/1.1\r\nHost: news.digest.example\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST /u/x HTTP/1.1\r\nHost: news.digest.example\r\nContent-Length: 1e3\r\n\r\n",
        b"GET /\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: news.digest.example\r\nX\x00: y\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
    ],
)
def test_what_is_no_request_gets_400_or_nothing(port: int, nonsense: bytes) -> None:
    with connected(port) as client:
        client.sendall(nonsense)
        answer = rest(client)
    assert not answer.startswith((b"HTTP/1.1 200", b"HTTP/1.1 5"))


def test_no_header_can_be_slipped_into_an_answer(port: int) -> None:
    with connected(port) as client:
        client.sendall(b"GET /u/x%0d%0aSet-Cookie:%20a=b HTTP/1.1\r\nHost: news.digest.example\r\n")
        client.sendall(b"Connection: close\r\n\r\n")
        assert b"set-cookie" not in rest(client).lower().partition(b"\r\n\r\n")[0]


def test_an_absolute_target_does_not_get_around_the_host(port: int) -> None:
    with connected(port) as client:
        client.sendall(HEAD.replace(b"/healthz", b"http://evil.example/healthz") + b"\r\n")
        assert rest(client).startswith(b"HTTP/1.1 400")


def test_a_client_that_hangs_up_harms_nobody(port: int) -> None:
    for _ in range(20):
        with connected(port) as client:
            client.sendall(HEAD + b"\r\n")
    with connected(port) as client:
        client.sendall(HEAD + b"Connection: close\r\n\r\n")
        assert rest(client).startswith(b"HTTP/1.1 200")


def test_a_client_that_takes_no_answer_is_not_waited_for(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = 50_000_000
    big = PlainTextResponse(b"x" * size)
    monkeypatch.setattr(public, "public_app", lambda _: big)
    monkeypatch.setattr(public, "_IDLE_SECONDS", 0.5)
    with serving(site) as port, connected(port) as client:
        client.sendall(HEAD + b"\r\n")
        time.sleep(3)
        assert len(rest(client)) < size


def test_requests_sent_together_are_answered_in_their_order(port: int) -> None:
    with connected(port) as client:
        client.sendall(HEAD + b"\r\n")
        client.sendall(HEAD.replace(b"/healthz", b"/nothing") + b"\r\n")
        client.sendall(HEAD + b"Connection: close\r\n\r\n")
        answers = rest(client)
    assert re.findall(rb"HTTP/1\.1 (\d+)", answers) == [b"200", b"404", b"200"]


def test_a_client_that_asks_again_and_again_and_takes_nothing_is_not_waited_for(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def big(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse(b"x" * 1_000_000)(scope, receive, send)

    monkeypatch.setattr(public, "public_app", lambda _: AccessLog(big))
    monkeypatch.setattr(public, "_ANSWER_SECONDS", 0.5)
    with serving(site) as port, connected(port) as client:
        client.sendall((HEAD + b"\r\n") * 40)
        time.sleep(2)
        assert len(rest(client)) < 40_000_000
    assert "error" not in caplog.text


def test_two_hundred_slow_clients_keep_nobody_out(port: int) -> None:
    slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(200)]
    for each in slow:
        each.sendall(HEAD)
    with connected(port) as client:
        client.sendall(HEAD + b"Connection: close\r\n\r\n")
        assert rest(client).startswith(b"HTTP/1.1 200")
    for each in slow:
        each.close()
