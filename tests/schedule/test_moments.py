"""From a rule or an issue's own time to the moment it goes out, where clocks change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.config import Config, Schedule
from newsletter.issue import Issue
from newsletter.issue.planned import Moment, by_schedule, moment_for, moment_of, planned_at
from newsletter.schedule.calendar import Month, Rules, Sending, entries

MomentOf = Callable[..., Moment]


@pytest.fixture
def planned(publication: Any) -> MomentOf:
    """When an issue goes out, by its own time or by the schedule."""
    config: Config = publication.config()

    def moment(
        month: str, send_at: str | None = None, zone: str = "America/Toronto", **schedule: str
    ) -> Moment:
        text = {"title": "x", "summary": "x", "practice_implications": "x"}
        issue = Issue.model_validate({"month": month, "summaries": [text], "send_at": send_at})
        changed = {"schedule": Schedule.model_validate(schedule), "timezone": zone}
        here = config.model_copy(update=changed)
        found = moment_for(issue, here)
        assert found.at == planned_at(issue, here)
        return found

    return moment


@pytest.mark.parametrize(
    ("zone", "asked", "at"),
    [
        ("America/Toronto", "2024-03-10 02:00", "2024-03-10T03:00:00-04:00"),
        ("America/Toronto", "2024-03-10 02:30", "2024-03-10T03:30:00-04:00"),
        ("America/Toronto", "2024-03-10 02:59", "2024-03-10T03:59:00-04:00"),
        ("Australia/Lord_Howe", "2024-10-06 02:00", "2024-10-06T02:30:00+11:00"),
        ("Australia/Lord_Howe", "2024-10-06 02:15", "2024-10-06T02:45:00+11:00"),
        ("Pacific/Apia", "2011-12-30 00:00", "2011-12-31T00:00:00+14:00"),
        ("Pacific/Apia", "2011-12-30 09:00", "2011-12-31T09:00:00+14:00"),
        ("Pacific/Apia", "2011-12-30 23:59", "2011-12-31T23:59:00+14:00"),
        ("America/Sao_Paulo", "2018-11-04 00:00", "2018-11-04T01:00:00-02:00"),
    ],
)
def test_a_time_that_clocks_skip_is_as_much_later_and_it_says_so(
    planned: MomentOf, zone: str, asked: str, at: str
) -> None:
    found = planned(asked[:7], asked, zone)
    assert found.at.isoformat() == at
    assert found.moved == f"the clocks skip {asked} there, so it is as much later"


@pytest.mark.parametrize(
    ("zone", "asked", "at"),
    [
        ("America/Toronto", "2024-03-10 01:59", "2024-03-10T01:59:00-05:00"),
        ("America/Toronto", "2024-03-10 03:00", "2024-03-10T03:00:00-04:00"),
        ("America/Toronto", "2024-11-03 00:59", "2024-11-03T00:59:00-04:00"),
        ("America/Toronto", "2024-11-03 01:00", "2024-11-03T01:00:00-04:00"),
        ("America/Toronto", "2024-11-03 01:30", "2024-11-03T01:30:00-04:00"),
        ("America/Toronto", "2024-11-03 02:00", "2024-11-03T02:00:00-05:00"),
        ("Australia/Lord_Howe", "2024-10-06 02:30", "2024-10-06T02:30:00+11:00"),
        ("Australia/Lord_Howe", "2024-04-07 01:45", "2024-04-07T01:45:00+11:00"),
        ("Australia/Lord_Howe", "2024-04-07 02:00", "2024-04-07T02:00:00+10:30"),
        ("Pacific/Apia", "2011-12-29 23:59", "2011-12-29T23:59:00-10:00"),
        ("Pacific/Apia", "2011-12-31 00:00", "2011-12-31T00:00:00+14:00"),
    ],
)
def test_a_time_that_exists_stays_and_of_two_the_first_is_meant(
    planned: MomentOf, zone: str, asked: str, at: str
) -> None:
    found = planned(asked[:7], asked, zone)
    assert (found.at.isoformat(), found.moved, found.moved_from) == (at, "", None)


def test_a_schedule_in_an_hour_that_clocks_skip_moves_that_month_alone(planned: MomentOf) -> None:
    rule = {"day": "second sunday", "time": "02:30"}
    assert planned("2024-03", **rule).at.isoformat() == "2024-03-10T03:30:00-04:00"
    assert planned("2024-03", **rule).moved
    assert planned("2024-04", **rule) == Moment(
        datetime(2024, 4, 14, 2, 30, tzinfo=ZoneInfo("America/Toronto"))
    )


@pytest.mark.parametrize(
    ("month", "day", "at"),
    [
        ("2024-02", "first tuesday", "2024-02-06T09:00:00-05:00"),
        ("2024-10", "first tuesday", "2024-10-01T09:00:00-04:00"),
        ("2024-03", "last weekday", "2024-03-29T09:00:00-04:00"),
        ("2024-06", "last weekday", "2024-06-28T09:00:00-04:00"),
        ("2024-02", "15", "2024-02-15T09:00:00-05:00"),
        ("2024-02", "31", "2024-02-29T09:00:00-05:00"),
        ("2023-02", "31", "2023-02-28T09:00:00-05:00"),
        ("2024-04", "31", "2024-04-30T09:00:00-04:00"),
        ("2024-12", "31", "2024-12-31T09:00:00-05:00"),
    ],
)
def test_every_month_has_its_day(planned: MomentOf, month: str, day: str, at: str) -> None:
    assert planned(month, day=day).at.isoformat() == at


def test_an_issues_own_time_may_lie_in_another_month(planned: MomentOf) -> None:
    assert planned("2024-03", "2024-02-28 08:00").at.isoformat() == "2024-02-28T08:00:00-05:00"
    assert planned("2024-03", "2024-04-02T08:00").at.isoformat() == "2024-04-02T08:00:00-04:00"


def test_what_comes_twice_goes_out_once() -> None:
    zone = ZoneInfo("America/Toronto")
    first, second = (datetime(2024, 11, 3, 1, 30, fold=fold, tzinfo=zone).astimezone(UTC)
                     for fold in (0, 1))  # fmt: skip
    assert second - first == timedelta(hours=1)
    at = moment_of(datetime(2024, 11, 3, 1, 30), zone).at.astimezone(UTC)
    rules = Rules(timedelta(hours=12), datetime(2024, 1, 1, tzinfo=UTC))
    idle = Month("2024-11", at, "approved")
    sent = Month("2024-11", at, "approved", sending=Sending("finished"))
    assert [entries([idle], rules, now)[0].step for now in (first, second)] == ["send", "send"]
    assert entries([idle], rules, first - timedelta(minutes=1))[0].step == "upcoming"
    assert entries([sent], rules, second)[0] == entries([sent], rules, first)[0]
    assert (entries([sent], rules, second)[0].state, at) == ("sent", first)


@pytest.mark.parametrize(
    ("evening", "end"),
    [
        ("2024-03-09 20:00", "2024-03-10T09:00-04:00"),
        ("2024-11-02 20:00", "2024-11-03T07:00-05:00"),
    ],
    ids=["spring", "autumn"],
)
def test_grace_across_a_change_of_clocks_is_counted_in_real_hours(
    planned: MomentOf, evening: str, end: str
) -> None:
    at = planned(evening[:7], evening).at.astimezone(UTC)
    last = datetime.fromisoformat(end).astimezone(UTC)
    rules = Rules(timedelta(hours=12), datetime(2024, 1, 1, tzinfo=UTC))
    month = Month(evening[:7], at, "approved")
    after = last + timedelta(microseconds=1)
    steps = [entries([month], rules, now)[0].step for now in (last, after)]
    assert steps == ["send", "overdue"]


@given(
    st.datetimes(datetime(1971, 1, 1), datetime(2037, 12, 31)),
    st.sampled_from(
        ["America/Toronto", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca", "UTC"]
    ),
)
def test_a_moment_shows_what_was_asked_or_says_that_it_was_moved(
    asked: datetime, zone: str
) -> None:
    found = moment_of(asked.replace(second=0, microsecond=0), ZoneInfo(zone))
    shown = found.at.replace(tzinfo=None, fold=0)
    late = shown - asked.replace(second=0, microsecond=0)
    assert bool(found.moved) == bool(late)
    assert timedelta(0) <= late <= timedelta(days=1)
    assert found.at.astimezone(UTC).astimezone(ZoneInfo(zone)) == found.at


@given(st.integers(1900, 2199), st.integers(1, 12), st.sampled_from(["31", "last weekday"]))
def test_a_rule_stays_within_its_month(year: int, month: int, day: str) -> None:
    config = Config.model_construct(schedule=Schedule.model_validate({"day": day}))
    found = by_schedule(f"{year}-{month:02}", config)
    assert (found.year, found.month) == (year, month)
