"""Years of citations and of the text."""

from __future__ import annotations

from typing import Any

import pytest

CITATION = "Cooper, D., Yap, K., & O’Brien, M. {}. A title. *A Journal, 7*(1), 1–9."
WORDS = "A study was done by {}. It found much. "


@pytest.mark.parametrize(
    ("date", "codes"),
    [
        ("(2023)", []),
        ("(2023a)", []),
        ("(1999)", []),
        ("(in press)", []),
        ("(n.d.)", []),
        ("(2022/23)", []),
        ("", ["N204"]),
        ("()", ["N204"]),
        ("(2024)", ["N205"]),
        ("(2023/24)", ["N205"]),
        ("(2032, March)", ["N205"]),
        ("2020", ["N206"]),
        ("2032", ["N205", "N206"]),
    ],
)
def test_a_citation_has_a_year_that_has_come(desk: Any, date: str, codes: list[str]) -> None:
    found = desk.find(desk.with_study(citation=CITATION.format(date)), "N204", "N205", "N206")
    assert sorted(each.code for each in found) == codes


def test_a_page_or_a_doi_is_no_year(desk: Any) -> None:
    citation = "Cooper, D. A title. Journal, 7(1), 2143–2157. https://doi.org/10.1037/a.2020.12"
    found = desk.find(desk.with_study(citation=citation), "N204")
    assert [each.message for each in found] == [
        "the citation has no year; add it after the authors"
    ]


@pytest.mark.parametrize(
    "author",
    [
        "Cooper and colleagues (2019)",
        "Cooper et al. (2019)",
        "Cooper and\ncolleagues’ (2019)",
        "Cooper (2019)",
        "Cooper’s (2019) team",
        "Cooper, and Yap (2019)",
        "*Cooper* & O’Brien (2019b)",
        "them (Cooper et al., 2019)",
        "them (Cooper & Yap, 2019; others)",
    ],
)
def test_another_year_beside_the_first_author_is_told(desk: Any, author: str) -> None:
    issue = desk.with_study(citation=CITATION.format("(2020)"), summary=WORDS.format(author))
    (found,) = desk.find(issue, "N209")
    assert found.severity == "warning"
    assert found.message.startswith("Cooper's study is of 2019 here and of 2020 in its citation")


@pytest.mark.parametrize(
    "text",
    [
        WORDS.format("Cooper and colleagues (2020)"),
        WORDS.format("Cooper and colleagues (2020)") + WORDS.format("Cooper (2019)"),
        "In an earlier study, Cooper and colleagues (2019) found much.",
        WORDS.format("Yap and colleagues (2019)"),
        WORDS.format("Cooperman and colleagues (2019)"),
        "Cooper and colleagues studied patients (2019 to 2020), 2015 of them.",
        "Cooper and colleagues asked 2019 patients.",
        "The idea is an old one (Cooper et al., 2013), and was tested here.",
        "They used the scale of Cooper et al. (2019) for it.",
    ],
)
def test_other_years_are_left_alone(desk: Any, text: str) -> None:
    issue = desk.with_study(citation=CITATION.format("(2020)"), summary=text)
    assert desk.find(issue, "N209") == []


@pytest.mark.parametrize("name", ["O’Brien", "O'Brien", "van der Berg", "Nissen-Lie"])
def test_surnames_of_any_form_are_known_again(desk: Any, name: str) -> None:
    issue = desk.with_study(
        citation=f"{name.replace(chr(39), '’')}, P., & Yap, K. (2020). A title. *Journal, 7*, 1.",
        practice_implications=WORDS.format(f"{name} and colleagues (2019)"),
    )
    assert len(desk.find(issue, "N209")) == 1


@pytest.mark.parametrize("date", ["(in press)", "(n.d.)"])
def test_a_citation_without_a_year_contradicts_none(desk: Any, date: str) -> None:
    issue = desk.with_study(
        citation=CITATION.format(date), summary=WORDS.format("Cooper and colleagues (2019)")
    )
    assert desk.find(issue, "N209") == []
