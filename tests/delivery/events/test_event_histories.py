"""Any events in any order, twice, in any requests: the same end, and counts that add up."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from newsletter.delivery.mailing import feedback_of
from newsletter.store import reading, subscribers

KINDS = (
    "processed", "deferred", "blocked", "dropped", "delivered", "bounce", "spamreport",
    "unsubscribe", "group_resubscribe", "news",
)  # fmt: skip


def end(hear: Any, state: str, requests: list[list[Any]]) -> tuple[Any, ...]:
    """What has come of a delivery in a state, and of its reader, after some requests."""
    hear.forget()
    hear.put(state)
    hear.house.change("a@example.org", status="active", status_since=None)
    for events in requests:
        hear(*events)
    (row,) = hear.house.rows()
    with reading(hear.house.engine) as connection:
        status = connection.execute(select(subscribers.c.status)).scalar_one()
        heard = feedback_of(connection, hear.house.mailing)
    counts = hear.house.standing().counts
    assert counts.total == 1 == counts.settled + counts.skipped + counts.remaining
    return row.state, row.arrival, row.complained, row.unsubscribed, status, heard


@pytest.mark.parametrize("state", ["planned", "accepted", "failed", "doubtful", "skipped"])
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=6), data=st.data())
def test_order_repetition_and_requests_never_matter(
    sqlite_hear: Any, tell: Any, state: str, kinds: list[str], data: st.DataObject
) -> None:
    events = [tell(kind) for kind in kinds]
    again = [*events, *data.draw(st.lists(st.sampled_from(events), max_size=4))]
    shuffled = data.draw(st.permutations(again))
    cuts = data.draw(st.lists(st.integers(0, len(shuffled)), max_size=3).map(sorted))
    bounds = zip([0, *cuts], [*cuts, len(shuffled)], strict=True)
    requests = [shuffled[first:last] for first, last in bounds]
    assert end(sqlite_hear, state, requests) == end(sqlite_hear, state, [[each] for each in events])


@pytest.mark.parametrize("state", ["attempting", "claimed"])
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=6), data=st.data())
def test_what_came_early_ends_as_if_it_had_come_late(
    sqlite_hear: Any, tell: Any, state: str, kinds: list[str], data: st.DataObject
) -> None:
    """`end` looks at the standing, which settles what a sender left: doubtful, or planned."""
    events = [tell(kind) for kind in kinds]
    late = "doubtful" if state == "attempting" else "planned"
    shuffled = data.draw(st.permutations(events))
    end(sqlite_hear, state, [shuffled])
    (row,) = sqlite_hear.house.rows()
    early = row.state, row.arrival
    assert early == end(sqlite_hear, late, [events])[:2]
