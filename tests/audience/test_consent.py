"""What consent is on record, what may change it, and when it runs out."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.audience.consent import Consent, last_day, merged, read_consent, strengthened
from newsletter.audience.standing import why_skipped_now

TODAY = "2026-03-10"


def implied(basis: str, day: str, source: str = "workshop") -> Consent:
    return Consent("implied", basis, day, source, last_day(basis, day))


EXPRESS = Consent("express", None, "2024-01-31", "web form", None)
ASKED_BACK = Consent("express", None, "2026-03-10", "letter", None)
UNTOLD = ASKED_BACK._replace(source="")
BARE = Consent("express", None, None, "", None)
WORKSHOP = implied("customer", "2024-01-31")
LATER = implied("customer", "2026-03-01", "shop")


@pytest.mark.parametrize(
    ("basis", "day", "last"),
    [
        ("customer", "2024-01-31", "2026-01-31"),
        ("customer", "2024-02-29", "2026-02-28"),
        ("customer", "2022-02-28", "2024-02-28"),
        ("customer", "2023-12-31", "2025-12-31"),
        ("inquiry", "2024-01-31", "2024-07-31"),
        ("inquiry", "2023-08-31", "2024-02-29"),
        ("inquiry", "2022-08-30", "2023-02-28"),
        ("inquiry", "2023-12-15", "2024-06-15"),
        ("inquiry", "2023-06-30", "2023-12-30"),
        ("inquiry", "2023-07-01", "2024-01-01"),
    ],
)
def test_the_anniversary_is_the_last_day(basis: str, day: str, last: str) -> None:
    assert last_day(basis, day) == last
    after = (date.fromisoformat(last) + timedelta(days=1)).isoformat()
    assert why_skipped_now("active", "implied", last, last) is None
    assert why_skipped_now("active", "implied", last, after) == f"implied consent ran out on {last}"


@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)), st.sampled_from(["customer", "inquiry"]))
def test_a_period_is_never_longer_than_the_law_allows(day: date, basis: str) -> None:
    """The day of sending, so many months back, must not be past the day of the consent."""
    last = date.fromisoformat(last_day(basis, day.isoformat()))
    months = {"customer": 24, "inquiry": 6}[basis]
    since = (last.year - day.year) * 12 + last.month - day.month
    assert since == months
    assert last.day <= day.day
    assert last.day == day.day or (last + timedelta(days=1)).day == 1


@pytest.mark.parametrize(
    ("cells", "consent"),
    [
        (("", "", "", ""), None),
        (("express", "", "2024-01-31", "web form"), EXPRESS),
        (("EXPRESS", "", "", ""), Consent("express", None, None, "", None)),
        (("implied", "Customer", "2024-01-31", "workshop"), WORKSHOP),
        (("express", "customer", TODAY, ""), Consent("express", "customer", TODAY, "", None)),
    ],
)
def test_the_cells_of_a_row_are_read(cells: tuple[str, ...], consent: Consent | None) -> None:
    assert read_consent(*cells, TODAY) == consent


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (("yes", "", "", ""), "consent 'yes' is not known; write express or implied"),
        (("expres", "", "", ""), "did you mean 'express'"),
        (("implied", "", "2024-01-31", "x"), "without consent_basis"),
        (("implied", "customer", "", "x"), "without consent_date"),
        (("implied", "client", "2024-01-31", "x"), "consent_basis 'client' is not known"),
        (("express", "", "31/01/2024", ""), "'31/01/2024' is not a date; write one such as 2024"),
        (("express", "", "2023-02-29", ""), "'2023-02-29' is not a date"),
        (("express", "", "20240131", ""), "is not a date"),
        (("express", "", "2024-W05-3", ""), "is not a date"),
        (("express", "", "٢٠٢٤-01-31", ""), "is not a date"),
        (("express", "", "2026-03-11", ""), "2026-03-11 is in the future"),
        (("implied", "inquiry", "9999-12-31", ""), "is in the future"),
        (("", "customer", "", ""), "consent is empty, but"),
        (("", "", "2024-01-31", ""), "consent is empty, but"),
        (("", "", "", "web form"), "consent is empty, but"),
    ],
)
def test_what_cannot_be_shown_to_hold_is_refused(cells: tuple[str, ...], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        read_consent(*cells, TODAY)


@pytest.mark.parametrize(
    ("stored", "given_", "after"),
    [
        (None, WORKSHOP, WORKSHOP),
        (WORKSHOP, None, WORKSHOP),
        # Nothing lowers express consent.
        (EXPRESS, LATER, EXPRESS),
        (WORKSHOP, EXPRESS, EXPRESS),
        # Its particulars may be completed, or put right.
        (Consent("express", None, None, "", None), EXPRESS, EXPRESS),
        (EXPRESS, Consent("express", None, None, "", None), EXPRESS),
        (EXPRESS, EXPRESS._replace(source="letter"), EXPRESS._replace(source="letter")),
        (EXPRESS, EXPRESS._replace(source=""), EXPRESS),
        # The later proof stays, and no part of one is put to another.
        (ASKED_BACK, EXPRESS, ASKED_BACK),
        (EXPRESS, ASKED_BACK, ASKED_BACK),
        (EXPRESS, ASKED_BACK._replace(source=""), EXPRESS),
        (EXPRESS._replace(source=""), UNTOLD, UNTOLD),
        (UNTOLD, EXPRESS, UNTOLD),
        (EXPRESS, EXPRESS._replace(date=None, source="letter"), EXPRESS),
        (EXPRESS._replace(date=None), ASKED_BACK, ASKED_BACK),
        # Express consent takes the place of implied as a whole, whatever it tells.
        (WORKSHOP, BARE, BARE),
        # The same said again, at a later date, is no new consent.
        (WORKSHOP, implied("customer", "2026-03-01"), WORKSHOP),
        (WORKSHOP, implied("customer", "2026-03-01", " WORKSHOP "), WORKSHOP),
        (WORKSHOP, implied("customer", "2026-03-01", ""), WORKSHOP),
        (
            implied("customer", "2024-01-31", ""),
            implied("customer", "2026-03-01", "shop"),
            implied("customer", "2024-01-31", ""),
        ),
        # Another one is, where it lasts longer.
        (WORKSHOP, LATER, LATER),
        (WORKSHOP, implied("customer", "2023-03-01", "shop"), WORKSHOP),
        (WORKSHOP, implied("inquiry", "2024-03-01", "telephone"), WORKSHOP),
        (
            implied("inquiry", "2024-01-31"),
            implied("customer", "2024-01-31"),
            implied("customer", "2024-01-31"),
        ),
        # The source of the same one may be put right.
        (WORKSHOP, WORKSHOP._replace(source="fair"), WORKSHOP._replace(source="fair")),
        (WORKSHOP, WORKSHOP._replace(source=""), WORKSHOP),
    ],
)  # fmt: skip
def test_what_an_import_makes_of_stored_consent(
    stored: Consent | None, given_: Consent | None, after: Consent | None
) -> None:
    assert merged(stored, given_) == after


DAYS = st.dates(date(2020, 1, 1), date(2026, 3, 10)).map(date.isoformat)
SOURCES = st.sampled_from(["", "web form", "Web  Form", "workshop"])
IMPLIED = st.builds(implied, st.sampled_from(["customer", "inquiry"]), DAYS, SOURCES)
EXPRESSED = st.builds(Consent, st.just("express"), st.none(), st.none() | DAYS, SOURCES, st.none())
CONSENTS = st.none() | IMPLIED | EXPRESSED


@given(CONSENTS, CONSENTS)
def test_an_import_never_takes_away(stored: Consent | None, given_: Consent | None) -> None:
    after = merged(stored, given_)
    if stored is None:
        assert after == given_
    elif stored.kind == "express":
        assert after is not None
        assert after.kind == "express"
        assert (after.date or "") >= (stored.date or "")
        assert after.source or not stored.source
        assert after.date in (stored.date, given_ and given_.date)
    else:
        assert after is not None
        assert after.kind == "express" or str(after.until) >= str(stored.until)


@given(CONSENTS, CONSENTS)
def test_to_import_again_changes_nothing(stored: Consent | None, given_: Consent | None) -> None:
    once = merged(stored, given_)
    assert merged(once, given_) == once


@given(CONSENTS, CONSENTS)
def test_a_record_is_taken_or_left_as_a_whole(
    stored: Consent | None, given_: Consent | None
) -> None:
    after = merged(stored, given_)
    if stored and given_ and stored.date != given_.date:
        assert after in (stored, given_)


@given(CONSENTS, CONSENTS)
def test_a_blanket_consent_strengthens_what_is_weaker(
    record: Consent | None, blanket: Consent | None
) -> None:
    after = strengthened(record, blanket)
    if record and record.kind == "express":
        assert after == record
    else:
        assert after == merged(record, blanket)
        assert not blanket or blanket.kind == "implied" or after == blanket


@given(IMPLIED, st.lists(DAYS, max_size=5))
def test_implied_consent_is_not_renewed_by_saying_it_again(first: Consent, days: list[str]) -> None:
    after: Consent | None = first
    for day in days:
        after = merged(after, implied(str(first.basis), day, first.source))
    assert after == first
