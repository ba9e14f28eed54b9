"""Times as the tables keep them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from newsletter.store import now_utc, today_in, utc_text

MOMENTS = st.datetimes(
    min_value=datetime(1900, 1, 1),
    timezones=st.sampled_from(
        [ZoneInfo("America/Toronto"), ZoneInfo("UTC"), ZoneInfo("Asia/Tokyo")]
    ),
)


def test_a_time_is_text_in_utc_with_milliseconds() -> None:
    moment = datetime(2023, 12, 5, 9, 0, 0, 123_456, ZoneInfo("America/Toronto"))

    assert utc_text(moment) == "2023-12-05T14:00:00.123+00:00"


@given(MOMENTS, MOMENTS)
def test_times_sort_as_they_read(one: datetime, other: datetime) -> None:
    if one.astimezone(UTC) <= other.astimezone(UTC):  # else zones of one name compare by the clock
        assert utc_text(one) <= utc_text(other)
    assert timedelta() <= one - datetime.fromisoformat(utc_text(one)) < timedelta(milliseconds=1)


def test_the_present_moment_and_day_agree() -> None:
    before, day, after = now_utc(), today_in(ZoneInfo("UTC")), now_utc()

    assert before[:10] <= day <= after[:10]


def test_the_day_is_the_publications_own() -> None:
    east, west = ZoneInfo("Pacific/Kiritimati"), ZoneInfo("Pacific/Pago_Pago")  # 25 hours apart

    assert today_in(east) > today_in(west)
