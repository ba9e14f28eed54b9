"""Any months, through any time: what holds of the calendar always."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from newsletter.schedule.calendar import (
    CANCELLED,
    MISSING,
    NOTICE,
    Entry,
    Month,
    Rules,
    Sending,
    coming,
    entries,
    is_history,
    next_moment,
)

START = datetime(2024, 1, 1, tzinfo=UTC)
ORDER = ("", "upcoming", "send", "refused", "resume", "overdue")
moments = st.one_of(
    st.datetimes(datetime(2023, 6, 1), datetime(2026, 6, 1)).map(lambda at: at.replace(tzinfo=UTC)),
    # Boundaries are where faults live.
    st.integers(-20, 20).map(lambda number: START + timedelta(hours=12 * number)),
)
laws = st.builds(
    Rules,
    st.sampled_from([timedelta(0), timedelta(hours=12), timedelta(days=9), timedelta(days=400)]),
    moments,
)
contents = st.sampled_from(["missing", "broken", "unapproved", "changed", "approved"])
sendings = st.builds(
    Sending,
    st.sampled_from(["planned", "sending", "paused", "cancelled", "finished"]),
    st.sampled_from(["", "operator", "limit", "brake", "provider", "interruption"]),
    st.booleans(),
    st.integers(0, 2),
    st.booleans(),
    st.none() | moments,
)


@st.composite
def months(draw: st.DrawFn) -> list[Month]:
    names = draw(st.lists(st.integers(1, 24), max_size=5, unique=True))
    return [
        Month(
            f"{2024 + number // 13}-{(number - 1) % 12 + 1:02}",
            draw(moments),
            draw(contents),
            sending=draw(st.none() | sendings),
        )
        for number in names
    ]


Situation = tuple[list[Month], Rules, datetime]


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    """Months, rules, and a time that is often near one at which something changes."""
    known, rules, now = draw(months()), draw(laws), draw(moments)
    if known and draw(st.booleans()):
        edges = (-MISSING, -NOTICE, timedelta(0), rules.grace, rules.grace + MISSING)
        near = st.timedeltas(timedelta(milliseconds=-1), timedelta(hours=1))
        now = draw(st.sampled_from(known)).at + draw(st.sampled_from(edges)) + draw(near)
    return known, rules, now


@given(situations())
def test_only_what_is_approved_unsent_and_in_time_is_sent(situation: Situation) -> None:
    known, rules, now = situation
    by_name = {each.issue: each for each in known}
    found = {entry.issue for entry in entries(known, rules, now) if entry.step == "send"}
    assert found == {
        each.issue
        for each in by_name.values()
        if each.content == "approved"
        and each.sending is None
        and each.at <= now <= each.at + rules.grace
        and not is_history(each.at, rules)
    }


@given(situations())
def test_only_what_the_schedule_began_and_nobody_held_goes_on(situation: Situation) -> None:
    known, rules, now = situation
    by_name = {each.issue: each for each in known}
    for entry in entries(known, rules, now):
        if entry.step == "resume":
            sending = by_name[entry.issue].sending
            assert sending
            assert sending.unattended
            assert not sending.withdrawn
            assert sending.state in ("planned", "paused")
            assert sending.hold in ("", "interruption", "provider")


@given(situations(), st.lists(st.timedeltas(timedelta(0), timedelta(days=30))))
def test_as_time_goes_on_and_nothing_else_steps_only_go_forward(
    situation: Situation, advances: Sequence[timedelta]
) -> None:
    known, rules, now = situation
    reached: dict[str, int] = {}
    for advance in (timedelta(0), *advances):
        now += advance
        for entry in entries(known, rules, now):
            step = ORDER.index(entry.step)
            assert step >= reached.get(entry.issue, 0)
            reached[entry.issue] = step


@given(situations())
def test_nothing_is_lost_or_doubled_or_out_of_order(situation: Situation) -> None:
    known, rules, now = situation
    found = entries(known, rules, now)
    assert list(found) == sorted(found, key=lambda each: (each.at, each.issue))
    left_out = {each.issue for each in known} - {each.issue for each in found}
    assert len(found) + len(left_out) == len(known)
    for each in known:
        if each.issue in left_out:
            assert each.sending is None
            is_far = not each.at - MISSING <= now <= each.at + rules.grace + MISSING
            assert is_history(each.at, rules) or (each.content == "missing" and is_far)


@given(situations())
def test_the_list_never_drops_what_is_unsettled_within_a_year(situation: Situation) -> None:
    known, rules, now = situation
    calendar = entries(known, rules, now)
    shown = list(coming(calendar, now))
    year = timedelta(days=365)
    for entry in calendar:
        settled = entry.state == "sent" or entry.why == CANCELLED
        if not settled and now - year <= entry.at < now + year:
            assert entry in shown


@given(situations(), st.floats(0, 1, exclude_max=True))
def test_nothing_changes_before_the_next_moment(situation: Situation, share: float) -> None:
    known, rules, now = situation
    # A mailing that has begun changes by what happens to it; the scheduler looks each minute.
    idle = [each for each in known if each.sending is None]
    calendar = entries(idle, rules, now)
    on_it = [each for each in idle if each.issue in {entry.issue for entry in calendar}]
    next_at = next_moment(calendar, rules, now)
    end = next_at - timedelta(milliseconds=1) if next_at else now + timedelta(days=1000)
    later = now + max(end - now, timedelta(0)) * share

    def told(found: tuple[Entry, ...]) -> list[tuple[str, str, str]]:
        return [(each.issue, each.state, each.step) for each in found]

    assert told(entries(on_it, rules, later)) == told(calendar)


@given(situations())
def test_the_next_moment_is_to_come(situation: Situation) -> None:
    known, rules, now = situation
    next_at = next_moment(entries(known, rules, now), rules, now)
    assert next_at is None or next_at > now
