"""Limits of speed, for the whole run and for single domains."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from newsletter.config import Rate
from newsletter.delivery.claim import Claim
from newsletter.delivery.pace import DELAYS, Lanes, Limit, Retries

Readers = Callable[..., list[str]]
HOURLY = Rate(count=1, seconds=3600)


def taken_for(limit: Limit, seconds: float, at_once: int) -> list[int]:
    """What a limit lets pass when it is asked again and again."""
    until, taken = monotonic() + seconds, []
    while monotonic() < until:
        number = min(limit.room(), at_once)
        limit.spend(number)
        taken.append(number)
        sleep(0.001)
    return taken


def test_the_delays_are_those_of_the_contract() -> None:
    assert DELAYS == (1.0, 5.0, 30.0)


@given(st.integers(1, 4000), st.integers(1, 60), st.integers(1, 100))
def test_a_limit_begins_with_no_more_than_a_quarter_second_of_its_rate(
    count: int, seconds: int, at_once: int
) -> None:
    limit = Limit(Rate(count=count, seconds=seconds))
    first = limit.room()
    assert first == 1
    limit.spend(min(first, at_once))
    assert limit.room() <= max(1, 0.25 * count / seconds)


def test_a_limit_is_kept_over_time() -> None:
    limit = Limit(Rate(count=200, seconds=1))
    began = monotonic()
    taken = sum(taken_for(limit, 0.3, at_once=100))
    passed = monotonic() - began
    assert taken <= 200 * passed + 50 + 1


def test_a_limit_makes_up_for_a_pause_by_a_quarter_second_at_most() -> None:
    limit = Limit(Rate(count=100, seconds=1))
    limit.spend(1)
    sleep(0.4)
    assert limit.room() == 25
    limit.spend(25)
    assert limit.room() <= 1


def test_a_rate_of_one_an_hour_lets_one_pass() -> None:
    limit = Limit(HOURLY)
    assert limit.room() == 1
    limit.spend(1)
    assert limit.room() == 0


def test_a_slow_domain_holds_up_no_other() -> None:
    lanes = Lanes(None, {"slow.example": HOURLY})
    for number in range(10):
        lanes.add(number, "slow.example")
    for number in range(10, 20):
        lanes.add(number, "other.example")

    assert lanes.next(4) == [0, 10, 11, 12]
    assert lanes.next(4) == [13, 14, 15, 16]
    assert lanes.next(4) == [17, 18, 19]
    assert lanes.next(4) == []
    assert len(lanes) == 9


def test_the_rate_of_the_run_holds_for_all_domains_together() -> None:
    lanes = Lanes(HOURLY, {"slow.example": HOURLY, "slower.example": HOURLY})
    for number, domain in enumerate(("slow.example", "slower.example", "other.example")):
        lanes.add(number, domain)
    assert len(lanes.next(10)) == 1
    assert lanes.next(10) == []


@given(
    st.lists(st.sampled_from(["a.example", "b.example", "c.example"]), max_size=40),
    st.lists(st.integers(1, 7), max_size=60),
)
def test_lanes_lose_nobody_and_double_nobody(domains: list[str], asks: list[int]) -> None:
    lanes = Lanes(None, {"a.example": Rate(count=100_000, seconds=1), "b.example": HOURLY})
    for number, domain in enumerate(domains):
        lanes.add(number, domain)
    out: list[int] = []
    for most in asks:
        chosen = lanes.next(most)
        assert len(chosen) <= most
        out += chosen
    assert len(out) == len(set(out))
    assert len(out) + len(lanes) == len(domains)
    assert sum(domains[number] == "b.example" for number in out) <= 1
    for domain in set(domains):
        order = [number for number in out if domains[number] == domain]
        assert order == sorted(order)


def test_a_delivery_is_tried_again_after_each_delay_and_then_no_more() -> None:
    retries = Retries((0.0, 0.01))
    assert retries.defer(7, "a.example")
    assert retries.due() == [(7, "a.example")]
    assert retries.defer(7, "a.example")
    assert (retries.due(), len(retries)) == ([], 1)
    sleep(0.012)
    assert retries.due() == [(7, "a.example")]
    assert not retries.defer(7, "a.example")
    assert (retries.due(), len(retries)) == ([], 0)


def test_what_has_waited_longest_is_tried_first() -> None:
    retries = Retries((0.0,))
    for number in (3, 1, 2):
        retries.defer(number, "a.example")
    assert [number for number, _ in retries.due()] == [3, 1, 2]


def test_a_run_keeps_to_its_rate(sqlite_house: Any, make_post: Any, readers: Readers) -> None:
    house = sqlite_house.with_delivery(rate=Rate(count=100, seconds=1))
    house.subscribe(*readers(30))
    times: list[float] = []

    def note(_: Claim) -> None:
        times.append(monotonic())

    house.send(make_post(before=note))

    assert times[-1] - times[0] >= (30 - 26) / 100


def test_a_run_sends_to_others_while_a_domain_waits(
    sqlite_house: Any, make_post: Any, readers: Readers
) -> None:
    house = sqlite_house.with_delivery(rates={"slow.example": HOURLY})
    house.subscribe(*readers(3, "slow.example"), *readers(600))
    post = make_post()

    ending = house.send(post, limit=601)

    assert (ending.counts.accepted, ending.counts.remaining) == (601, 2)
    assert post.handed[0] == "reader1@slow.example"
    assert set(post.handed[1:]) == set(readers(600))


def test_a_run_of_slow_domains_alone_can_be_stopped(
    sqlite_house: Any, make_post: Any, readers: Readers
) -> None:
    house = sqlite_house.with_delivery(rates={"slow.example": HOURLY})
    house.subscribe(*readers(3, "slow.example"))
    ending = house.send(make_post(), limit=1)
    assert (ending.counts.accepted, ending.counts.remaining) == (1, 2)
