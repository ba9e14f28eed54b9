"""`GET /YYYY-MM` and `GET /` over either database: what is public when, and how it is cached."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, event, update

from newsletter.config import Config
from newsletter.delivery.mailing import Kind
from newsletter.edition import Letter
from newsletter.edition.personal import Personal, Place
from newsletter.store import mailings, now_utc, writing
from newsletter.web.public.app import public_app
from newsletter.web.public.site import Site

Ask = Callable[..., httpx.Response]
PAGE = Personal(
    (
        '<html><body><p style="display:none">What it says</p><h1>Empathy</h1><p>For ',
        Place("email", "html"),
        "</p><p>Éric</p></body></html>",
    )
)
LETTER = Letter(
    month="2023-12",
    subject="Empathy <b>&</b> more",
    language="en-CA",
    sender_name="PPRNet",
    sender_email="news@digest.example",
    reply_to="",
    list_name="Small Digest",
    list_id="news.digest.example",
    date="Tue, 05 Dec 2023 09:00:00 -0500",
    feedback_id="2023-12:digest:newsletter:digestexample",
    web_url="https://news.digest.example",
    html=PAGE,
    text=Personal(("",)),
)
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
Publish = Callable[..., None]


@pytest.fixture
def publish(store: Engine) -> Publish:
    """Puts a mailing into the database, as if it had begun."""

    def publishing(month: str = "2023-12", kind: Kind = "real", **changes: Any) -> None:
        letter = replace(LETTER, month=month)
        row = {
            "issue": month,
            "kind": kind,
            "provider": "smtp",
            "state": "planned",
            "letter": letter.to_json(),
            "letter_hash": letter.digest,
            "total": 1,
            "recipients": 1,
            "planned_at": now_utc(),
            "started_at": now_utc(),
            **changes,
        }
        with writing(store) as connection:
            connection.execute(mailings.insert().values(row))

    return publishing


@pytest.fixture
def queries(store: Engine) -> list[str]:
    """The statements that the database is asked from now on."""
    asked: list[str] = []
    event.listen(store, "before_cursor_execute", lambda *given: asked.append(given[2]))
    return asked


def test_an_issue_is_public_once_its_real_mailing_begins(
    ask: Ask, publish: Publish, store: Engine
) -> None:
    assert ask("GET", "/2023-12").status_code == 404
    publish(kind="rehearsal")
    assert ask("GET", "/2023-12").status_code == 404
    publish(started_at=None)
    assert ask("GET", "/2023-12").status_code == 404
    assert "Empathy" not in ask("GET", "/").text
    with writing(store) as connection:
        connection.execute(update(mailings).values(started_at=now_utc()))
    assert "Empathy" in ask("GET", "/2023-12").text
    assert "Empathy" in ask("GET", "/").text


@pytest.mark.parametrize("state", ["planned", "paused", "cancelled", "finished"])
def test_it_stays_public_however_the_mailing_goes_on(
    ask: Ask, publish: Publish, state: str
) -> None:
    publish(state=state)
    assert ask("GET", "/2023-12").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/2023-13",
        "/2023-1",
        "/2023-12.html",
        "/1823-12",
        "/２０２３-12",
        "/2023-12%0a",
        "/2023-12/",
    ],
)
def test_what_is_no_month_is_no_issue(ask: Ask, publish: Publish, path: str) -> None:
    publish()
    assert ask("GET", path).status_code == 404


def test_it_shows_the_letter_that_was_mailed(ask: Ask, publish: Publish) -> None:
    publish()
    answer = ask("GET", "/2023-12")
    assert "<h1>Empathy</h1>" in answer.text
    assert "Éric" in answer.text
    assert "For " not in answer.text
    assert '<meta name="description" content="What it says">' in answer.text


def test_head_is_get_without_the_page(ask: Ask, publish: Publish) -> None:
    publish()
    got, head = (ask(method, "/2023-12") for method in ("GET", "HEAD"))
    assert head.status_code == 200
    assert head.headers == got.headers
    assert ask("POST", "/2023-12").status_code == 405


def test_its_headers_let_caches_keep_it_and_forbid_scripts(ask: Ask, publish: Publish) -> None:
    publish()
    headers = ask("GET", "/2023-12").headers
    assert headers["Cache-Control"] == "public, max-age=300"
    assert headers["Content-Language"] == "en-CA"
    assert headers["Content-Security-Policy"] == POLICY
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip", "gzip"),
        ("br, GZIP;q=0.5", "gzip"),
        ("*", "gzip"),
        ("", None),
        ("identity", None),
        ("br", None),
        ("gzip;q=0, *", None),
        ("gzip; q=0.0", None),
        ("gzip;q=much", None),
        ("*;q=0", None),
    ],
)
def test_it_is_compressed_for_who_takes_that(
    ask: Ask, publish: Publish, accepted: str, coding: str | None
) -> None:
    publish()
    plain = ask("GET", "/2023-12", headers={"Accept-Encoding": "identity"})
    answer = ask("GET", "/2023-12", headers={"Accept-Encoding": accepted})
    assert answer.headers.get("Content-Encoding") == coding
    assert answer.text == plain.text
    assert (answer.headers["ETag"] == plain.headers["ETag"]) == (coding is None)
    if coding:
        assert len(gzip.compress(plain.content)) == int(answer.headers["Content-Length"])


@pytest.mark.parametrize("coding", ["gzip", "identity"])
def test_who_has_it_is_told_that_it_is_unchanged(ask: Ask, publish: Publish, coding: str) -> None:
    publish()
    accept = {"Accept-Encoding": coding}
    first = ask("GET", "/2023-12", headers=accept)
    tag = first.headers["ETag"]
    assert tag.startswith('"')
    for known in (tag, f"W/{tag}", f'"other", {tag}', f'W/"other",{tag}', "*", " * "):
        again = ask("GET", "/2023-12", headers={**accept, "If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        for name in ("ETag", "Cache-Control", "Vary"):
            assert again.headers[name] == first.headers[name]
    for known in ('"other"', tag.strip('"'), "", '"*"'):
        assert ask("GET", "/2023-12", headers={**accept, "If-None-Match": known}).content


def test_the_other_codings_tag_is_not_the_same_page(ask: Ask, publish: Publish) -> None:
    publish()
    zipped = ask("GET", "/2023-12", headers={"Accept-Encoding": "gzip"}).headers["ETag"]
    asked = {"Accept-Encoding": "identity", "If-None-Match": zipped}
    assert ask("GET", "/2023-12", headers=asked).status_code == 200


def test_once_made_it_needs_no_database(ask: Ask, publish: Publish, queries: list[str]) -> None:
    publish()
    first = ask("GET", "/2023-12")
    queries.clear()
    assert ask("GET", "/2023-12").content == first.content
    assert queries == []


def test_many_who_ask_together_wait_for_one_work(
    site: Site, publish: Publish, queries: list[str]
) -> None:
    publish()
    queries.clear()

    async def together() -> list[httpx.Response]:
        transport = httpx.ASGITransport(public_app(site))
        async with httpx.AsyncClient(transport=transport, base_url=LETTER.web_url) as client:
            return await asyncio.gather(*(client.get("/2023-12") for _ in range(50)))

    assert {answer.status_code for answer in asyncio.run(together())} == {200}
    assert len([each for each in queries if "mailings.letter " in f"{each} "]) == 1


def test_a_letter_that_was_changed_by_hand_is_not_shown(ask: Ask, publish: Publish) -> None:
    publish(letter=replace(LETTER, subject="Something else").to_json())
    answer = ask("GET", "/2023-12")
    assert answer.status_code == 503
    assert "Empathy" not in answer.text


def test_a_letter_that_would_show_a_reader_is_not_shown(ask: Ask, publish: Publish) -> None:
    worded = replace(LETTER, html=Personal(("<p ", Place("email", "html"), ">Empathy</p>")))
    publish(letter=worded.to_json(), letter_hash=worded.digest)
    answer = ask("GET", "/2023-12")
    assert answer.status_code == 500
    assert "Empathy" not in answer.text


def test_all_issues_are_listed_newest_first(ask: Ask, publish: Publish, config: Config) -> None:
    for month in ("2023-09", "2024-01", "2023-12"):
        publish(month)
    answer = ask("GET", "/")
    places = [answer.text.index(each) for each in ("January 2024", "December 2023", "September")]
    assert places == sorted(places)
    assert '<a href="/2023-12" dir="auto">Empathy &lt;b&gt;&amp;&lt;/b&gt; more</a>' in answer.text
    assert f'<link rel="canonical" href="{config.web_url}/">' in answer.text
    assert answer.headers["Cache-Control"] == "public, max-age=300"


def test_an_empty_list_says_so(ask: Ask) -> None:
    assert "No issue has been sent yet." in ask("GET", "/").text


def test_the_list_reads_each_letter_once(ask: Ask, publish: Publish, queries: list[str]) -> None:
    for month in ("2023-09", "2023-12"):
        publish(month)
    ask("GET", "/")
    queries.clear()
    publish("2024-01")
    assert ask("GET", "/").text.count("<li>") == 3
    read = [each for each in queries if "letter" in each and each.startswith("SELECT")]
    assert len(read) == 1
    queries.clear()
    ask("GET", "/")
    assert not [each for each in queries if "letter" in each]


def test_an_issue_in_another_language_says_so(ask: Ask, publish: Publish) -> None:
    publish(letter=json.dumps({**json.loads(LETTER.to_json()), "language": "fr-CA"}))
    assert '<a href="/2023-12" lang="fr-CA" dir="auto">' in ask("GET", "/").text
