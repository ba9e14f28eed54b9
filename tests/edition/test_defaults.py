"""What stands in the places that an issue leaves open."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from newsletter.edition import Edition

EditionOf = Callable[..., Edition]
BODY = {"summary": "S.", "practice_implications": "P."}


@pytest.mark.parametrize(
    ("fields", "subject"),
    [
        ({}, "Practice Digest: December 2023"),
        ({"language": "fr"}, "Practice Digest: décembre 2023"),
        ({"month": "2024-02"}, "Practice Digest: February 2024"),
        ({"subject": "Empathy that is acted on"}, "Empathy that is acted on"),
    ],
)
def test_the_subject_is_the_issues_or_the_publications_name_and_the_month(
    edition_of: EditionOf, fields: dict[str, str], subject: str
) -> None:
    assert edition_of(**fields).subject == subject


@pytest.mark.parametrize(
    ("intro", "preheader"),
    [
        ("One thing. Another thing.", "One thing."),
        ("One thing", "One thing"),
        ("What now? Then this.", "What now?"),
        ("Look! Then this.", "Look!"),
        ("“One thing.” Another.", "“One thing.”"),
        ("See Dr. Smith about it. Then go.", "See Dr. Smith about it."),
        ("By J. K. Rowling et al. in 2019. Then go.", "By J. K. Rowling et al. in 2019."),
        ("Use e.g. CBT or so. Then go.", "Use e.g. CBT or so."),
        ("It was p < .05 and 3.5 points. Then go.", "It was p < .05 and 3.5 points."),
        ("…I blog about empathy, … . Then more.", "…I blog about empathy, … ."),
        ("*One* [thing](https://a.example/)\nhere. Another.", "One thing here."),
        ("One thing\n\nAnother paragraph.", "One thing Another paragraph."),
        ("- One.\n- Two.", "One."),
        ("Un. Élan.", "Un."),
        ("One <b>&amp;. Two.", "One <b>&amp;."),
    ],
)
def test_the_preheader_is_the_intros_first_sentence(
    edition_of: EditionOf, intro: str, preheader: str
) -> None:
    assert edition_of(intro=intro).preheader == preheader


def test_the_preheader_is_else_made_of_the_titles(edition_of: EditionOf) -> None:
    summaries = [{"title": "*One*, p < .05", **BODY}, {"title": "Two", **BODY}]
    assert edition_of(summaries=summaries).preheader == "One, p < .05 · Two"


def test_the_issues_own_preheader_wins(edition_of: EditionOf) -> None:
    assert edition_of(intro="One. Two.", preheader="Mine").preheader == "Mine"


def test_the_editions_language_is_the_issues_or_the_publications(edition_of: EditionOf) -> None:
    assert edition_of().language == "en-CA"
    assert edition_of(language="fr").language == "fr"


@pytest.mark.parametrize("order", [("zh-Hans", "fr", "he"), ("he", "zh-Hans", "fr")])
def test_a_month_is_named_in_its_own_language_whatever_came_before(
    edition_of: EditionOf, order: tuple[str, ...]
) -> None:
    expected = {"fr": "décembre 2023", "he": "דצמבר 2023", "zh-Hans": "2023年12月"}
    for language in order:
        subject = edition_of(language=language).subject
        assert subject == f"Practice Digest: {expected[language]}"


@pytest.mark.parametrize("subject", ["A & B " * 20, "<" * 70, "W" * 60_000, "é" * 71])
def test_the_page_title_has_at_most_seventy_characters_of_html(
    edition_of: EditionOf, subject: str
) -> None:
    html = edition_of(subject=subject).html.fill({})
    title = html.partition("<title>")[2].partition("</title>")[0]
    assert title.endswith("…")
    assert len(title) <= 70


def test_a_short_subject_is_the_page_title(edition_of: EditionOf) -> None:
    assert "<title>Empathy &amp; trust</title>" in edition_of(subject="Empathy & trust").html.fill(
        {}
    )
