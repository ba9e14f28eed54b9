"""Reading SendGrid's events: what each means, and that no oddity stops the others."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.events import Report, read
from newsletter.delivery.events.report import Meaning

NOW = datetime(2023, 12, 6, tzinfo=UTC)
MEANINGS = {
    "processed": Meaning("processed"),
    "deferred": Meaning("deferred"),
    "delivered": Meaning("delivered"),
    "dropped": Meaning("dropped"),
    "blocked": Meaning("blocked"),
    "bounce": Meaning("bounced", "", "bounced"),
    "spamreport": Meaning("", "complained", "complained"),
    "unsubscribe": Meaning("", "unsubscribed", "unsubscribed"),
    "group_unsubscribe": Meaning("", "unsubscribed", "unsubscribed"),
    "group_resubscribe": Meaning(),
    "account_status_change": Meaning(),
}


def reports(*events: Any) -> list[Report]:
    return read(json.dumps(events).encode(), NOW)


def one(event: Any) -> Report:
    (report,) = reports(event)
    return report


@pytest.mark.parametrize(("kind", "meaning"), MEANINGS.items())
def test_each_kind_has_its_meaning(tell: Any, kind: str, meaning: Meaning) -> None:
    assert one(tell(kind)).meaning == meaning


def test_an_event_is_read_as_it_came(tell: Any) -> None:
    event = tell("delivered", 7, "Ann@Example.org", sg_event_id="Xa_-1==", timestamp=1701784800)
    assert one(event) == Report(
        event_id="Xa_-1==",
        delivery=7,
        email="Ann@Example.org",
        kind="delivered",
        detail="250 2.0.0 OK",
        happened_at="2023-12-05T14:00:00.000+00:00",
        meaning=Meaning("delivered"),
    )


def test_nobody_is_followed(tell: Any) -> None:
    assert [each.kind for each in reports(tell("open"), tell("click"), tell("delivered"))] == [
        "delivered"
    ]


@pytest.mark.parametrize("type_", ["blocked", "Blocked", "expired"])
def test_a_bounce_may_be_a_refusal_for_now(tell: Any, type_: str) -> None:
    report = one(tell("bounce", type=type_))
    assert (report.kind, report.meaning) == ("blocked", Meaning("blocked"))


@pytest.mark.parametrize(
    ("fields", "suppresses"),
    [
        ({}, True),
        ({"status": "5.1.1"}, True),
        ({"status": "5.0.0", "reason": "500 unknown recipient"}, True),
        ({"status": "", "reason": "550 no such user here"}, True),
        ({"status": None, "reason": None, "type": None}, True),
        ({"status": "5.1.1", "reason": "550 5.1.1 unknown, said 5.7.1.9 [4.2.1.1]"}, True),
        ({"bounce_classification": "Invalid Address"}, True),
        ({"status": "5.7.1"}, False),
        ({"status": "5.7.515"}, False),
        ({"status": "5.2.2"}, False),
        ({"status": "5.2.1"}, True),
        ({"status": "5.1.8"}, False),
        ({"status": "5.3.4"}, False),
        ({"status": "5.6.0"}, False),
        ({"status": "4.2.2"}, False),
        ({"status": "4.4.7"}, False),
        ({"status": "450"}, False),
        ({"status": "5.0.0", "reason": "550 5.7.1 blocked by policy"}, False),
        ({"status": "5.0.0", "reason": "552-5.2.2 over quota."}, False),
        ({"status": "5.0.0", "reason": "450 greylisted"}, False),
        ({"status": "5.0.0", "reason": "said: 4.7.1."}, False),
        ({"bounce_classification": "Reputation"}, False),
        ({"bounce_classification": "Content"}, False),
        ({"bounce_classification": "Frequency or Volume"}, False),
    ],
)
def test_a_bounce_suppresses_unless_it_tells_nothing_of_the_mailbox(
    tell: Any, fields: dict[str, Any], suppresses: bool
) -> None:
    told = tell("bounce") | {"reason": "550 unknown", "status": "5.0.0"} | fields
    meaning = one(told).meaning
    assert (meaning.arrival, meaning.suppresses) == ("bounced", "bounced" if suppresses else "")


@pytest.mark.parametrize(
    ("given", "number"),
    [
        ("12", 12), (12, 12), (str(2**63 - 1), 2**63 - 1), (str(2**63), None), ("-1", None),
        (-1, None), ("0", None), ("007", None), ("1.5", None), (1.5, None), (True, None),
        ("", None), (None, None), ([1], None), ("12 ", None), ("١٢", None), (10**40, None),
    ],
)  # fmt: skip
def test_a_delivery_is_named_by_its_number(tell: Any, given: object, number: int | None) -> None:
    assert one(tell("processed") | {"delivery": given}).delivery == number


@pytest.mark.parametrize(
    "timestamp",
    [
        None, "", "yesterday", [], {}, float("nan"), float("inf"), -1, 0, 10**12, 10**400,
        NOW.timestamp() + 1, "9" * 5000, 1e300,
    ],
)  # fmt: skip
def test_an_absurd_time_is_the_present_one(tell: Any, timestamp: object) -> None:
    report = one(tell("processed") | {"timestamp": timestamp})
    assert report.happened_at == "2023-12-06T00:00:00.000+00:00"


def test_a_time_may_be_text(tell: Any) -> None:
    report = one(tell("processed", timestamp="1701784800"))
    assert report.happened_at == "2023-12-05T14:00:00.000+00:00"


@pytest.mark.parametrize("given", [None, "", 12, [], "with space", "x" * 201, "nul\0", "\ud800"])
def test_an_event_without_a_name_gets_one_from_its_content(tell: Any, given: object) -> None:
    nameless = tell("processed") | {"sg_event_id": given}
    name = one(nameless).event_id
    assert name.startswith("sha256:")
    assert one(nameless).event_id == name
    others = [{"delivery": "2"}, {"event": "delivered"}, {"timestamp": 1}, {"sg_message_id": "x"}]
    names = {one(nameless | other).event_id for other in others}
    assert len(names | {name}) == len(others) + 1


def test_that_name_tells_nothing_of_a_person(tell: Any) -> None:
    nameless = tell("processed", sg_event_id="")
    other = {"email": "b@example.org", "ip": "203.0.113.9", "useragent": "x", "reason": "who?"}
    assert one(nameless).event_id == one(nameless | other).event_id


def test_what_no_database_takes_is_replaced(tell: Any) -> None:
    report = one(tell("bounce", reason="no\0such\ud800user" + "r" * 2000))
    assert report.detail.startswith("no\ufffdsuch\ufffduser")
    assert len(report.detail) == 1000


@pytest.mark.parametrize("kind", ["ann@example.org", "x" * 41, "two words", "nul\0", 7, None, []])
def test_a_kind_that_is_no_word_is_not_kept(tell: Any, kind: object) -> None:
    assert one(tell("processed") | {"event": kind}).kind == ""


def test_bytes_that_are_no_utf8_lose_no_event(tell: Any) -> None:
    body = json.dumps([tell("bounce", reason="caf?")]).encode().replace(b"caf?", b"caf\xe9")
    (report,) = read(body, NOW)
    assert report.detail == "caf\ufffd"


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[", b"{}", b"null", b"1", b'"text"', b"[1]", b"[[]]", b"[{}, null]", b"[{}] x",
        b"\xff\xfe", b"event=processed", b'[{"a":' * 100_000, b"[" * 100_000, b"\xef\xbb\xbf[{}]",
        b'[{"a": ' + b"[" * 5_000 + b"]" * 5_000 + b"}]",
    ],
    ids=range(16),
)  # fmt: skip
def test_what_is_no_list_of_objects_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read(body, NOW)


def test_no_events_are_none() -> None:
    assert read(b"[]", NOW) == []


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text()
    | st.sampled_from(["bounce", "5.7.1", "1", 10**60, "\0", "\ud83d"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip
FIELDS = (
    "event", "type", "email", "delivery", "timestamp", "sg_event_id", "reason", "response",
    "status", "bounce_classification", "smtp-id",
)  # fmt: skip


@given(st.lists(st.dictionaries(st.sampled_from(FIELDS), ODD), max_size=4))
def test_any_fields_make_events_that_can_be_kept(events: list[dict[str, Any]]) -> None:
    told = read(json.dumps(events).encode(), NOW)
    tracking = [each for each in events if each.get("event") in ("open", "click")]
    assert len(told) == len(events) - len(tracking)
    for report in told:
        for text in (report.event_id, report.kind, report.detail, report.happened_at):
            assert "\0" not in text
            text.encode()
        assert report.delivery is None or 0 < report.delivery < 2**63
        assert datetime.fromisoformat(report.happened_at) <= NOW


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with suppress(ValueError):
        read(body, NOW)
