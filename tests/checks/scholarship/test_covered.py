"""Studies that were told before."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.checks.scholarship.titles import nearly_same

CODES = ("N210", "N211", "N212", "N213")
TITLE = "Mentalizing May be a Protective Factor for Therapists’ Well-Being"


@pytest.mark.parametrize(
    "other",
    [
        TITLE,
        "Mentalizing may be a protective factor for therapists' well-being.",
        "METNALIZING MAY BE A PROTECTIVE FACTOR FOR THERAPISTS WELLBEING",
        "*Mentalizing* may be a protective factor for therapist’s well‑being",
        f"{TITLE}: A Survey",
        "For Therapists’ Well-Being Mentalizing May be a Protective Factor",
        f"{TITLE} – What Italian Therapists Say",
        "Mentalizing May be a Protective Factor for Counsellors’ Well-Being",
    ],
)
def test_titles_are_the_same_despite_case_signs_slips_and_a_subtitle(other: str) -> None:
    assert nearly_same(TITLE, ["A", other]) == nearly_same(other, ["A", TITLE]) == [1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Psychotherapy for Depression", "Psychotherapy for Anxiety"),
        ("Psychotherapy for Depression", "Psychotherapy for Adult Depression"),
        ("Psychotherapy for Depression", "Psychotherapy for Depression: Does it Last?"),
        ("Group Therapy for Inpatients", "Group Therapy for Outpatients"),
        ("Therapy for Patients with Trauma", "Therapy for Parents with Trauma"),
        ("CBT for Panic Disorder", "DBT for Panic Disorder"),
        ("Alliance and Outcome: Part 1", "Alliance and Outcome: Part 2"),
        ("Is Long-Term Therapy Better?", "Is Short-Term Therapy Better?"),
        ("The Efficacy of Brief Therapy", "The Effectiveness of Brief Therapy"),
        ("Group Therapy for Young Adults with Anxiety", "Group Therapy for Older Men with Anxiety"),
        ("", "Empathy"),
        ("…", "?"),
        (
            "What the Alliance Does for Outcome in Groups, Part 1",
            "What the Alliance Does for Outcome in Groups, Part 2",
        ),
    ],
)
def test_titles_of_other_words_are_others(one: str, other: str) -> None:
    assert nearly_same(one, [other]) == nearly_same(other, [one]) == []


@given(st.text(max_size=60), st.lists(st.text(max_size=60), max_size=5))
def test_any_titles_can_be_compared(title: str, others: list[str]) -> None:
    assert nearly_same(title, others) == sorted(set(nearly_same(title, others)))


def study(desk: Any, **keys: Any) -> dict[str, Any]:
    """A study with other keys."""
    return desk.with_study(**keys)["summaries"][0]


def test_the_same_doi_in_an_earlier_month_is_told_with_its_line(desk: Any) -> None:
    told = study(desk, title="Told in Other Words", doi="10.1037/COU0000708")
    (found,) = desk.find(
        desk.issue(), *CODES, others=[desk.issue(month="2022-10", summaries=[told])]
    )
    assert (found.code, found.severity) == ("N210", "warning")
    assert found.message == "covered in 2022-10 (issues/2022-10.yaml:1); choose another study"


@pytest.mark.parametrize(
    ("doi", "earlier_doi", "code"),
    [
        (None, None, "N211"),
        ("10.1037/one", None, "N211"),
        (None, "10.1037/two", "N211"),
        ("10.1037/one", "10.1037/two", "N213"),
        ("10.1037/one", "10.1037/ONE", "N210"),
    ],
)
def test_a_title_counts_where_dois_cannot_tell(
    desk: Any, doi: str | None, earlier_doi: str | None, code: str
) -> None:
    issue = desk.issue(summaries=[study(desk, title=TITLE, doi=doi)])
    told = study(desk, title=f"{TITLE}: A Survey", doi=earlier_doi)
    earlier = desk.issue(month="2022-10", summaries=[told])
    assert [each.code for each in desk.find(issue, *CODES, others=[earlier])] == [code]


def test_the_very_same_title_counts_though_the_dois_differ(desk: Any) -> None:
    issue = desk.issue(summaries=[study(desk, title=TITLE, doi="10.1037/one")])
    told = study(desk, title=f"{TITLE.lower()}.", doi="10.1037/two")
    (found,) = desk.find(issue, *CODES, others=[desk.issue(month="2022-10", summaries=[told])])
    assert (found.code, found.severity) == ("N211", "warning")
    assert found.message.startswith("covered in 2022-10 (issues/2022-10.yaml:1)")


def test_generic_titles_of_studies_with_other_dois_are_left_alone(desk: Any) -> None:
    first = study(desk, title="Psychotherapy for Depression")
    earlier = desk.issue(month="2022-10", summaries=[{**first, "doi": "10.1037/two"}])
    assert desk.find(desk.issue(summaries=[first]), *CODES, others=[earlier]) == []


def test_a_headline_that_is_not_written_yet_is_no_repeat(desk: Any) -> None:
    issue = desk.issue(summaries=[study(desk, title="TODO the headline", doi=None)])
    other = study(desk, title="TODO the headline", doi=None)
    assert desk.find(issue, *CODES, others=[desk.issue(month="2022-10", summaries=[other])]) == []


def test_later_months_are_not_looked_at(desk: Any) -> None:
    assert desk.find(desk.issue(), *CODES, others=[desk.issue(month="2024-01")]) == []


@pytest.mark.parametrize(
    ("keys", "what"),
    [
        ({"doi": "10.1037/PST0000503"}, "DOI"),
        ({"title": "Why patients leave before the end.", "doi": None}, "title"),
        ({"citation": "Cooper, D. (2022). Early endings of treatment. A Journal, 6(4), 30–41"},
         "citation"),
    ],
)  # fmt: skip
def test_the_same_study_twice_in_an_issue_is_told(
    desk: Any, keys: dict[str, Any], what: str
) -> None:
    (found,) = desk.find(desk.with_study(**keys), "N212")
    assert found.severity == "warning"
    assert found.message == f"the same {what} as summary 1; remove one of the two"
