"""`POST /webhooks/sendgrid`, asked as SendGrid asks, over either database."""

from __future__ import annotations

import asyncio
import json
import logging
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from time import time
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import Engine, event, func, select

from newsletter.delivery.mailing import Feedback, counts_of, feedback_of, find_mailing
from newsletter.store import (
    deliveries,
    events,
    mailings,
    now_utc,
    open_store,
    reading,
    subscribers,
    writing,
)
from newsletter.web.public.signature import OLDEST, WebhookKey
from newsletter.web.public.site import Site
from tests.web.public.conftest import Ask, asking

PATH = "/webhooks/sendgrid"
SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"
KEY = ec.generate_private_key(ec.SECP256R1())
PUBLIC = b64encode(
    KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
).decode()
MEGABYTES = 1024 * 1024


@pytest.fixture
def site(site: Site) -> Site:
    """A publication that knows its provider's key."""
    return replace(site, webhook_key=WebhookKey(PUBLIC))


@dataclass
class SendGrid:
    """Posts events to a publication, signed."""

    ask: Ask
    site: Site

    def post(self, *told: Any, **how: Any) -> int:
        """The status that a request's events get."""
        return self.send(json.dumps(told).encode(), **how)

    def send(self, body: bytes, age: int = 0, **headers: str | None) -> int:
        """The status that a body gets."""
        timestamp = str(int(time()) - age)
        signed = KEY.sign(timestamp.encode() + body, ec.ECDSA(SHA256()))
        given = {
            SIGNATURE: b64encode(signed).decode(),
            TIMESTAMP: timestamp,
            "Content-Type": "application/json",
            **{{"signature": SIGNATURE, "timestamp": TIMESTAMP}[k]: v for k, v in headers.items()},
        }
        kept = {name: value for name, value in given.items() if value is not None}
        return self.ask("POST", PATH, content=body, headers=kept).status_code

    def kept(self) -> int:
        with reading(self.site.engine) as connection:
            return int(connection.execute(select(func.count(events.c.id))).scalar_one())

    def row(self, number: int) -> Any:
        with reading(self.site.engine) as connection:
            query = select(deliveries).where(deliveries.c.id == number)
            return connection.execute(query).one()

    def told(self) -> tuple[Any, Feedback | None]:
        """The counts of the mailing, and what was heard of it."""
        with reading(self.site.engine) as connection:
            mailing = find_mailing(connection, "2023-12")
            assert mailing
            return counts_of(connection, mailing), feedback_of(connection, mailing)


@pytest.fixture
def sendgrid(site: Site, ask: Ask) -> SendGrid:
    """Reports of a mailing to 20 readers, all accepted."""
    send_to(site.engine, 20)
    return SendGrid(ask, site)


def address(number: int) -> str:
    return f"reader{number}@example.org"


def send_to(engine: Engine, readers: int) -> None:
    """A mailing that has left, to so many readers; deliveries and readers have their numbers."""
    now, numbers = now_utc(), range(1, readers + 1)
    mailing = {
        "id": 1, "issue": "2023-12", "kind": "real", "provider": "sendgrid", "state": "finished",
        "letter": "{}", "letter_hash": "", "total": readers, "recipients": readers,
        "planned_at": now, "started_at": now, "finished_at": now,
    }  # fmt: skip
    people = [
        {"id": each, "key": address(each), "email": address(each), "domain": "example.org",
         "created_at": now, "updated_at": now}
        for each in numbers
    ]  # fmt: skip
    rows = [
        {"id": each, "mailing_id": 1, "subscriber_id": each, "key": address(each),
         "email": address(each), "domain": "example.org", "state": "accepted"}
        for each in numbers
    ]  # fmt: skip
    with writing(engine) as connection:
        connection.execute(mailings.insert(), [mailing])
        connection.execute(subscribers.insert(), people)
        connection.execute(deliveries.insert(), rows)


def told(kind: str, number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "email": address(number), "timestamp": int(time()) - 60, "event": kind,
        "delivery": str(number), "sg_event_id": f"{kind}-{number}", "ip": "203.0.113.5", **more,
    }  # fmt: skip


def test_events_are_taken_in(sendgrid: SendGrid) -> None:
    assert sendgrid.post(told("processed"), told("delivered", response="250 OK")) == 204
    assert sendgrid.row(1).arrival == "delivered"
    assert sendgrid.kept() == 2


def test_no_events_are_nothing_to_complain_of(sendgrid: SendGrid) -> None:
    assert sendgrid.post() == 204


