"""One run of the sending loop: who is handed out, what is written down, how it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import sleep
from typing import Any

import pytest
from sqlalchemy import func, select

from newsletter.delivery.claim import Claim, Claims, Outcome
from newsletter.delivery.dispatch import Stop, Tally
from newsletter.delivery.ending import Why
from newsletter.errors import MailingRefused, ProviderFailed
from newsletter.store import deliveries, reading, subscribers

Readers = Callable[..., list[str]]
QUICK = (0.0, 0.01, 0.02)
NEVER = (60.0,)


def states_seen(house: Any, claims: list[Claim]) -> set[str]:
    """Where claims stand for everybody else who looks into the database."""
    numbers = [claim.delivery for claim in claims]
    with reading(house.engine) as connection:
        query = select(deliveries.c.state).where(deliveries.c.id.in_(numbers))
        return set(connection.scalars(query))


def attempting(house: Any) -> int:
    query = select(func.count()).where(deliveries.c.state == "attempting")
    with reading(house.engine) as connection:
        return int(connection.execute(query).scalar_one())


# Who gets it


def test_everybody_is_handed_out_once(house: Any, make_post: Any, readers: Readers) -> None:
    house.subscribe(*readers(20))
    post = make_post()

    ending = house.send(post)

    assert sorted(post.handed) == sorted(readers(20))
    assert (ending.why, ending.exit_code, ending.error) == (Why.DONE, 0, "")
    assert set(house.states().values()) == {"accepted"}
    assert {row.attempts for row in house.rows()} == {1}
    assert all(row.attempted_at and row.settled_at for row in house.rows())
    mailing = house.mailing
    assert (mailing.state, mailing.hold, mailing.wish) == ("finished", "", "")
    assert mailing.planned_at <= mailing.started_at <= mailing.finished_at


def test_a_finished_mailing_has_nothing_left_to_hand_out(house: Any, make_post: Any) -> None:
    house.subscribe("a@example.org")
    house.send(make_post())
    finished = house.mailing.finished_at
    again = make_post()

    ending = house.send(again)

    assert (again.handed, ending.why) == ([], Why.DONE)
    assert house.mailing.finished_at == finished


def test_whoever_may_get_no_mail_is_skipped_with_the_reason(house: Any, make_post: Any) -> None:
    house.subscribe("good@example.org")
    house.subscribe("none@example.org", consent=None)
    house.subscribe("old@example.org", consent="implied", consent_until="2023-12-04")
    house.subscribe("last-day@example.org", consent="implied", consent_until="9999-12-31")
    for status in ("unsubscribed", "bounced", "complained", "manual"):
        house.subscribe(f"{status}@example.org", status=status)
    post = make_post()

    ending = house.send(post)

    assert sorted(post.handed) == ["good@example.org", "last-day@example.org"]
    assert {row.key: row.reason for row in house.rows() if row.state == "skipped"} == {
        "none@example.org": "no consent on record",
        "old@example.org": "implied consent ran out on 2023-12-04",
        "unsubscribed@example.org": "unsubscribed",
        "bounced@example.org": "bounced",
        "complained@example.org": "complained",
        "manual@example.org": "suppressed by hand",
    }
    assert (ending.counts.total, ending.counts.skipped, ending.exit_code) == (8, 6, 0)


def test_whoever_leaves_while_it_is_sent_is_not_sent_to(
    house: Any, make_post: Any, readers: Readers
) -> None:
    one, *others = readers(6)
    house.subscribe(one, *others)

    def leave(claim: Claim) -> None:
        if claim.reader.email == one:
            house.change("reader3@example.org", status="unsubscribed")
            house.change("reader4@example.org", consent=None)
            house.change("reader5@example.org", consent_until="2001-01-01")

    post = make_post(before=leave, at_once=2)
    ending = house.send(post)

    assert sorted(post.handed) == [one, "reader2@example.org", "reader6@example.org"]
    assert {row.key: row.reason for row in house.rows() if row.state == "skipped"} == {
        "reader3@example.org": "unsubscribed",
        "reader4@example.org": "no consent on record",
        "reader5@example.org": "implied consent ran out on 2001-01-01",
    }
    assert (ending.why, ending.exit_code) == (Why.DONE, 0)


def test_many_who_have_left_hold_nobody_up(
    sqlite_house: Any, make_post: Any, readers: Readers
) -> None:
    sqlite_house.subscribe(*readers(1500))
    sqlite_house.plan()
    with sqlite_house.engine.begin() as connection:
        left = subscribers.update().where(subscribers.c.id < 1500)
        connection.execute(left.values(status="unsubscribed"))
    post = make_post(at_once=2)

    ending = sqlite_house.send(post)

    assert post.handed == ["reader1500@example.org"]
    assert (ending.counts.skipped, ending.counts.accepted) == (1499, 1)


def test_a_reader_whose_name_would_break_a_header_is_skipped(house: Any, make_post: Any) -> None:
    house.subscribe("a@example.org", first_name="Ann\r\nBcc: x@example.org")
    house.subscribe("b@example.org", first_name="Ben")
    house.subscribe("jörg@example.org")
    post = make_post()

    house.send(post)

    assert post.handed == ["b@example.org"]
    assert {row.key: row.reason for row in house.rows() if row.state == "skipped"} == {
        "a@example.org": "first name holds a control character",
        "jörg@example.org": "the address is not ASCII, which the provider may not take (SMTPUTF8)",
    }


# What is written down, and when


def test_an_attempt_is_committed_before_it_is_handed_out(house: Any, readers: Readers) -> None:
    house.subscribe(*readers(12))
    seen: list[set[str]] = []
    most = 0

    class Looking:
        def deliver(self, claims: Claims) -> Iterator[Outcome]:
            nonlocal most
            while batch := list(claims.take(5)):
                seen.append(states_seen(house, batch))
                most = max(most, attempting(house))
                yield from (Outcome(claim.delivery, "accepted") for claim in batch)

    house.send(Looking())

    assert seen == [{"attempting"}] * 3
    assert most == 5


def test_what_the_provider_says_is_kept(house: Any, make_post: Any) -> None:
    house.subscribe("a@example.org", "b@example.org")
    answers = {
        "a@example.org": [Outcome(0, "accepted", detail="250 Ok " + "x" * 2000, provider_id="Q1")],
        "b@example.org": [Outcome(0, "failed", "no such user", "550 5.1.1 who?")],
    }

    ending = house.send(make_post(answers))

    a, b = house.rows()
    assert (a.state, a.provider_id, a.detail[:7], len(a.detail)) == (
        "accepted",
        "Q1",
        "250 Ok ",
        1000,
    )
    assert (b.state, b.reason, b.detail) == ("failed", "no such user", "550 5.1.1 who?")
    assert (ending.why, ending.exit_code) == (Why.DONE, 1)


@pytest.mark.parametrize("bad_mailbox", [False, True])
def test_an_answer_may_hold_what_no_database_takes(
    house: Any, make_post: Any, bad_mailbox: bool
) -> None:
    house.subscribe("a@example.org", "b@example.org")
    strange = "550 \x00 \udcff \U0001f600 ' %s :x"
    said = Outcome(0, "failed", strange, strange, strange, bad_mailbox)

    ending = house.send(make_post({"a@example.org": [said]}))

    assert (ending.why, ending.counts.failed) == (Why.DONE, 1)
    row = house.rows()[0]
    readable = "550 \ufffd \ufffd \U0001f600 ' %s :x"
    assert (row.reason, row.detail, row.provider_id) == (readable,) * 3


def test_a_dead_mailbox_suppresses_its_reader_and_nothing_else_does(
    house: Any, make_post: Any
) -> None:
    house.subscribe("dead@example.org", "policy@example.org", "fine@example.org")
    answers = {
        "dead@example.org": [Outcome(0, "failed", "", "550 5.1.1 no", bad_mailbox=True)],
        "policy@example.org": [Outcome(0, "failed", "", "550 5.7.1 no")],
    }

    house.send(make_post(answers))

    with reading(house.engine) as connection:
        query = select(subscribers.c.key, subscribers.c.status, subscribers.c.status_note)
        found = {row.key: (row.status, row.status_note) for row in connection.execute(query)}
    assert found == {
        "dead@example.org": ("bounced", "550 5.1.1 no"),
        "policy@example.org": ("active", ""),
        "fine@example.org": ("active", ""),
    }


def test_what_is_in_doubt_is_never_handed_out_again(house: Any, make_post: Any) -> None:
    house.subscribe("a@example.org", "b@example.org")
    post = make_post({"a@example.org": ["doubtful"]})

    first, again = house.send(post), house.send(post)

    assert post.handed == ["a@example.org", "b@example.org"]
    assert (first.why, first.exit_code) == (again.why, again.exit_code) == (Why.DONE, 1)
    assert house.states()["a@example.org"] == "doubtful"


# What was refused for now


def test_what_was_refused_for_now_is_tried_again(house: Any, make_post: Any) -> None:
    house.subscribe("a@example.org", "b@example.org")
    post = make_post({"a@example.org": ["planned", "planned", "planned"]})

    ending = house.send(post, delays=QUICK)

    assert post.times == {"a@example.org": 4, "b@example.org": 1}
    assert (ending.why, ending.exit_code) == (Why.DONE, 0)
    assert house.rows()[0].attempts == 4


def test_what_is_refused_again_and_again_is_left_for_the_next_send(
    house: Any, make_post: Any
) -> None:
    house.subscribe("a@example.org", "b@example.org")
    post = make_post({"a@example.org": ["planned"] * 5})

    ending = house.send(post, delays=QUICK)

    assert post.times == {"a@example.org": 4, "b@example.org": 1}
    assert (ending.why, ending.exit_code) == (Why.LEFT, 1)
    assert (ending.counts.accepted, ending.counts.remaining) == (1, 1)
    row = house.rows()[0]
    assert (row.state, row.reason, row.settled_at) == ("planned", "as told", None)
    assert (house.mailing.state, house.mailing.hold) == ("paused", "interruption")

    ending = house.send(post, delays=QUICK)

    assert post.times == {"a@example.org": 6, "b@example.org": 1}
    assert (ending.why, ending.exit_code) == (Why.DONE, 0)


def test_a_second_try_waits_for_its_time_and_holds_nobody_up(
    sqlite_house: Any, make_post: Any, readers: Readers
) -> None:
    sqlite_house.subscribe(*readers(30))
    post = make_post({"reader1@example.org": ["planned"]}, at_once=1)

    sqlite_house.send(post, delays=(0.3,))

    assert post.handed == [*readers(30), "reader1@example.org"]


def test_a_provider_that_asks_for_work_late_still_gets_the_second_try(house: Any) -> None:
    house.subscribe("a@example.org")
    handed = 0

    class Slow:
        """Is busy elsewhere for longer than the delay before it asks again."""

        def deliver(self, claims: Claims) -> Iterator[Outcome]:
            nonlocal handed
            while batch := list(claims.take(1)):
                handed += 1
                yield Outcome(batch[0].delivery, "planned" if handed == 1 else "accepted")
                sleep(0.02)

    ending = house.send(Slow(), delays=(0.001,))

    assert (handed, ending.why) == (2, Why.DONE)


def test_a_reader_who_leaves_before_the_second_try_gets_none(house: Any, make_post: Any) -> None:
    house.subscribe("a@example.org")

    def leave(_: Claim) -> None:
        house.change("a@example.org", status="complained")

    post = make_post({"a@example.org": ["planned"]}, before=leave)
    ending = house.send(post, delays=QUICK)

    assert (post.handed, house.states()) == (["a@example.org"], {"a@example.org": "skipped"})
    assert ending.why is Why.DONE


# Limits


def test_a_limit_hands_out_so_many_and_pauses(house: Any, make_post: Any, readers: Readers) -> None:
    house.subscribe(*readers(10))
    post = make_post({"reader2@example.org": ["failed"], "reader3@example.org": ["doubtful"]})

    ending = house.send(post, limit=4)

    assert len(post.handed) == 4
    assert (ending.why, ending.exit_code) == (Why.LIMIT, 0)
    assert (house.mailing.state, house.mailing.hold) == ("paused", "limit")
    assert ending.counts.remaining == 6

    ending = house.send(post, limit=6)

    assert sorted(post.handed) == sorted(readers(10))
    assert (ending.why, ending.exit_code) == (Why.DONE, 1)


def test_a_limit_counts_nobody_who_was_refused_for_now(
    house: Any, make_post: Any, readers: Readers
) -> None:
    house.subscribe(*readers(10))
    post = make_post({"reader1@example.org": ["planned"]})

    ending = house.send(post, limit=3, delays=NEVER)

    assert post.handed == readers(4)
    assert (ending.why, ending.counts.accepted, ending.counts.remaining) == (Why.LIMIT, 3, 7)


def test_a_limit_beyond_the_end_is_no_pause(house: Any, make_post: Any, readers: Readers) -> None:
    house.subscribe(*readers(3))
    assert house.send(make_post(), limit=3).why is Why.DONE


# Ends


def test_the_brake_pauses_what_goes_wrong(
    sqlite_house: Any, make_post: Any, readers: Readers
) -> None:
    sqlite_house.subscribe(*readers(300))
    post = make_post({each: ["failed"] for each in readers(6)}, at_once=1)

    ending = sqlite_house.send(post)

    assert len(post.handed) == 100
    assert (ending.why, ending.exit_code) == (Why.BRAKE, 1)
    assert (sqlite_house.mailing.state, sqlite_house.mailing.hold) == ("paused", "brake")
    with pytest.raises(MailingRefused) as caught:
        sqlite_house.send(post)
    assert str(caught.value) == (
        "2023-12 is paused by the brake; 'newsletter resume 2023-12' lifts that"
    )


@pytest.mark.parametrize("verdict", ["failed", "doubtful"])
def test_whatever_goes_wrong_counts_for_the_brake(
    sqlite_house: Any, make_post: Any, readers: Readers, verdict: str
) -> None:
    sqlite_house.subscribe(*readers(200))
    ending = sqlite_house.send(make_post(otherwise=verdict, at_once=1), delays=())
    assert (ending.why, ending.counts.accepted) == (Why.BRAKE, 0)
    assert sum(row.attempts for row in sqlite_house.rows()) == 100


def test_refusals_for_now_pull_no_brake(
    sqlite_house: Any, make_post: Any, readers: Readers
) -> None:
    sqlite_house.subscribe(*readers(200))
    later = readers(200)[150:]
    ending = sqlite_house.send(make_post(dict.fromkeys(later, ("planned",))), delays=())
    assert (ending.why, ending.counts.accepted, ending.counts.remaining) == (Why.LEFT, 150, 50)


def test_a_run_in_which_nothing_but_refusals_comes_ends_early(
    sqlite_house: Any, make_post: Any, readers: Readers
) -> None:
    sqlite_house.subscribe(*readers(200))
    ending = sqlite_house.send(make_post(otherwise="planned", at_once=1), delays=())
    assert (ending.why, ending.counts.remaining) == (Why.LEFT, 200)
    assert sum(row.attempts for row in sqlite_house.rows()) == 100


def test_a_share_of_failures_within_the_brake_goes_on(
    sqlite_house: Any, make_post: Any, readers: Readers
) -> None:
    sqlite_house.subscribe(*readers(200))
    post = make_post({each: ["failed"] for each in readers(5)}, at_once=1)
    ending = sqlite_house.send(post)
    assert (ending.why, ending.counts.accepted) == (Why.DONE, 195)


def test_the_brake_does_not_act_on_few(sqlite_house: Any, make_post: Any, readers: Readers) -> None:
    sqlite_house.subscribe(*readers(99))
    assert sqlite_house.send(make_post(otherwise="failed")).why is Why.DONE


def test_a_provider_that_gives_up_leaves_the_rest_planned(
    house: Any, make_post: Any, readers: Readers
) -> None:
    house.subscribe(*readers(10))

    class Failing:
        def deliver(self, claims: Claims) -> Iterator[Outcome]:
            first, second, third = claims.take(3)
            yield Outcome(first.delivery, "accepted")
            yield Outcome(second.delivery, "doubtful")
            yield Outcome(third.delivery, "planned")
            raise ProviderFailed("mail.example: error: it says no; check 'delivery.smtp'")

    ending = house.send(Failing())

    assert (ending.why, ending.exit_code) == (Why.PROVIDER, 1)
    assert ending.error == "mail.example: error: it says no; check 'delivery.smtp'"
    assert list(house.states().values()) == ["accepted", "doubtful", *["planned"] * 8]
    assert (house.mailing.state, house.mailing.hold) == ("paused", "provider")
    post = make_post()
    assert house.send(post).counts.accepted == 9
    assert sorted(post.handed) == sorted(readers(10)[2:])


def test_a_provider_with_a_bug_leaves_what_it_held_in_doubt(
    house: Any, make_post: Any, readers: Readers
) -> None:
    house.subscribe(*readers(10))

    def stumble(claim: Claim) -> None:
        if claim.reader.email == "reader2@example.org":
            raise LookupError("a bug")

    with pytest.raises(LookupError, match="a bug"):
        house.send(make_post(before=stumble))

    # The second, third and fourth were in flight.
    assert list(house.states().values()) == ["accepted", *["doubtful"] * 3, *["planned"] * 6]
    assert (house.mailing.state, house.mailing.hold) == ("paused", "interruption")
    assert house.standing().state == "paused"


def test_a_stop_finishes_what_is_in_flight(house: Any, make_post: Any, readers: Readers) -> None:
    house.subscribe(*readers(10))
    stop = Stop()

    def ask(claim: Claim) -> None:
        stop.requested = True

    post = make_post(before=ask)
    ending = house.send(post, stop=stop)

    assert len(post.handed) == 3
    assert (ending.why, ending.exit_code) == (Why.INTERRUPTED, 1)
    assert (ending.counts.accepted, ending.counts.remaining) == (3, 7)
    assert (house.mailing.state, house.mailing.hold) == ("paused", "interruption")
    assert house.send(post).why is Why.DONE
    assert sorted(post.handed) == sorted(readers(10))


def test_a_stop_in_the_last_moment_is_an_end(house: Any, make_post: Any, readers: Readers) -> None:
    house.subscribe(*readers(3))
    stop = Stop()

    def ask(claim: Claim) -> None:
        stop.requested = True

    assert house.send(make_post(before=ask), stop=stop).why is Why.DONE


def test_a_run_is_watched(sqlite_house: Any, make_post: Any, readers: Readers) -> None:
    sqlite_house.subscribe(*readers(5))
    seen: list[int] = []

    def watch(tally: Tally) -> None:
        seen.append(tally.settled)

    def wait(_: Claim) -> None:
        sleep(0.11)  # longer than from one report to the next

    sqlite_house.send(make_post(at_once=1, before=wait), watch=watch)

    assert set(seen) == {0, 1, 2, 3, 4, 5}
    assert seen == sorted(seen)


def test_what_an_earlier_attempt_was_told_does_not_stand_beside_a_doubt(
    house: Any, make_post: Any
) -> None:
    house.subscribe("a@example.org")
    later = Outcome(0, "planned", "refused for now", "450 4.2.0 greylisted", "queue-id")
    house.send(make_post({"a@example.org": (later, "doubtful")}), delays=(0.0,))
    (row,) = house.rows()
    assert (row.state, row.detail, row.provider_id) == ("doubtful", "", "")
