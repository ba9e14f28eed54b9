"""Limits of speed, for the whole run and for single domains."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.config import Rate
from newsletter.delivery.pace import DELAYS, Lanes, Limit, Retries

Readers = Callable[..., list[str]]
HOURLY = Rate(count=1, seconds=3600)


@dataclass
class Clock:
    """Time that passes when a test says so; in parts of 1/1024 s, which floats hold exactly."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now

    def tick(self, ticks: int = 1) -> None:
        self.now += ticks / 1024


def taken_for(limit: Limit, clock: Clock, ticks: int, at_once: int) -> list[int]:
    """What a limit lets pass when it is asked again and again."""
    taken = []
    for _ in range(ticks):
        number = min(limit.room(), at_once)
        limit.spend(number)
        taken.append(number)
        clock.tick()
    return taken


def test_the_delays_are_those_of_the_contract() -> None:
    assert DELAYS == (1.0, 5.0, 30.0)


@given(st.integers(1, 4000), st.integers(1, 60), st.integers(1, 100))
def test_a_limit_begins_with_no_more_than_a_quarter_second_of_its_rate(
    count: int, seconds: int, at_once: int
) -> None:
    clock = Clock()
    limit = Limit(Rate(count=count, seconds=seconds), clock)
    assert limit.room() == 1
    limit.spend(1)
    assert limit.room() == 0
    clock.tick(10_000_000)
    room = limit.room()
    assert room == max(1, int(0.25 / (seconds / count)))
    limit.spend(min(room, at_once))
    assert max(room - at_once - 1, 0) <= limit.room() <= max(room - at_once, 0)


@given(st.integers(1, 4000), st.integers(1, 60), st.integers(4, 100))
def test_a_limit_is_kept_over_time_and_used_up(count: int, seconds: int, at_once: int) -> None:
    clock = Clock()
    limit = Limit(Rate(count=count, seconds=seconds), clock)
    taken = sum(taken_for(limit, clock, 300, at_once))
    due = count / seconds * 299 / 1024 + 1
    assert 0.9 * due - 2 <= taken <= due + 1e-6


def test_a_limit_makes_up_for_a_pause_by_a_quarter_second_at_most() -> None:
    clock = Clock()
    limit = Limit(Rate(count=128, seconds=1), clock)
    limit.spend(1)
    clock.tick(512)
    assert limit.room() == 32
    limit.spend(32)
    assert limit.room() == 0
    clock.tick(7)
    assert limit.room() == 0
    clock.tick()
    assert limit.room() == 1


def test_a_rate_of_one_an_hour_lets_one_pass() -> None:
    clock = Clock()
    limit = Limit(HOURLY, clock)
    assert limit.room() == 1
    limit.spend(1)
    clock.tick(3600 * 1024 - 1)
    assert limit.room() == 0
    clock.tick()
    assert limit.room() == 1


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


def test_lines_share_the_rate_of_the_run_in_turn() -> None:
    clock = Clock()
    domains = ("a.example", "b.example", "other.example")
    fast = {"a.example": Rate(count=1000, seconds=1), "b.example": Rate(count=1000, seconds=1)}
    lanes = Lanes(Rate(count=8, seconds=1), fast, clock)
    for number in range(300):
        lanes.add(number, domains[number % 3])

    out: list[int] = []
    while len(out) < 30:
        out += lanes.next(4)
        clock.tick(32)

    assert Counter(number % 3 for number in out) == {0: 10, 1: 10, 2: 10}


@pytest.mark.parametrize("most", [1, 2, 3, 5])
def test_lines_take_turns_whatever_is_asked_for(most: int) -> None:
    clock = Clock()
    lanes = Lanes(None, {"a.example": Rate(count=1024, seconds=1)}, clock)
    for number in range(200):
        lanes.add(number, ("a.example", "other.example")[number % 2])

    out: list[int] = []
    for _ in range(20):
        clock.tick(256)
        out += lanes.next(most)

    turns = Counter(number % 2 for number in out)
    assert len(out) == 20 * most
    assert abs(turns[0] - turns[1]) <= 1


def test_a_line_that_is_seldom_let_on_goes_first_when_it_is() -> None:
    clock = Clock()
    lanes = Lanes(None, {"slow.example": Rate(count=1, seconds=1)}, clock)
    for number in range(100):
        lanes.add(number, "slow.example" if number < 10 else "other.example")
    assert lanes.next(2) == [0, 10]
    assert lanes.next(2) == [11, 12]
    clock.tick(1024)
    assert lanes.next(1) == [1]


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
    clock = Clock()
    retries = Retries((0.0, 0.25), clock)
    assert retries.defer(7, "a.example")
    assert retries.due() == [(7, "a.example")]
    assert retries.defer(7, "a.example")
    clock.tick(255)
    assert (retries.due(), len(retries)) == ([], 1)
    clock.tick()
    assert retries.due() == [(7, "a.example")]
    assert not retries.defer(7, "a.example")
    assert (retries.due(), len(retries)) == ([], 0)


def test_what_has_waited_longest_is_tried_first() -> None:
    clock = Clock()
    retries = Retries((0.25,), clock)
    for number in (3, 1, 2):
        retries.defer(number, "a.example")
        clock.tick()
    clock.tick(256)
    assert [number for number, _ in retries.due()] == [3, 1, 2]


def test_a_run_keeps_to_its_rate(sqlite_house: Any, make_post: Any, readers: Readers) -> None:
    house = sqlite_house.with_delivery(rate=Rate(count=100, seconds=1))
    house.subscribe(*readers(30))
    began = monotonic()

    house.send(make_post())

    assert monotonic() - began >= 0.28  # the first at once, 29 more by the hundredth of a second


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