def test_without_a_key_nobody_is_believed(site: Site, sendgrid: SendGrid) -> None:
    keyless = SendGrid(asking(replace(site, webhook_key=None)), site)
    assert keyless.post(told("bounce")) == 403
    assert keyless.kept() == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"signature": None}, {"timestamp": None}, {"signature": None, "timestamp": None},
        {"signature": ""}, {"signature": "AAAA"}, {"timestamp": ""}, {"timestamp": "1"},
        {"timestamp": "x" * 5000}, {"signature": "x" * 5000},
        {"age": OLDEST + 5},
    ],
)  # fmt: skip
def test_what_is_not_signed_changes_nothing(sendgrid: SendGrid, wrong: dict[str, Any]) -> None:
    assert sendgrid.post(told("bounce"), **wrong) == 403
    assert sendgrid.kept() == 0
    assert sendgrid.row(1).arrival == ""


def test_a_request_that_is_tried_again_for_a_day_is_taken(sendgrid: SendGrid) -> None:
    assert sendgrid.post(told("delivered"), age=24 * 3600) == 204
    assert sendgrid.kept() == 1


def test_a_recorded_request_counts_once(sendgrid: SendGrid) -> None:
    event = told("spamreport")
    assert [sendgrid.post(event), sendgrid.post(event)] == [204, 204]
    assert sendgrid.kept() == 1


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[1]", b"[{}", b"null", b"\xff", b"[" * 10_000, b'[{"a":' * 10_000]
)
def test_what_is_no_list_of_events_is_refused_once_it_is_believed(
    sendgrid: SendGrid, body: bytes
) -> None:
    assert sendgrid.send(body) == 400
    assert sendgrid.send(body, signature="AAAA") == 403


def test_a_body_may_be_large_but_not_too_large(sendgrid: SendGrid) -> None:
    filler = "x" * (5 * MEGABYTES - 2000)
    assert sendgrid.post(told("delivered", response=filler)) == 204
    assert sendgrid.row(1).arrival == "delivered"
    assert sendgrid.post(told("bounce", reason=filler + "x" * 4000)) == 413
    assert sendgrid.row(1).arrival == "delivered"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_only_posts_are_taken(ask: Ask, sendgrid: SendGrid, method: str) -> None:
    assert ask(method, PATH).status_code == 405


ODD = [
    {"email": "\ud800@example.org"}, {"email": "a\0b"}, {"email": ["x"]}, {"email": "@" * 3000},
    {"email": {}}, {"reason": "nul\0nul"}, {"reason": "\udcff"}, {"reason": {"a": 1}},
    {"event": "nul\0"}, {"event": 5}, {"event": None}, {"event": "y" * 9000}, {"event": "\ud800"},
    {"timestamp": 10**300}, {"timestamp": "soon"}, {"timestamp": -(10**18)}, {"timestamp": None},
    {"timestamp": float("nan")}, {"timestamp": float("-inf")}, {"timestamp": True},
    {"timestamp": 253402300800}, {"timestamp": 1e308}, {"timestamp": [1]},
    {"sg_event_id": "nul\0"}, {"sg_event_id": "z" * 100_000}, {"sg_event_id": 5},
    {"sg_event_id": "\ud800"}, {"sg_event_id": ["x"]}, {"sg_event_id": None},
    {"delivery": 10**40}, {"delivery": str(2**64)}, {"delivery": str(2**63 - 1)},
    {"delivery": "１"}, {"delivery": "1\0"}, {"delivery": [1]}, {"delivery": -1},
    {"delivery": "9" * 5000}, {"category": {"deep": [[[[]]]]}}, {"type": 5}, {"status": []},
]  # fmt: skip


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_an_odd_event_is_kept_and_spoils_none_of_the_others(
    sendgrid: SendGrid, odd: dict[str, Any]
) -> None:
    strange = told("bounce", 2) | odd
    assert sendgrid.post(told("delivered"), strange, told("delivered", 3)) == 204
    assert sendgrid.kept() == 3
    assert (sendgrid.row(1).arrival, sendgrid.row(3).arrival) == ("delivered", "delivered")


def test_numbers_of_many_digits_spoil_nothing_either(sendgrid: SendGrid) -> None:
    body = json.dumps([told("delivered", attempt=0)]).replace(": 0", f": {'9' * 10_000}")
    assert sendgrid.send(body.encode()) == 204
    assert sendgrid.row(1).arrival == "delivered"


def test_the_log_tells_nothing_of_an_event(
    sendgrid: SendGrid, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "newsletter.web"):
        sendgrid.post(told("bounce", reason="550 who is reader1?"))
        sendgrid.send(b'[{"email": "reader1@example.org"')
    entries = [json.loads(each.message) for each in caplog.records if each.name == "newsletter.web"]
    assert [entry["status"] for entry in entries] == [204, 400]
    assert "reader1" not in caplog.text


# Trouble


def test_a_database_that_fails_halfway_keeps_nothing_and_the_provider_comes_again(
    sendgrid: SendGrid,
) -> None:
    engine, failing = sendgrid.site.engine, True

    def fail(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if failing and statement.startswith("UPDATE subscribers"):
            dialect = connection.dialect.loaded_dbapi
            raise dialect.OperationalError("the disk has gone")

    event.listen(engine, "before_cursor_execute", fail)
    request = [told("delivered"), told("spamreport"), told("dropped", 2)]
    assert sendgrid.post(*request) == 503
    assert sendgrid.kept() == 0
    assert {sendgrid.row(number).arrival for number in (1, 2)} == {""}
    failing = False
    assert sendgrid.post(*request) == 204
    assert sendgrid.kept() == 3


def test_a_file_that_another_program_keeps_locked_makes_a_503(site: Site, tmp_path: Path) -> None:
    impatient = open_store("sqlite:///locked.db", tmp_path, busy=0.1)
    other = open_store("sqlite:///locked.db", tmp_path)
    send_to(other, 1)
    sendgrid = SendGrid(asking(replace(site, engine=impatient)), site)
    with writing(other):
        assert sendgrid.post(told("delivered")) == 503
    assert sendgrid.post(told("delivered")) == 204
    impatient.dispose()
    other.dispose()


# Exact counts


def ends_of(number: int) -> list[str]:
    """The story of a delivery: five events or so of one that SendGrid may tell."""
    stories = (
        ["processed", "deferred", "delivered"],
        ["processed", "delivered"],
        ["processed", "delivered", "group_resubscribe", "news"],
        ["processed", "deferred", "deferred", "blocked"],
        ["processed", "bounce"],
        ["processed", "delivered", "bounce"],
        ["dropped"],
        ["processed", "delivered", "spamreport"],
        ["processed", "delivered", "unsubscribe"],
        ["processed", "delivered", "group_unsubscribe", "spamreport"],
    )
    return stories[number % len(stories)]


def recorded(readers: int) -> Iterator[dict[str, Any]]:
    for number in range(1, readers + 1):
        for place, kind in enumerate(ends_of(number)):
            soft = {"event": "bounce", "type": "blocked", "reason": "421 4.7.0 busy"}
            fields = soft if kind == "blocked" else {"type": "bounce"} if kind == "bounce" else {}
            yield told(kind, number, sg_event_id=f"{number}-{place}") | fields


def test_ten_thousand_events_in_no_order_with_doubles_give_exact_counts(
    site: Site, ask: Ask
) -> None:
    readers = 2_600
    send_to(site.engine, readers)
    once = list(recorded(readers))
    random = Random(7)  # noqa: S311 - the same each time
    all_told = [*once, *random.choices(once, k=10_000 - len(once) % 10_000)]
    random.shuffle(all_told)
    assert len(all_told) >= 10_000
    sendgrid = SendGrid(ask, site)
    for first in range(0, len(all_told), 150):
        assert sendgrid.post(*all_told[first : first + 150]) == 204

    kinds = Counter(kind for number in range(1, readers + 1) for kind in ends_of(number))
    bounced, dropped = kinds["bounce"], kinds["dropped"]
    counts, heard = sendgrid.told()
    assert sendgrid.kept() == len(once)
    assert heard == Feedback(
        delivered=kinds["delivered"] - bounced // 2,  # every second one had been delivered
        bounced=bounced,
        complained=kinds["spamreport"],
        unsubscribed=kinds["unsubscribe"] + kinds["group_unsubscribe"],
    )
    assert (counts.total, counts.accepted, counts.failed) == (readers, readers - dropped, dropped)
    with reading(site.engine) as connection:
        query = select(subscribers.c.status, func.count()).group_by(subscribers.c.status)
        statuses = {row[0]: row[1] for row in connection.execute(query)}
    assert statuses == {
        "active": readers - bounced - kinds["spamreport"] - kinds["unsubscribe"],
        "bounced": bounced,
        "complained": kinds["spamreport"],
        "unsubscribed": kinds["unsubscribe"],
    }


def test_many_requests_at_once_are_all_taken(site: Site, sendgrid: SendGrid) -> None:
    once = list(recorded(20))
    requests = [once[first::7] for first in range(7)] * 4
    Random(3).shuffle(requests)  # noqa: S311 - the same each time
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda some: sendgrid.post(*some), requests)) == {204}
    assert sendgrid.kept() == len(once)
    _, heard = sendgrid.told()
    assert heard == Feedback(delivered=12, bounced=4, complained=4, unsubscribed=4)


def test_one_loop_may_take_many_requests(site: Site, sendgrid: SendGrid) -> None:
    from newsletter.web.public.app import public_app

    app = public_app(site)

    async def all_at_once() -> list[int]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=site.config.web_url) as client:

            async def post(number: int) -> int:
                body = json.dumps([told("delivered", number)]).encode()
                timestamp = str(int(time()))
                signed = KEY.sign(timestamp.encode() + body, ec.ECDSA(SHA256()))
                headers = {SIGNATURE: b64encode(signed).decode(), TIMESTAMP: timestamp}
                answer = await client.post(PATH, content=body, headers=headers)
                return answer.status_code

            return await asyncio.gather(*(post(1 + number % 20) for number in range(60)))

    assert set(asyncio.run(all_at_once())) == {204}
    assert sendgrid.kept() == 20
