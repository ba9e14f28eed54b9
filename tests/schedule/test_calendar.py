"""The calendar: what is known of the months, and the time it is, in; what is due when, out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from newsletter.schedule.calendar import (
    CANCELLED,
    Content,
    Entry,
    Month,
    Rules,
    Sending,
    coming,
    entries,
    is_history,
    months_between,
    next_moment,
)

AT = datetime(2024, 3, 5, 14, tzinfo=UTC)
GRACE = timedelta(hours=12)
RULES = Rules(GRACE, datetime(2024, 1, 1, tzinfo=UTC))
TICK = timedelta(microseconds=1)
DAY, WEEK = timedelta(days=1), timedelta(days=7)


def month(content: Content = "approved", sending: Sending | None = None, why: str = "") -> Month:
    return Month("2024-03", AT, content, why, sending)


def told(month: Month, now: datetime, rules: Rules = RULES) -> tuple[str, str] | None:
    """State and step; None where it is not on the calendar."""
    found = entries([month], rules, now)
    return (found[0].state, found[0].step) if found else None


# A month that was not begun, through time


APPROVED = [
    (AT - DAY - TICK, ("approved", "")),
    (AT - DAY, ("approved", "upcoming")),
    (AT - TICK, ("approved", "upcoming")),
    (AT, ("approved", "send")),
    (AT + GRACE, ("approved", "send")),
    (AT + GRACE + TICK, ("held", "overdue")),
    (AT + 300 * DAY, ("held", "overdue")),
]
MISSING = [
    (AT - WEEK - TICK, None),
    (AT - WEEK, ("missing", "")),
    (AT - DAY - TICK, ("missing", "")),
    (AT - DAY, ("missing", "upcoming")),
    (AT - TICK, ("missing", "upcoming")),
    (AT, ("missing", "refused")),
    (AT + GRACE, ("missing", "refused")),
    (AT + GRACE + TICK, ("missing", "overdue")),
    (AT + GRACE + WEEK, ("missing", "overdue")),
    (AT + GRACE + WEEK + TICK, None),
]


@pytest.mark.parametrize(("now", "expected"), APPROVED)
def test_what_is_approved_goes_out_at_its_time_and_within_its_grace(
    now: datetime, expected: tuple[str, str]
) -> None:
    assert told(month("approved"), now) == expected


@pytest.mark.parametrize("content", ["unapproved", "changed", "broken"])
@pytest.mark.parametrize(("now", "expected"), APPROVED)
def test_what_is_not_approved_is_refused_in_that_time(
    now: datetime, expected: tuple[str, str], content: Content
) -> None:
    state = "held" if content == "broken" or now > AT + GRACE else content
    step = "refused" if expected[1] == "send" else expected[1]
    assert told(month(content), now) == (state, step)


@pytest.mark.parametrize(("now", "expected"), MISSING)
def test_a_month_without_a_file_is_shown_from_a_week_before_to_a_week_after(
    now: datetime, expected: tuple[str, str] | None
) -> None:
    assert told(month("missing"), now) == expected


def test_without_grace_it_goes_out_in_its_moment_alone() -> None:
    rules = Rules(timedelta(0), RULES.made_at)
    assert told(month(), AT, rules) == ("approved", "send")
    assert told(month(), AT + TICK, rules) == ("held", "overdue")


@pytest.mark.parametrize("content", ["approved", "unapproved", "changed", "broken", "missing"])
def test_a_moment_before_the_database_is_history(content: Content) -> None:
    for now in (AT - DAY, AT, AT + GRACE, AT + 2 * DAY):
        assert told(month(content), now, Rules(GRACE, AT + TICK)) is None
        assert told(month(content), now, Rules(GRACE, AT)) is not None
    assert is_history(AT, Rules(GRACE, AT + TICK))
    assert not is_history(AT, Rules(GRACE, AT))


def test_what_was_begun_is_no_history() -> None:
    begun = month(sending=Sending("finished", unattended=False))
    assert told(begun, AT, Rules(GRACE, AT + TICK)) == ("sent", "")


# Why


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("approved", "its time has passed, and nobody sent it"),
        ("unapproved", "its time has passed, and it was not approved"),
        ("changed", "its time has passed, and it was not approved again after a change"),
        ("broken", "its time has passed, while its file could not be read"),
        ("missing", "detail"),
    ],
)
def test_what_is_overdue_says_why(content: Content, why: str) -> None:
    early, late = (entries([month(content, why="detail")], RULES, now)[0]
                   for now in (AT, AT + GRACE + TICK))  # fmt: skip
    told = why if content == "missing" else f"{why}: detail"
    assert (early.why, late.why) == ("detail", told)


def test_an_entry_carries_its_month_on() -> None:
    moved = Month("2024-03", AT, "approved", moved="the clocks skip it")
    assert entries([moved], RULES, AT) == (
        Entry("2024-03", AT, "approved", "send", "", "the clocks skip it"),
    )
    begun = Month("2024-03", AT, "approved", sending=Sending("finished"), moved="the clocks")
    assert entries([begun], RULES, AT) == (Entry("2024-03", AT, "sent", "", "", "the clocks"),)


# A mailing that has begun


LATER = AT + 3 * DAY
ALIVE = LATER - GRACE


@pytest.mark.parametrize(
    ("sending", "expected", "why"),
    [
        (Sending("sending"), ("approved", ""), "it is being sent"),
        (Sending("sending", doubtful=2, withdrawn=True), ("approved", ""), "it is being sent"),
        (Sending("finished"), ("sent", ""), ""),
        (Sending("finished", unattended=False, withdrawn=True), ("sent", ""), ""),
        (Sending("finished", doubtful=1), ("held", ""), "1 doubtful"),
        (Sending("finished", doubtful=1200), ("held", ""), "1,200 doubtful"),
        (Sending("cancelled"), ("held", ""), CANCELLED),
        (Sending("cancelled", doubtful=2, withdrawn=True), ("held", ""), CANCELLED),
        *[
            (Sending("paused", hold, alive_at=alive), ("held", step), f"paused: {hold}")
            for hold in ("operator", "brake", "limit")
            for alive, step in ((ALIVE, ""), (ALIVE - TICK, "overdue"))
        ],
        (
            Sending("paused", "interruption", unattended=False),
            ("held", ""), "left to a person, and not finished",
        ),
        (
            Sending("paused", "interruption", withdrawn=True, alive_at=ALIVE),
            ("held", ""), "its approval was withdrawn after it had begun",
        ),
        (
            Sending("paused", "interruption", withdrawn=True, alive_at=ALIVE - TICK),
            ("held", "overdue"), "its approval was withdrawn after it had begun",
        ),
        *[
            (
                Sending(state, hold, doubtful=1, alive_at=ALIVE),
                ("held", "resume"), "interrupted; it goes on by itself",
            )
            for state, hold in (
                ("planned", ""), ("paused", ""), ("paused", "interruption"), ("paused", "provider")
            )
        ],
        (
            Sending("paused", "interruption", alive_at=ALIVE - TICK),
            ("held", "overdue"), "unfinished, and interrupted for too long",
        ),
        (
            Sending("paused", "interruption"),
            ("held", "overdue"), "unfinished, and interrupted for too long",
        ),
    ],
)  # fmt: skip
def test_a_mailing_that_has_begun(sending: Sending, expected: tuple[str, str], why: str) -> None:
    (found,) = entries([month(sending=sending)], RULES, LATER)
    assert ((found.state, found.step), found.why) == (expected, why)


def test_without_a_sign_of_life_the_time_it_was_to_go_out_counts() -> None:
    begun = month(sending=Sending("planned"))
    assert told(begun, AT + GRACE) == ("held", "resume")
    assert told(begun, AT + GRACE + TICK) == ("held", "overdue")


@pytest.mark.parametrize("content", ["missing", "broken", "unapproved", "changed", "approved"])
def test_files_no_longer_matter_once_it_has_begun(content: Content) -> None:
    for sending in (Sending("finished"), Sending("paused", "interruption", alive_at=AT)):
        assert told(month(content, sending), AT) == told(month("approved", sending), AT)


# Several months


def test_two_that_are_due_at_once_go_in_the_order_of_their_times_then_of_their_months() -> None:
    late = Month("2024-01", AT, "approved")
    early = Month("2024-03", AT - timedelta(hours=1), "approved")
    twin = Month("2024-02", AT, "approved")
    found = entries([late, twin, early], RULES, AT)
    assert [each.issue for each in found] == ["2024-03", "2024-01", "2024-02"]
    assert {each.step for each in found} == {"send"}


def test_the_list_shows_twelve_months_and_the_last() -> None:
    now = datetime(2024, 2, 29, 12, tzinfo=UTC)
    end = datetime(2025, 2, 28, 12, tzinfo=UTC)

    def shown(at: datetime, state: str = "approved", why: str = "") -> bool:
        return bool(list(coming([Entry("2024-03", at, state, "", why)], now)))  # type: ignore[arg-type]

    assert shown(now) and shown(end - TICK) and not shown(end)  # noqa: PT018
    for state, why in (("sent", ""), ("held", CANCELLED)):
        assert shown(now - 31 * DAY, state, why)
        assert not shown(now - 31 * DAY - TICK, state, why)
    assert shown(now - 366 * DAY, "held", "2 doubtful")
    assert not shown(now - 366 * DAY - TICK, "held", "2 doubtful")


def test_the_next_moment_is_the_next_at_which_something_becomes_due() -> None:
    calendar = entries([month()], RULES, AT - 30 * DAY)
    now, met = AT - 30 * DAY, []
    while moment := next_moment(calendar, RULES, now):
        met.append(moment - AT)
        now = moment
    just_after = timedelta(milliseconds=1)
    assert met == [
        -WEEK, -DAY, timedelta(0), GRACE + just_after, GRACE + WEEK + just_after,
    ]  # fmt: skip


def test_of_an_empty_calendar_there_is_no_next_moment() -> None:
    assert next_moment([], RULES, AT) is None


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ((2023, 11, 30), (2024, 2, 1), ["2023-11", "2023-12", "2024-01", "2024-02"]),
        ((2024, 2, 1), (2024, 2, 29), ["2024-02"]),
        ((2024, 2, 1), (2024, 1, 31), []),
    ],
)
def test_months_between_two_moments_are_told_with_both_ends(
    first: tuple[int, int, int], last: tuple[int, int, int], expected: list[str]
) -> None:
    assert list(months_between(datetime(*first), datetime(*last))) == expected
