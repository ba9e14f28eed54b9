"""What people do to a mailing: pause, resume, cancel, plan again, settle doubt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import Engine, text

from newsletter.delivery import control
from newsletter.delivery.claim import Claim
from newsletter.delivery.ending import Ending, Why
from newsletter.delivery.lock import sender_lock
from newsletter.errors import MailingRefused, SenderBusy, StoreUnavailable
from newsletter.store import open_store

Readers = Callable[..., list[str]]


@pytest.fixture
def another(database: str, make_house: Callable[[Engine], Any]) -> Iterator[Any]:
    """The same publication, as another process has it open."""
    engine = open_store(database, Path("/"))
    yield make_house(engine)
    engine.dispose()


@dataclass
class Sending:
    """A sender at work in a thread of its own."""

    thread: Thread | None = None
    ending: list[Ending] = field(default_factory=list)
    begun: Event = field(default_factory=Event)
    go_on: Event = field(default_factory=Event)

    def ended(self) -> Ending:
        assert self.thread
        self.thread.join(20)
        return self.ending[0]


@contextmanager
def sending(house: Any, post: Any, stalled_at: str = "") -> Iterator[Sending]:
    """A mailing that goes on until it is told to end; it may stall at an address."""
    work = Sending()

    def wait(claim: Claim) -> None:
        work.begun.set()
        work.go_on.wait(10 if claim.reader.email == stalled_at else 0.01)

    post.before = wait
    work.thread = Thread(target=lambda: work.ending.append(house.send(post)))
    work.thread.start()
    work.begun.wait(10)
    try:
        yield work
    finally:
        work.go_on.set()
        work.thread.join(20)


def refused(act: Callable[..., Any], *args: Any) -> str:
    with pytest.raises(MailingRefused) as caught:
        act(*args)
    return str(caught.value)


# Pause and resume


def test_a_pause_ends_the_sender_and_lasts_until_somebody_resumes(
    house: Any, another: Any, make_post: Any, readers: Readers
) -> None:
    house.subscribe(*readers(2000))
    post = make_post()
    with sending(house, post) as work:
        assert control.pause(another.engine, another.mailing)
        ending = work.ended()

    assert (ending.why, ending.exit_code) == (Why.PAUSED, 1)
    assert ending.counts.accepted == len(post.handed) < 2000
    mailing = house.mailing
    assert (mailing.state, mailing.hold, mailing.wish) == ("paused", "operator", "")
    assert refused(house.send, post) == (
        "2023-12 is paused by an operator; 'newsletter resume 2023-12' lifts that"
    )

    control.resume(another.engine, another.mailing)

    assert house.send(make_post(), limit=5).counts.accepted == ending.counts.accepted + 5
    assert len(post.handed) == len(set(post.handed))


def test_a_pause_that_nobody_is_sending_is_done_at_once(house: Any, make_post: Any) -> None:
    house.subscribe("a@example.org")
    mailing = house.plan()

    assert control.pause(house.engine, mailing)
    assert control.pause(house.engine, mailing)
    assert "paused by an operator" in refused(house.send, make_post())

    control.resume(house.engine, mailing)
    control.resume(house.engine, mailing)
    assert house.send(make_post()).why is Why.DONE


def test_a_sender_that_waits_for_an_answer_pauses_after_it(
    house: Any, another: Any, make_post: Any, readers: Readers
) -> None:
    house.subscribe(*readers(10))
    post = make_post(at_once=1)
    with sending(house, post, stalled_at="reader1@example.org") as work:
        assert not control.pause(another.engine, another.mailing, patience=0.6)
        assert another.standing().state == "sending"
        work.go_on.set()
        ending = work.ended()

    assert (ending.why, ending.counts.accepted) == (Why.PAUSED, len(post.handed))
    assert (house.mailing.state, house.mailing.hold) == ("paused", "operator")


def test_a_pause_may_be_taken_back_before_the_sender_has_seen_it(
    house: Any, another: Any, make_post: Any, readers: Readers
) -> None:
    house.subscribe(*readers(10))
    with sending(house, make_post(at_once=1), stalled_at="reader1@example.org") as work:
        control.pause(another.engine, another.mailing, patience=0)
        control.resume(another.engine, another.mailing)
        work.go_on.set()
        assert work.ended().why is Why.DONE


def test_a_pause_that_is_taken_back_while_the_last_answer_is_awaited_holds_nobody_up(
    sqlite_house: Any, make_post: Any, readers: Readers
) -> None:
    sqlite_house.subscribe(*readers(10))
    with sending(sqlite_house, make_post(at_once=2), stalled_at="reader1@example.org") as work:
        assert not control.pause(sqlite_house.engine, sqlite_house.mailing, patience=0.6)
        control.resume(sqlite_house.engine, sqlite_house.mailing)
        assert sqlite_house.mailing.hold == "interruption"  # what a kill would leave
        work.go_on.set()
        work.ended()

    assert not sqlite_house.mailing.needs_resume
    assert sqlite_house.send(make_post()).why is Why.DONE


def test_no_wish_is_left_on_what_is_over(house: Any, make_post: Any) -> None:
    house.subscribe("a@example.org")
    house.send(make_post(otherwise="failed"))
    with sender_lock(house.engine, house.mailing.id):  # the sender is about to let go
        assert not control.cancel(house.engine, house.mailing, patience=0)
    assert house.mailing.wish == ""
    assert control.plan_failed_again(house.engine, house.mailing) == 1
    assert house.send(make_post()).why is Why.DONE


@pytest.mark.parametrize(("wish", "why"), [("pause", Why.PAUSED), ("cancel", Why.CANCELLED)])
def test_a_wish_outlives_the_sender_it_was_meant_for(
    sqlite_house: Any, make_post: Any, wish: str, why: Why
) -> None:
    sqlite_house.subscribe("a@example.org")
    sqlite_house.plan()
    sqlite_house.note(wish=wish)
    post = make_post()

    assert (sqlite_house.send(post).why, post.handed) == (why, [])
    assert sqlite_house.mailing.wish == ""


# Cancel


def test_a_cancellation_skips_the_rest_for_good(
    house: Any, another: Any, make_post: Any, readers: Readers
) -> None:
    house.subscribe(*readers(2000))
    post = make_post({"reader1@example.org": ["doubtful"], "reader2@example.org": ["failed"]})
    with sending(house, post) as work:
        assert control.cancel(another.engine, another.mailing)
        ending = work.ended()

    assert (ending.why, ending.exit_code) == (Why.CANCELLED, 1)
    counts = ending.counts
    assert (counts.doubtful, counts.failed, counts.remaining) == (1, 1, 0)
    assert counts.skipped == 2000 - len(post.handed)
    assert {row.reason for row in house.rows() if row.state == "skipped"} == {"cancelled"}
    mailing = house.mailing
    assert (mailing.state, mailing.hold, mailing.wish) == ("cancelled", "", "")
    assert mailing.finished_at
    stays = "2023-12 was cancelled, and stays so"
    assert refused(house.send, post) == stays
    assert refused(control.plan_failed_again, house.engine, mailing) == stays
    assert refused(control.settle, house.engine, mailing, "planned") == stays
    for act, done in ((control.pause, "paused"), (control.resume, "resumed")):
        assert refused(act, house.engine, mailing) == (
            f"2023-12 is cancelled already, and cannot be {done}"
        )
    assert control.cancel(house.engine, mailing)
    assert house.mailing == mailing
    assert control.settle(house.engine, mailing, "accepted") == 1
    assert house.mailing.state == "cancelled"


def test_what_is_finished_can_be_neither_paused_nor_cancelled(house: Any, make_post: Any) -> None:
    house.subscribe("a@example.org")
    house.send(make_post())
    for act, done in (
        (control.pause, "paused"), (control.resume, "resumed"), (control.cancel, "cancelled")
    ):  # fmt: skip
        assert refused(act, house.engine, house.mailing) == (
            f"2023-12 is finished already, and cannot be {done}"
        )


def test_a_cancellation_goes_before_a_pause(house: Any, make_post: Any) -> None:
    house.subscribe("a@example.org")
    mailing = house.plan()
    control.pause(house.engine, mailing)
    control.cancel(house.engine, mailing)
    assert (house.mailing.state, house.states()) == ("cancelled", {"a@example.org": "skipped"})


# Doubt and failure


@pytest.fixture
def finished(house: Any, make_post: Any) -> Any:
    """A finished mailing: two in doubt, two failed, one accepted."""
    house.subscribe(*(f"{name}@example.org" for name in "abcde"))
    said = {"a": "doubtful", "b": "doubtful", "c": "failed", "d": "failed"}
    house.send(make_post({f"{name}@example.org": [word] for name, word in said.items()}))
    return house


def test_doubt_is_settled_as_accepted(finished: Any, make_post: Any) -> None:
    assert control.settle(finished.engine, finished.mailing, "accepted", ["b@example.org"]) == 1
    row = finished.rows()[1]
    assert (row.state, row.reason) == ("accepted", "settled by hand")
    assert finished.mailing.state == "finished"
    assert control.settle(finished.engine, finished.mailing, "accepted") == 1
    assert control.settle(finished.engine, finished.mailing, "accepted") == 0
    post = make_post()
    finished.send(post)
    assert post.handed == []


def test_doubt_is_planned_again_and_sent_by_the_next_send_only(
    finished: Any, make_post: Any
) -> None:
    assert control.settle(finished.engine, finished.mailing, "planned", ["b@example.org"]) == 1
    mailing = finished.mailing
    assert (mailing.state, mailing.finished_at) == ("planned", None)
    assert finished.standing().counts.remaining == 1
    post = make_post()

    ending = finished.send(post)

    assert post.handed == ["b@example.org"]
    assert (ending.why, ending.exit_code, ending.counts.doubtful) == (Why.DONE, 1, 1)
    assert finished.rows()[1].attempts == 2


def test_an_address_that_is_not_in_doubt_changes_nothing(finished: Any) -> None:
    wanted = ["a@example.org", "e@example.org", "nobody@example.org"]
    assert refused(control.settle, finished.engine, finished.mailing, "planned", wanted) == (
        "no doubtful delivery of 2023-12 to e@example.org, nobody@example.org; "
        "'newsletter doubtful 2023-12' lists them"
    )
    assert finished.standing().counts.doubtful == 2


def test_what_failed_is_planned_again(finished: Any, make_post: Any) -> None:
    assert control.plan_failed_again(finished.engine, finished.mailing) == 2
    assert control.plan_failed_again(finished.engine, finished.mailing) == 0
    assert finished.mailing.state == "planned"
    post = make_post()
    finished.send(post)
    assert post.handed == ["c@example.org", "d@example.org"]


def test_nothing_is_planned_again_where_nothing_failed(house: Any, make_post: Any) -> None:
    house.subscribe("a@example.org")
    house.send(make_post())
    assert control.plan_failed_again(house.engine, house.mailing) == 0
    assert house.mailing.state == "finished"


def test_whoever_left_is_not_sent_to_again(finished: Any, make_post: Any) -> None:
    finished.change("a@example.org", status="complained")
    control.settle(finished.engine, finished.mailing, "planned")
    post = make_post()
    finished.send(post)
    assert post.handed == ["b@example.org"]
    assert finished.states()["a@example.org"] == "skipped"


def test_nothing_is_settled_while_a_sender_lives(
    sqlite_house: Any, make_post: Any, readers: Readers
) -> None:
    sqlite_house.subscribe(*readers(3))
    with (
        sending(sqlite_house, make_post(), stalled_at="reader1@example.org"),
        pytest.raises(SenderBusy, match=r"^2023-12 is being sent by process \d+ on "),
    ):
        control.plan_failed_again(sqlite_house.engine, sqlite_house.mailing)


@pytest.mark.parametrize(
    "act",
    [
        lambda *mailing: control.settle(*mailing, "planned"),
        control.plan_failed_again,
        control.cancel,
    ],
    ids=["doubtful --resend", "retry --failed", "cancel"],
)
def test_deliveries_and_their_mailing_change_together_or_not_at_all(
    sqlite_house: Any, make_post: Any, act: Callable[..., Any]
) -> None:
    house = sqlite_house
    house.subscribe("a@example.org", "b@example.org", "c@example.org")
    house.send(make_post({"a@example.org": ["doubtful"], "b@example.org": ["failed"]}), limit=2)
    if act is not control.cancel:
        house.send(make_post())
    before = house.states()
    with house.engine.begin() as connection:
        connection.execute(
            text(
                "CREATE TRIGGER stop BEFORE UPDATE OF state ON mailings "
                "BEGIN SELECT RAISE(ABORT, 'the power fails'); END"
            )
        )

    with pytest.raises(StoreUnavailable, match="the power fails"):
        act(house.engine, house.mailing)

    assert house.states() == before
