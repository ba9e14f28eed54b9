"""Names that are nearly an author's are told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Said = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("text", "typed", "meant"),
    [
        ("Finsrund and colleagues asked.", "Finsrund", "Finsrud"),
        ("In this study, Finsurd et al. asked.", "Finsurd", "Finsrud"),
        ("They followed Finsrund’s model.", "Finsrund", "Finsrud"),
        ("FinsrudX is none, but Nissen-Lee and colleagues are.", "Nissen-Lee", "Nissen-Lie"),
        ("As Fagernes says.", "Fagernes", "Fagernäs"),
        ("DeBlare and colleagues", "DeBlare", "DeBlaere"),
    ],
)
def test_a_name_unlike_its_citation_is_told_once(
    said: Said, text: str, typed: str, meant: str
) -> None:
    assert said("N302", text) == [f"'{typed}' is in no citation; did you mean '{meant}'?"]
    assert said("N301", text) == []


def test_in_the_place_of_a_name_a_word_is_held_against_the_citation_too(said: Said) -> None:
    citation = "Cooper, D., & Lin, T. (2020). Mindfulness. *A Journal, 1*, 1–2."
    assert said("N302", "Copper and colleagues; Lim et al.", citation=citation) == [
        "'Copper' is in no citation; did you mean 'Cooper'?",
        "'Lim' is in no citation; did you mean 'Lin'?",
    ]
    assert said("N302", "Copper pipes. Lines drawn.", citation=citation) == []


@pytest.mark.parametrize(
    ("cited", "text"),
    [
        ("Martin", "Martinez and colleagues"),
        ("Anderson", "Henderson et al. (2019)"),
        ("Nordberg", "Goldberg and colleagues"),
        ("Shedler", "Wheeler et al."),
        ("Clarke", "see Clark (2018). Clark and colleagues"),
        ("Clarke", "see (Clark & Hill, 2018)"),
        ("Clarke", "as Clark et al. (2018) and Clark and colleagues (2018a) say"),
    ],
)
def test_another_author_whose_name_is_like_is_fine(said: Said, cited: str, text: str) -> None:
    assert said("N302", text, citation=f"{cited}, D. (2020). Trust. *A Journal, 1*, 1–2.") == []


@pytest.mark.parametrize(
    ("cited", "text"),
    [
        ("Clarke", "Clark (2020) and"),
        ("Clarke", "Clark and colleagues"),
        ("McQuaid", "McQaid and colleagues"),
        ("McQuaid", "as McQaid says"),
        ("McMillan", "McMillna et al. (2020)"),
        ("McMillan", "the model of McMillna"),
        ("O’Brien", "O'Brein and colleagues"),
        ("O’Brien", "with O’Brein’s model"),
    ],
)
def test_a_slip_in_a_name_with_its_own_year_or_capitals_is_told(
    said: Said, cited: str, text: str
) -> None:
    citation = f"{cited}, D. (2020). Trust. *A Journal, 1*, 1–2."
    (message,) = said("N302", text, citation=citation)
    assert message.endswith(f"did you mean '{cited}'?")


@pytest.mark.parametrize(
    "text",
    [
        "Finsrud and colleagues, Finsrud’s, FINSRUD.",
        "Fagernas and Fagernäs; Nissen-Lie; Nissen; DeBlaere; O'Brien; Coco.",
        "Fonagy and colleagues, Bordin (1979), Norcross.",
        "Therapists and patients in Norway.",
        "Lee and colleagues, Fink et al.; Liz (2020); Ron’s.",
    ],
)
def test_names_of_the_citation_and_quite_other_names_are_fine(said: Said, text: str) -> None:
    assert said("N302", text) == []


def test_a_study_is_held_against_its_own_citation_and_the_intro_against_all(desk: Any) -> None:
    content = desk.issue(intro="Lazarrus and Coopper.", subject="On Finsrund")
    messages = [found.message for found in desk.find(content, "N302")]
    assert len(messages) == 3
    assert desk.find(desk.with_study(summary="Coopper and colleagues"), "N302") == []


def test_without_a_citation_nothing_is_told(said: Said) -> None:
    assert said("N302", "Finsrund and colleagues", citation=None) == []


def test_citations_without_a_year_or_with_odd_forms_still_have_names(said: Said) -> None:
    for citation in (
        "Finsrud, I. Being understood. A Journal.",
        "FINSRUD I, Wampold B. Being understood. 2020;7:1-9.",
        "Finsrud, I., … & Wampold, B. (in press). Being understood.",
    ):
        assert said("N301", "Finsrud said.", citation=citation) == []
    assert len(said("N302", "Finsrund said.", citation="Finsrud, I. Being understood.")) == 1


def test_the_place_is_the_name_s(places: Callable[[str, str], tuple[Any, Any]]) -> None:
    found, expected = places("N302", "Here\n*‸Finsrund* and colleagues; Finsrund again.")
    assert found == expected
