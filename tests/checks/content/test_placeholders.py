"""What holds a place for text to come stops a mailing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Said = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("TODO", "TODO"),
        ("TODO: what was found", "TODO"),
        ("Todo: what was found", "Todo:"),
        ("It helped (TBD).", "TBD"),
        ("FIXME the numbers", "FIXME"),
        ("the effect was XXX", "XXX"),
        ("the effect was XXXX.", "XXXX"),
        ("the effect was xxx", "xxx"),
        ("Lorem ipsum dolor", "Lorem ipsum"),
        ("and […] found", "[…]"),
        ("and [...] found", "[...]"),
        ("and [. . .] found", "[. . .]"),
        ("and *[…]* found", "[…]"),
        ("see <title>", "<title>"),
        ("see <Your Name>", "<Your Name>"),
        ("see [insert the citation]", "[insert the citation]"),
        ("see [your name]", "[your name]"),
        ("[Summary here]", "[Summary here]"),
        ("Text goes here.", "Text goes here"),
        ("by how much???", "???"),
        ("…", "…"),
        ("- \\-", "-"),
    ],
)
def test_a_placeholder_is_an_error_that_quotes_it(desk: Any, text: str, found: str) -> None:
    (finding,) = desk.find(desk.with_study(summary=text), "N104")
    assert finding.severity == "error"
    assert finding.message.startswith(f"placeholder '{found}' left; ")


@pytest.mark.parametrize(
    "keys",
    [
        {"title": "A TODO list"},
        {"citation": "TODO"},
        {"citation": "Author, A. (2023). A title. *A Journal, 3*(1), xx–xx."},
        {"citation": "Author, A. (2023). A title. *A Journal, XXX*, XXX-XXX."},
        {"topics": ["Empathy", "TODO"]},
        {"research_type": "TBD"},
        {"link": "https://a.example/TODO", "doi": None},
        {"doi": "10.1037/XXX"},
        {"practice_implications": "XXX"},
    ],
)
def test_every_text_of_a_study_is_looked_through(desk: Any, keys: dict[str, Any]) -> None:
    assert desk.find(desk.with_study(**keys), "N104")


@pytest.mark.parametrize("key", ["subject", "preheader", "intro"])
def test_every_text_of_an_issue_is_looked_through(desk: Any, key: str) -> None:
    assert desk.find(desk.issue(**{key: "Words TBD"}), "N104")


@pytest.mark.parametrize(
    "text",
    [
        "Mastodon, methodology, TODOS, a to-do list, lorematic",
        "in volume XXX the editors, and in XXXII and XXIX",
        "at the World Congress XXX and in Part XXX of it",
        "women with trisomy X (47,XXX)",
        "pp. xxx and xxv–xxx of the preface",
        "95% CI [−.55, −.27] and [15, 40] … and then",
        "“I never … knew,” she said. Really?! Yes??",
        "[sic], [the therapist] and [Doctoral dissertation]",
        "p < .05 and a > b, <b>bold</b>",
        "todo el mundo, método: uno",
    ],
)
def test_words_of_the_field_and_roman_numerals_are_none(said: Said, desk: Any, text: str) -> None:
    assert said(desk.with_study(summary=text), "N104") == []


@pytest.mark.parametrize(
    "citation",
    [
        "Author, A. (2023). A title. *A Journal, XXX*(2), 1–9.",
        "Author, A. (2023). A title. *A Journal, XXX*, 1–9.",
        "Lorem, A. (2023). A title. *A Journal, 3*, e12–e20.",
    ],
)
def test_a_journals_thirtieth_volume_is_none(said: Said, desk: Any, citation: str) -> None:
    assert said(desk.with_study(citation=citation), "N104") == []


def test_a_placeholder_is_told_where_it_stands(
    desk: Any, unmarked: Callable[[str], tuple[str, list[tuple[int, int]]]]
) -> None:
    text, places = unmarked(
        "month: 2023-12\nsummaries:\n"
        "  - title: ‸TODO\n    topics: [Empathy, ‸TBD]\n"
        "    summary: |\n      One.\n\n      Two ‸[…] three.\n    practice_implications: P\n"
    )
    assert [(each.line, each.column) for each in desk.find(text, "N104")] == places


def test_an_unwritten_issue_is_told_of_its_placeholders_alone(desk: Any) -> None:
    keys = ("title", "citation", "summary", "practice_implications")
    study = {key: f"TODO write the {key}" for key in keys}
    codes = {
        each.code for each in desk.find(desk.issue(summaries=[study, study]), "N1", "N20", "N21")
    }
    assert codes == {"N104", "N202"}
