"""The ladder of arrivals: the same end in any order, and what it says of a delivery."""

from __future__ import annotations

from functools import reduce
from itertools import permutations
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.events.arrival import LADDER, SETTLED, Arrival, after, unsettled
from newsletter.delivery.states import TRANSITIONS
from newsletter.store.states import STATES

# What SendGrid may report of one mail, and what it has come to then.
STORIES: dict[tuple[Arrival, ...], Arrival] = {
    ("processed",): "processed",
    ("processed", "deferred"): "deferred",
    ("processed", "deferred", "deferred", "delivered"): "delivered",
    ("processed", "deferred", "blocked"): "blocked",
    ("processed", "bounced"): "bounced",
    ("processed", "delivered", "bounced"): "bounced",
    ("processed", "dropped"): "dropped",
    ("dropped",): "dropped",
    # Two mails: the first was thought lost, and sent again by hand.
    ("processed", "processed", "delivered", "dropped"): "delivered",
    ("processed", "blocked", "processed", "delivered"): "delivered",
    ("bounced", "dropped"): "bounced",
    ("blocked", "dropped"): "dropped",
}


@pytest.mark.parametrize(("story", "end"), STORIES.items())
def test_a_story_has_the_same_end_in_any_order(story: tuple[Arrival, ...], end: Arrival) -> None:
    for told in set(permutations(story)):
        arrival: Arrival = ""
        for each in told:
            arrival = after("accepted", arrival, each)
        assert arrival == end


@given(st.sampled_from(STATES), st.lists(st.sampled_from(LADDER), max_size=8), st.randoms())
def test_order_and_repetition_never_matter(state, told, random):  # type: ignore[no-untyped-def]
    again = [*told, *told[: random.randrange(9)]]
    random.shuffle(again)
    assert reduce(lambda at, each: after(state, at, each), again, "") == reduce(
        lambda at, each: after(state, at, each), told, ""
    )


@pytest.mark.parametrize("state", ["planned", "claimed", "skipped"])
def test_of_what_is_not_sent_yet_only_that_counts_which_makes_it_needless(state: str) -> None:
    heard = {each for each in LADDER if after(state, "", each)}  # type: ignore[arg-type]
    assert heard == {"delivered", "bounced"}


def test_the_steps_that_follow_are_steps_of_a_delivery_and_none_of_a_sender() -> None:
    assert set(SETTLED) <= set(TRANSITIONS)
    touched = {state for step in SETTLED for state in step}
    assert not touched & {"claimed", "attempting", "skipped"}


def test_no_arrival_leads_in_a_circle_or_to_two_states() -> None:
    for arrival in LADDER:
        targets = {target for (_, target), those in SETTLED.items() if arrival in those}
        assert len(targets) <= 1
        assert not any(unsettled(target, arrival) for target in targets)


def test_the_arrivals_are_those_that_the_table_speaks_of() -> None:
    assert set(get_args(Arrival)) == {
        "", "processed", "deferred", "blocked", "dropped", "delivered", "bounced",
    }  # fmt: skip
