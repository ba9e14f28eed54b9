"""When an issue goes out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.config import DAYS, ORDINALS, Config, Schedule
from newsletter.issue import Issue, planned_at
from newsletter.issue.planned import scheduled_day

PlannedFor = Callable[..., str]

GAP = timedelta(hours=1)


@pytest.fixture
def planned_for(config: Config) -> PlannedFor:
    """The planned moment of a month, as ISO 8601 with its offset."""

    def planned(
        month: str,
        send_at: str | None = None,
        zone: str = "America/Toronto",
        **schedule: str,
    ) -> str:
        summary = {"title": "x", "summary": "x", "practice_implications": "x"}
        issue = Issue.model_validate({"month": month, "summaries": [summary], "send_at": send_at})
        changed = {"schedule": Schedule.model_validate(schedule), "timezone": zone}
        return planned_at(issue, config.model_copy(update=changed)).isoformat()

    return planned


def test_by_default_it_is_the_first_tuesday_at_nine(planned_for: PlannedFor) -> None:
    assert planned_for("2023-12") == "2023-12-05T09:00:00-05:00"
    assert planned_for("2023-08") == "2023-08-01T09:00:00-04:00"


@pytest.mark.parametrize(
    ("rule", "day"),
    [
        ("first tuesday", 6),
        ("second tuesday", 13),
        ("third thursday", 15),
        ("fourth thursday", 22),
        ("last thursday", 29),
        ("last wednesday", 28),
        ("first weekday", 1),
        ("fourth weekday", 6),
        ("last weekday", 29),
        ("first sunday", 4),
        ("last sunday", 25),
        ("1", 1),
        ("15", 15),
        ("29", 29),
        ("30", 29),
        ("31", 29),
    ],
)
def test_a_rule_names_a_day_of_february_2024(rule: str, day: int) -> None:
    assert scheduled_day(2024, 2, rule) == date(2024, 2, day)


def test_the_last_weekday_is_never_a_weekend() -> None:
    assert scheduled_day(2023, 12, "last weekday") == date(2023, 12, 29)
    assert scheduled_day(2023, 9, "last weekday") == date(2023, 9, 29)
    assert scheduled_day(2023, 10, "first weekday") == date(2023, 10, 2)


def test_a_day_past_the_months_end_is_its_last(planned_for: PlannedFor) -> None:
    assert planned_for("2023-02", day="31") == "2023-02-28T09:00:00-05:00"


def test_the_issues_own_moment_wins(planned_for: PlannedFor) -> None:
    planned = planned_for("2023-12", "2023-12-24 18:30", day="1", time="07:00")
    assert planned == "2023-12-24T18:30:00-05:00"


def test_the_issues_own_moment_may_lie_in_another_month(planned_for: PlannedFor) -> None:
    assert planned_for("2023-12", "2024-01-02T06:00") == "2024-01-02T06:00:00-05:00"


def test_times_are_of_the_publications_zone(planned_for: PlannedFor) -> None:
    assert planned_for("2023-12", zone="Asia/Kathmandu") == "2023-12-05T09:00:00+05:45"


def test_an_hour_that_the_clocks_skip_moves_forward(planned_for: PlannedFor) -> None:
    assert planned_for("2024-03", "2024-03-10 02:30") == "2024-03-10T03:30:00-04:00"
    assert planned_for("2024-03", day="10", time="02:00") == "2024-03-10T03:00:00-04:00"


def test_the_hours_around_the_gap_stay(planned_for: PlannedFor) -> None:
    assert planned_for("2024-03", "2024-03-10 01:59") == "2024-03-10T01:59:00-05:00"
    assert planned_for("2024-03", "2024-03-10 03:00") == "2024-03-10T03:00:00-04:00"


def test_of_an_hour_that_comes_twice_the_first_is_meant(planned_for: PlannedFor) -> None:
    assert planned_for("2024-11", "2024-11-03 01:30") == "2024-11-03T01:30:00-04:00"


def test_a_gap_of_half_an_hour_moves_by_half_an_hour(planned_for: PlannedFor) -> None:
    planned = planned_for("2024-10", "2024-10-06 02:15", zone="Australia/Lord_Howe")
    assert planned == "2024-10-06T02:45:00+11:00"


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
@pytest.mark.parametrize("moment", ["1900-01-01 00:00", "2199-12-31 23:59"])
def test_the_ends_of_time_can_be_planned(planned_for: PlannedFor, zone: str, moment: str) -> None:
    planned = planned_for("2023-12", moment, zone=zone)
    assert datetime.fromisoformat(planned).strftime("%Y-%m-%d %H:%M") == moment


MONTHS = st.tuples(st.integers(1900, 2199), st.integers(1, 12))
RULES = st.one_of(
    st.tuples(st.sampled_from(ORDINALS), st.sampled_from((*DAYS, "weekday"))).map(" ".join),
    st.integers(1, 31).map(str),
)


@given(month=MONTHS, rule=RULES)
def test_every_rule_names_a_fitting_day_of_every_month(month: tuple[int, int], rule: str) -> None:
    day = scheduled_day(*month, rule)
    assert (day.year, day.month) == month
    if " " in rule:
        name = rule.split()[1]
        assert day.weekday() < 5 if name == "weekday" else DAYS[day.weekday()] == name


@given(
    moment=st.datetimes(datetime(1970, 1, 1), datetime(2037, 12, 31)),
    zone=st.sampled_from(["America/Toronto", "Europe/Berlin", "Asia/Tokyo", "UTC"]),
)
def test_a_planned_moment_exists_and_is_off_by_no_more_than_the_gap(
    config: Config, moment: datetime, zone: str
) -> None:
    moment = moment.replace(second=0, microsecond=0)
    issue = Issue.model_construct(send_at=moment)
    planned = planned_at(issue, config.model_copy(update={"timezone": zone}))
    there = planned.replace(tzinfo=None)
    assert there - moment in (timedelta(0), GAP)
    assert planned.astimezone(UTC).astimezone(planned.tzinfo).replace(tzinfo=None) == there
