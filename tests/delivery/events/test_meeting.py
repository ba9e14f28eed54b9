"""Events while others are at the same rows: a sender, more requests, whoever erases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Event, Thread
from time import sleep
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, text

from newsletter.delivery.claim import Claim
from newsletter.delivery.ending import Why
from newsletter.delivery.mailing import Feedback, feedback_of
from newsletter.errors import StoreUnavailable
from newsletter.store import deliveries, events, reading, subscribers, writing

Readers = Callable[..., list[str]]


EARLY = {
    "dropped": ("failed", "dropped"),
    "bounce": ("accepted", "bounced"),
    "delivered": ("accepted", "delivered"),
    "processed": ("accepted", "processed"),
}


@pytest.mark.parametrize(("kind", "end"), EARLY.items())
@pytest.mark.parametrize("answer", ["accepted", "doubtful"])
def test_what_is_reported_before_the_sender_has_written_counts_when_it_is_done(
    hear: Any, tell: Any, make_post: Any, answer: str, kind: str, end: tuple[str, str]
) -> None:
    hear.put("planned")

    def early(claim: Claim) -> None:
        hear(tell(kind, claim.delivery, claim.reader.email))
        assert hear.has_come_to()[0] == "attempting"

    post = make_post({"a@example.org": [answer]}, before=early)
    ending = hear.house.send(post)

    assert hear.has_come_to() == end
    assert getattr(ending.counts, end[0]) == 1
    (row,) = hear.house.rows()
    if kind == "dropped":
        assert row.reason == "dropped: Bounced Address"


def test_what_is_reported_before_the_sender_died_counts_once_it_is_looked_at(
    hear: Any, tell: Any
) -> None:
    hear.put("attempting")
    hear(tell("processed"))
    assert hear.has_come_to() == ("attempting", "processed")
    counts = hear.house.standing().counts
    assert (counts.accepted, counts.doubtful) == (1, 0)


def test_a_drop_after_a_refusal_for_now_is_of_the_attempt_before(
    hear: Any, tell: Any, make_post: Any
) -> None:
    hear.put("planned")
    post = make_post({"a@example.org": ["planned"]})
    hear.house.send(post, delays=())
    hear(tell("dropped"))
    hear.house.send(post)
    assert hear.has_come_to() == ("accepted", "")


@pytest.fixture
def crowd(house: Any, readers: Readers) -> Any:
    """A mailing to 60 readers, not sent yet, over either database."""
    house.subscribe(*readers(60))
    house.plan()
    return house


def stories(house: Any, tell: Any, seed: int) -> tuple[list[Any], Counter[str]]:
    """A story for each delivery: its events, several times and in no order, and all the ends."""
    random, told, ends = Random(seed), [], Counter[str]()  # noqa: S311 - the same each time
    for row in house.rows():
        end = random.choice(["delivered", "bounce", "blocked", "dropped", "spamreport"])
        before = ["delivered"] if end == "spamreport" else []
        ends[end] += 1
        story = [tell(kind, row.id, row.key) for kind in ("processed", *before, end)]
        told += [*story, *random.choices(story, k=2)]
    random.shuffle(told)
    return told, ends


def assert_counted(house: Any, ends: Counter[str]) -> None:
    with reading(house.engine) as connection:
        kept = connection.execute(select(func.count(events.c.id))).scalar_one()
        heard = feedback_of(connection, house.mailing)
        who = select(subscribers.c.status, func.count()).group_by(subscribers.c.status)
        statuses = Counter({row[0]: row[1] for row in connection.execute(who)})
    total = sum(ends.values())
    assert kept == 2 * total + ends["spamreport"]
    assert heard == Feedback(
        ends["delivered"] + ends["spamreport"], ends["bounce"], ends["spamreport"], 0
    )
    counts = house.standing().counts
    assert (counts.total, counts.failed) == (total, ends["dropped"])
    assert counts.accepted == total - ends["dropped"]
    assert statuses["bounced"] == ends["bounce"]
    assert statuses["complained"] == ends["spamreport"]


def parts(told: list[Any], size: int) -> Iterator[list[Any]]:
    return (told[first : first + size] for first in range(0, len(told), size))


def test_requests_at_once_about_the_same_deliveries(crowd: Any, hearing: Any, tell: Any) -> None:
    crowd.engine.dispose()
    with writing(crowd.engine) as connection:
        connection.execute(deliveries.update().values(state="accepted"))
    told, ends = stories(crowd, tell, 1)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda some: hearing(*some), parts(told * 2, 40)))
    assert_counted(crowd, ends)


def post_once_handed(hearing: Any, handed: dict[str, Event], share: list[Any]) -> None:
    for some in parts(share, 15):
        for each in some:
            assert handed[each["email"]].wait(30)
        hearing(*some)


def test_a_sender_at_work_is_not_disturbed(
    crowd: Any, hearing: Any, tell: Any, make_post: Any
) -> None:
    """Each mail's events come while others leave, or while it is itself under way."""
    told, ends = stories(crowd, tell, 2)
    order = {row.key: row.id for row in crowd.rows()}
    handed = {key: Event() for key in order}
    told.sort(key=lambda each: order[each["email"]] // 12)

    def slowly(claim: Claim) -> None:
        for address in post.handed:
            handed[address].set()
        sleep(0.005)

    post = make_post(before=slowly, at_once=15)
    with ThreadPoolExecutor(3) as pool:
        shares = (told[::3], told[1::3], told[2::3])
        posted = [pool.submit(post_once_handed, hearing, handed, share) for share in shares]
        ending = crowd.send(post)
        for each in posted:
            each.result(60)

    assert (ending.why, ending.error) == (Why.DONE, "")
    assert max(post.times.values()) == 1
    assert_counted(crowd, ends)


def hold(engine: Engine, statement: Any) -> Any:
    """A transaction of somebody else's that keeps rows."""
    connection = engine.connect()
    connection.begin()
    connection.execute(statement)
    return connection


@pytest.mark.parametrize(
    "held",
    [
        select(deliveries).with_for_update(),
        select(subscribers).with_for_update(),
        subscribers.update().values(first_name="Ann"),
    ],
    ids=["a delivery", "a reader", "a list that is taken in"],
)
def test_rows_that_others_hold_are_waited_for_without_holding_any(
    postgresql_hear: Any, tell: Any, held: Any
) -> None:
    hear = postgresql_hear
    other = hold(hear.house.engine, held)
    waiting = Thread(target=hear, args=[tell("bounce")])
    waiting.start()
    sleep(0.3)
    # Whoever has rows does not wait for the others that the request needs: it holds none.
    other.execute(text("SET LOCAL lock_timeout = '500ms'"))
    other.execute(deliveries.update().values(first_name="Ann"))
    other.execute(subscribers.update().values(last_name="Lee"))
    assert hear.all() == []
    other.commit()
    other.close()
    waiting.join(20)
    assert hear.has_come_to() == ("accepted", "bounced")


def test_rows_that_are_held_for_too_long_leave_nothing_half_written(
    postgresql_hear: Any, tell: Any
) -> None:
    hear = postgresql_hear
    other = hold(hear.house.engine, select(subscribers).with_for_update())
    hear.patience = 0.2
    with pytest.raises(StoreUnavailable):
        hear(tell("delivered"), tell("spamreport"))
    other.rollback()
    other.close()
    assert hear.all() == []
    assert hear.has_come_to() == ("accepted", "")
