"""What events change: the delivery, its reader, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select, update

from newsletter.audience.joining import RESUBSCRIBED
from newsletter.audience.suppression import WEAKEST_FIRST
from newsletter.delivery import control
from newsletter.delivery.mailing import Feedback, feedback_of
from newsletter.delivery.standing import recipients_of
from newsletter.store import deliveries, mailings, reading, subscribers, utc_text, writing

HAPPENED = 1_700_000_000
"""When the events of these tests happened: 2023-11-14, 22:13:20."""


def reader(house: Any, key: str = "a@example.org") -> Any:
    query = select(subscribers).where(subscribers.c.key == key)
    with reading(house.engine) as connection:
        return connection.execute(query).one()


def feedback(house: Any) -> Feedback | None:
    with reading(house.engine) as connection:
        return feedback_of(connection, house.mailing)


def shown(house: Any) -> list[tuple[str, str, str]]:
    """State, reason and detail as `deliveries` tells them."""
    told = recipients_of(house.engine, house.mailing)
    return [(each.state, each.reason, each.detail) for each in told]


def test_a_delivered_mail(hear: Any, tell: Any) -> None:
    assert feedback(hear.house) is None
    hear(tell("processed"), tell("delivered"))
    assert hear.has_come_to() == ("accepted", "delivered")
    assert shown(hear.house) == [("accepted", "delivered", "250 2.0.0 OK")]
    assert feedback(hear.house) == Feedback(1, 0, 0, 0)
    assert reader(hear.house).status == "active"


def test_an_event_is_kept_without_what_tells_of_a_person(hear: Any, tell: Any) -> None:
    hear(tell("bounce", sg_event_id="one", email="A@Example.ORG"))
    (kept,) = hear.all()
    assert kept.pop("received_at") > kept["happened_at"]
    assert kept == {
        "id": kept["id"],
        "event_id": "one",
        "delivery_id": 1,
        "kind": "bounce",
        "detail": "550 5.1.1 no such user",
        "happened_at": "2023-11-14T22:13:20.000+00:00",
    }


# Suppressing

SUPPRESSING = {
    "bounce": "bounced",
    "spamreport": "complained",
    "unsubscribe": "unsubscribed",
    "group_unsubscribe": "unsubscribed",
}


@pytest.mark.parametrize(("kind", "status"), SUPPRESSING.items())
def test_a_reader_is_suppressed(hear: Any, tell: Any, kind: str, status: str) -> None:
    hear(tell(kind))
    who = reader(hear.house)
    assert (who.status, who.status_note) == (status, "SendGrid")
    assert who.status_since == who.updated_at
    counted = feedback(hear.house)
    assert counted
    assert getattr(counted, status) == 1
    (row,) = hear.house.rows()
    assert (row.state, row.complained, row.unsubscribed) == (
        "accepted", status == "complained", status == "unsubscribed",
    )  # fmt: skip


@pytest.mark.parametrize(
    "kind", ["blocked", "deferred", "dropped", "processed", "group_resubscribe", "news"]
)
def test_nobody_is_suppressed_by_anything_else(hear: Any, tell: Any, kind: str) -> None:
    before = reader(hear.house)
    hear(tell(kind))
    assert reader(hear.house) == before
    assert len(hear.all()) == 1


def test_a_refusal_by_policy_is_a_bounce_that_suppresses_nobody(hear: Any, tell: Any) -> None:
    hear(tell("bounce", status="5.7.1", reason="550 5.7.1 not from you"))
    assert hear.has_come_to() == ("accepted", "bounced")
    assert shown(hear.house) == [("accepted", "bounced", "550 5.7.1 not from you")]
    assert feedback(hear.house) == Feedback(0, 1, 0, 0)
    assert reader(hear.house).status == "active"


def test_a_block_is_no_bounce(hear: Any, tell: Any) -> None:
    hear(tell("blocked"))
    assert shown(hear.house) == [("accepted", "blocked", "552 5.2.2 full")]
    assert feedback(hear.house) == Feedback(0, 0, 0, 0)


@pytest.mark.parametrize(("kind", "status"), SUPPRESSING.items())
@pytest.mark.parametrize("present", [each for each in WEAKEST_FIRST if each != "erased"])
def test_a_suppression_gives_way_only_to_a_stronger_one(
    hear: Any, tell: Any, kind: str, status: str, present: str
) -> None:
    hear.house.change("a@example.org", status=present)
    hear(tell(kind))
    assert reader(hear.house).status == max(present, status, key=WEAKEST_FIRST.index)


@pytest.mark.parametrize(
    ("back", "suppressed"),
    [(HAPPENED + 1, False), (HAPPENED + 0.9, True), (HAPPENED, True), (HAPPENED - 60, True)],
)
def test_who_came_back_after_it_happened_stays(
    hear: Any, tell: Any, back: float, suppressed: bool
) -> None:
    since = utc_text(datetime.fromtimestamp(back, UTC))
    back_again = {"status": "active", "status_since": since, "status_note": RESUBSCRIBED}
    hear.house.change("a@example.org", **back_again)
    hear(tell("spamreport"), tell("bounce"), tell("unsubscribe"))
    assert reader(hear.house).status == ("complained" if suppressed else "active")
    assert feedback(hear.house) == Feedback(0, 1, 1, 1)  # it happened all the same


def test_who_took_a_misclick_back_may_have_complained_before(hear: Any, tell: Any) -> None:
    since = utc_text(datetime.fromtimestamp(HAPPENED + 60, UTC))
    undone = {"status": "active", "status_since": since, "status_note": "unsubscribing undone"}
    hear.house.change("a@example.org", **undone)
    hear(tell("spamreport"))
    assert reader(hear.house).status == "complained"


# The ledger

REPORTED = {
    "processed": ("processed", "reported as processed"),
    "deferred": ("deferred", "reported as deferred"),
    "blocked": ("blocked", "reported as blocked"),
    "delivered": ("delivered", "reported as delivered"),
    "bounce": ("bounced", "reported as bounced"),
    "spamreport": ("", "reported as spam"),
}


@pytest.mark.parametrize("kind", REPORTED)
def test_a_report_of_any_way_it_went_settles_doubt(hear: Any, tell: Any, kind: str) -> None:
    hear.put("doubtful", reason="no answer", detail="HTTP 503", settled_at=None)
    hear(tell(kind))
    arrival, reason = REPORTED[kind]
    assert hear.has_come_to() == ("accepted", arrival)
    (row,) = hear.house.rows()
    assert row.reason == reason
    assert row.settled_at


@pytest.mark.parametrize("kind", ["unsubscribe", "group_resubscribe", "news"])
def test_what_tells_nothing_of_its_way_leaves_doubt(hear: Any, tell: Any, kind: str) -> None:
    hear.put("doubtful")
    hear(tell(kind))
    assert hear.has_come_to() == ("doubtful", "")


@pytest.mark.parametrize("state", ["accepted", "doubtful"])
def test_what_was_dropped_has_failed_for_its_reason(hear: Any, tell: Any, state: str) -> None:
    hear.put(state)
    hear(tell("dropped"))
    assert hear.has_come_to() == ("failed", "dropped")
    assert shown(hear.house) == [("failed", "dropped: Bounced Address", "Bounced Address")]
    assert hear.house.standing().counts.failed == 1
    assert feedback(hear.house) == Feedback(0, 0, 0, 0)


def test_a_drop_without_a_reason_is_told_as_one(hear: Any, tell: Any) -> None:
    hear(tell("dropped", reason=None))
    assert shown(hear.house) == [("failed", "dropped", "")]


@pytest.mark.parametrize(("kind", "arrival"), [("delivered", "delivered"), ("bounce", "bounced")])
@pytest.mark.parametrize("state", ["planned", "failed"])
def test_what_has_reached_a_server_is_not_sent_again(
    hear: Any, tell: Any, make_post: Any, state: str, kind: str, arrival: str
) -> None:
    hear.put(state)
    hear(tell(kind))
    assert hear.has_come_to() == ("accepted", arrival)
    post = make_post()
    ending = hear.house.send(post)
    assert (post.handed, ending.counts.accepted) == ([], 1)


@pytest.mark.parametrize("kind", ["processed", "deferred", "blocked", "dropped"])
def test_what_else_became_of_an_earlier_attempt_says_nothing_of_the_next(
    hear: Any, tell: Any, make_post: Any, kind: str
) -> None:
    hear.put("planned")
    hear(tell(kind))
    assert hear.has_come_to() == ("planned", "")
    post = make_post()
    hear.house.send(post)
    assert post.handed == ["a@example.org"]
    assert hear.has_come_to() == ("accepted", "")


@pytest.mark.parametrize("state", ["claimed", "attempting", "skipped"])
@pytest.mark.parametrize("kind", ["processed", "delivered", "dropped", "bounce", "spamreport"])
def test_what_is_the_senders_or_over_keeps_its_state(
    hear: Any, tell: Any, state: str, kind: str
) -> None:
    hear.put(state, reason="as it was")
    hear(tell(kind))
    (row,) = hear.house.rows()
    assert (row.state, row.reason) == (state, "as it was")


def test_a_finished_mailing_stays_as_it_was(hear: Any, tell: Any) -> None:
    hear.house.note(state="finished", finished_at="2023-12-05T15:00:00.000+00:00")
    with reading(hear.house.engine) as connection:
        before = connection.execute(select(mailings)).all()
    hear(tell("dropped"), tell("spamreport"))
    with reading(hear.house.engine) as connection:
        assert connection.execute(select(mailings)).all() == before


def test_what_is_planned_again_begins_anew(hear: Any, tell: Any, make_post: Any) -> None:
    hear(tell("dropped"))
    hear.house.note(state="finished")
    assert control.plan_failed_again(hear.house.engine, hear.house.mailing) == 1
    assert hear.has_come_to() == ("planned", "")
    post = make_post()
    hear.house.send(post)
    assert post.handed == ["a@example.org"]
    assert hear.has_come_to() == ("accepted", "")
    hear(tell("delivered"))
    assert hear.has_come_to() == ("accepted", "delivered")


def test_doubt_that_is_sent_again_begins_anew_too(hear: Any, tell: Any) -> None:
    hear.put("doubtful")
    assert control.settle(hear.house.engine, hear.house.mailing, "planned") == 1
    hear(tell("delivered"))
    assert hear.has_come_to() == ("accepted", "delivered")


# Whose events they are


@pytest.mark.parametrize(
    "fields",
    [
        {"delivery": "2"},
        {"delivery": "-1"},
        {"delivery": None},
        {"email": "b@example.org"},
        {"email": None},
        {"email": ""},
        {"email": 7},
        {"email": "erased:1"},
    ],
)
@pytest.mark.parametrize("kind", ["bounce", "spamreport", "dropped", "delivered"])
def test_events_of_others_are_kept_and_change_nothing(
    hear: Any, tell: Any, kind: str, fields: dict[str, Any]
) -> None:
    before = hear.house.rows(), reader(hear.house)
    hear(tell(kind) | fields)
    assert (hear.house.rows(), reader(hear.house)) == before
    (kept,) = hear.all()
    # What could quote an address of somebody that no `erase` would find is not kept.
    assert (kept["delivery_id"], kept["kind"], kept["detail"]) == (None, kind, "")


@pytest.mark.parametrize("email", ["a@example.org", "A@EXAMPLE.org", " a@Example.Org "])
def test_addresses_are_compared_in_their_normal_form(hear: Any, tell: Any, email: str) -> None:
    hear(tell("delivered", email=email))
    assert hear.has_come_to() == ("accepted", "delivered")


def test_a_domain_may_come_in_its_own_letters(house: Any, tell: Any, hear: Any) -> None:
    with writing(house.engine) as connection:
        connection.execute(update(deliveries).values(key="a@xn--bcher-kva.example"))
    hear(tell("delivered", email="a@Bücher.example"))
    assert hear.has_come_to() == ("accepted", "delivered")


@pytest.mark.parametrize("kind", ["bounce", "spamreport", "unsubscribe", "delivered", "dropped"])
def test_an_erased_reader_is_left_alone_and_the_delivery_still_counts(
    hear: Any, tell: Any, kind: str
) -> None:
    with writing(hear.house.engine) as connection:
        connection.execute(update(deliveries).values(key="erased:1", email=""))
        connection.execute(update(subscribers).values(key=None, email=None, status="erased"))
    hear(tell(kind, email="a@example.org"), tell(kind, email=None))
    with reading(hear.house.engine) as connection:
        assert connection.execute(select(subscribers.c.status)).scalars().all() == ["erased"]
    assert [(each["delivery_id"], each["detail"]) for each in hear.all()] == [(1, ""), (1, "")]
    assert feedback(hear.house) is not None
    assert "a@example.org" not in str(hear.house.rows())


# Twice


def test_an_event_counts_once(hear: Any, tell: Any) -> None:
    event = tell("spamreport")
    hear(event, event)
    hear.house.change("a@example.org", status="active")
    hear(event)
    assert len(hear.all()) == 1
    assert reader(hear.house).status == "active"


def test_an_event_without_a_name_counts_once_too(hear: Any, tell: Any) -> None:
    event = tell("unsubscribe", sg_event_id=None)
    hear(event, event)
    hear(event, tell("spamreport", sg_event_id=None))
    assert [each["kind"] for each in hear.all()] == ["unsubscribe", "spamreport"]


def test_a_request_may_be_about_more_than_one_statement_takes(hear: Any, tell: Any) -> None:
    hear(*(tell("processed", number, "a@example.org") for number in range(40_000, 0, -1)))
    assert len(hear.all()) == 40_000
    assert hear.has_come_to() == ("accepted", "processed")


def test_nothing_is_nothing(hear: Any) -> None:
    hear()
    assert hear.all() == []
