"""What stands before the pages: host names, headers, limits, the log, and what goes wrong."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import logging
from collections.abc import AsyncIterator
from threading import Event, Thread

import httpx
import pytest
from sqlalchemy import insert, text, update
from starlette.exceptions import HTTPException

from newsletter.audience.keys import Keyring
from newsletter.audience.tokens import Signer
from newsletter.errors import StoreUnavailable
from newsletter.store import subscribers, writing
from newsletter.web.public.app import public_app
from newsletter.web.public.bodies import Bodies, Budget, body_of
from newsletter.web.public.clients import Clients
from newsletter.web.public.headers import masked
from newsletter.web.public.site import Site
from tests.web.public.conftest import Ask, asking

PATHS = ["/", "/2023-12", "/u/preview", "/u/x", "/healthz", "/assets/public.css", "/nothing"]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_is_safe_by_default(ask: Ask, path: str) -> None:
    headers = ask("GET", path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"
    assert headers["strict-transport-security"] == "max-age=31536000"
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src" not in policy
    assert "set-cookie" not in headers
    assert "server" not in headers


def test_strict_transport_security_is_for_those_who_come_by_tls(site: Site) -> None:
    behind = dataclasses.replace(site, clients=Clients(("127.0.0.1",)))
    for said, there in (("http", False), ("https", True)):
        answer = asking(behind)("GET", "/healthz", headers={"X-Forwarded-Proto": said})
        assert ("strict-transport-security" in answer.headers) is there


@pytest.mark.parametrize("host", ["evil.example", "news.digest.example.evil.example", "", "a@b"])
def test_other_host_names_are_refused(ask: Ask, host: str) -> None:
    answer = ask("GET", "/healthz", headers={"Host": host})
    assert answer.status_code == 421
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("host", ["news.digest.example", "NEWS.digest.example:443", "127.0.0.1:80"])
def test_the_public_name_and_this_machine_are_answered(ask: Ask, host: str) -> None:
    assert ask("GET", "/healthz", headers={"Host": host}).status_code == 200


def test_two_host_names_are_none(ask: Ask) -> None:
    hosts = [("Host", "news.digest.example"), ("Host", "evil.example")]
    assert ask("GET", "/healthz", headers=hosts).status_code == 421


@pytest.mark.parametrize(
    "path",
    [
        "/nothing", "/2023-13", "/2023-1", "/u/", "/u", "/assets/", "/assets/../app.py",
        "/assets/%2e%2e%2fapp.py", "/assets/public.css/", "/%00", "/u/x/y", "/2023-12/",
        "/٢٠٢٣-١٢",
    ],
)  # fmt: skip
def test_what_is_not_there_has_a_page_of_its_own(ask: Ask, path: str) -> None:
    answer = ask("GET", path)
    assert answer.status_code == 404
    assert "<h1>" in answer.text
    assert answer.headers["content-type"].startswith("text/html")


def test_other_methods_are_refused(ask: Ask) -> None:
    for method, path in (("DELETE", "/u/x"), ("POST", "/2023-12"), ("GET", "/webhooks/sendgrid")):
        assert ask(method, path).status_code == 405


def test_a_body_has_its_limit(ask: Ask) -> None:
    answer = ask("POST", "/u/x", content=b"x" * 20_000)
    assert answer.status_code == 413
    assert answer.headers["connection"] == "close"
    assert (
        ask("POST", "/webhooks/sendgrid", content=b"x" * (5 * 1024 * 1024 + 1)).status_code == 413
    )


def test_a_body_in_chunks_has_its_limit_too(ask: Ask) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 1000

    assert ask("POST", "/u/x", content=chunks()).status_code == 413


def bodies(budget: Budget, patience: float = 0.05) -> Bodies:
    return Bodies(lambda *_: None, limit=100, budget=budget, patience=patience)  # type: ignore[arg-type]


SCOPE = {"type": "http", "method": "POST", "headers": [(b"content-length", b"60")]}


def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    budget = Budget(100)

    async def never() -> dict[str, object]:
        await asyncio.sleep(10)
        return {}

    with pytest.raises(HTTPException) as refusal:
        asyncio.run(bodies(budget)(dict(SCOPE), never, None))  # type: ignore[arg-type]
    assert refusal.value.status_code == 408
    assert budget.left == 100


def test_all_bodies_together_have_a_limit() -> None:
    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"x" * 60, "more_body": False}

    budget = Budget(59)
    with pytest.raises(HTTPException) as refusal:
        asyncio.run(bodies(budget)(dict(SCOPE), receive, None))  # type: ignore[arg-type]
    assert refusal.value.status_code == 503
    assert budget.left == 59


def test_a_body_takes_room_only_as_it_comes() -> None:
    budget = Budget(100)
    seen = []

    async def receive() -> dict[str, object]:
        seen.append(budget.left)
        return {"type": "http.request", "body": b"x" * 20, "more_body": len(seen) < 3}

    async def app(*_: object) -> None:
        seen.append(budget.left)

    asyncio.run(Bodies(app, 100, budget)(dict(SCOPE), receive, None))  # type: ignore[arg-type]
    assert seen == [100, 80, 60, 40]
    assert budget.left == 100


def test_a_body_that_is_not_to_be_read_is_not_waited_for() -> None:
    refusing = Bodies(lambda *_: None, 100, Budget(), lambda _: False)  # type: ignore[arg-type]
    with pytest.raises(HTTPException) as refusal:
        asyncio.run(refusing(dict(SCOPE), None, None))  # type: ignore[arg-type]
    assert refusal.value.status_code == 403


def test_a_dead_database_is_a_page_for_readers_and_a_reason_in_the_log(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> None:
        raise StoreUnavailable("newsletter.db: error: the disk is full")

    monkeypatch.setattr("newsletter.web.public.app.health", full)
    with caplog.at_level(logging.INFO, "newsletter.web"):
        answer = asking(site)("GET", "/healthz")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert "disk" not in answer.text
    assert json.loads(caplog.records[0].message)["said"].endswith("the disk is full")


def test_writers_that_wait_keep_no_reader_waiting(site: Site, token: str) -> None:
    app, waiting = public_app(site), Event()

    async def asked() -> list[int]:
        transport = httpx.ASGITransport(app)
        base = site.config.web_url
        async with httpx.AsyncClient(transport=transport, base_url=base) as client:
            posts = [
                asyncio.create_task(client.post(f"/u/{token}", data={"action": "unsubscribe"}))
                for _ in range(60)
            ]
            await asyncio.sleep(0.3)
            readers = [await client.get(path) for path in ("/", "/u/preview", f"/u/{token}")]
            waiting.set()
            return [each.status_code for each in (*readers, *await asyncio.gather(*posts))]

    def hold() -> None:
        with writing(site.engine) as connection:
            connection.execute(update(subscribers).values(language="en"))
            held.set()
            waiting.wait(20)

    held = Event()
    holder = Thread(target=hold)
    holder.start()
    held.wait(10)
    assert set(asyncio.run(asyncio.wait_for(asked(), 25))) == {200}
    holder.join()


def test_a_client_that_has_gone_gets_nothing() -> None:
    async def gone() -> dict[str, str]:
        return {"type": "http.disconnect"}

    budget = Budget(100)
    asyncio.run(bodies(budget)(dict(SCOPE), gone, None))  # type: ignore[arg-type]
    assert budget.left == 100


def test_a_body_comes_whole(ask: Ask) -> None:
    del ask
    seen = []

    async def app(scope: dict[str, object], receive: object, send: object) -> None:
        from starlette.requests import Request

        seen.append(body_of(Request(scope)))

    pieces = iter([b"List-Unsub", b"scribe=One-Click", b""])

    async def receive() -> dict[str, object]:
        piece = next(pieces)
        return {"type": "http.request", "body": piece, "more_body": bool(piece)}

    asyncio.run(Bodies(app, 100, Budget())(dict(SCOPE), receive, None))  # type: ignore[arg-type]
    assert seen == [b"List-Unsubscribe=One-Click"]


@pytest.fixture
def token(site: Site, keyring: Keyring) -> str:
    """The link of a subscriber."""
    with writing(site.engine) as connection:
        row = insert(subscribers).values(
            id=7, key="ann@example.org", email="ann@example.org", created_at="", updated_at=""
        )
        connection.execute(row)
    return Signer(keyring, 1, "2023-12", "digest.example").token(7)


def test_the_log_holds_neither_tokens_nor_clients(
    ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "newsletter.web"):
        ask("GET", "/u/AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AB?ann@example.org")
        ask("GET", "/ann@example.org", headers={"X-Forwarded-For": "192.0.2.77"})
        ask("GET", "/healthz?x=ann@example.org")
    lines = [json.loads(record.message) for record in caplog.records]
    assert [each["path"] for each in lines] == ["/u/…", "/…", "/healthz"]
    assert [each["status"] for each in lines] == [404, 404, 200]
    assert {"at", "level", "event", "method", "path", "status", "bytes", "ms"} == set(lines[0])
    assert not any(word in caplog.text for word in ("AbCd", "ann@", "192.0.2.77", "127.0.0.1"))


@pytest.mark.parametrize("path", ["/u/x", "/U/x", "/u//x", "/x/u/x", "/2023-12\n", "/healthz/x"])
def test_only_harmless_paths_are_logged(path: str) -> None:
    assert masked(path) in ("/u/…", "/…")


def test_health_tells_whether_the_schema_is_current(site: Site, ask: Ask) -> None:
    assert ask("GET", "/healthz").json() == {"database": "ok", "schema": "current"}
    with writing(site.engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    answer = ask("GET", "/healthz")
    assert answer.status_code == 503
    assert answer.json()["schema"] == "of another version"


def test_what_nobody_thought_of_is_told_calmly_and_logged_without_its_words(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("ann@example.org")

    monkeypatch.setattr("newsletter.web.public.app.health", broken)
    with caplog.at_level(logging.INFO, "newsletter.web"):
        answer = asking(site)("GET", "/healthz")
    assert answer.status_code == 500
    assert "<h1>" in answer.text
    assert "ann@" not in answer.text + caplog.text
    error = json.loads(caplog.records[0].message)
    assert error["error"] == "RuntimeError"
    assert "test_safety.py" in error["where"]


def test_a_public_address_with_a_path_is_answered_with_it_and_without(site: Site) -> None:
    config = site.config.model_copy(update={"web_url": "https://news.digest.example/news"})
    below = asking(dataclasses.replace(site, config=config))
    for path in ("/news/healthz", "/healthz"):
        assert below("GET", f"https://news.digest.example{path}").status_code == 200
    assert below("GET", "https://news.digest.example/newsletter/healthz").status_code == 404
