"""What the template writes and the text says once more."""

from __future__ import annotations

from typing import Any

import pytest

TITLE = "Does *Feeling* Understood Help?"
BEGIN = "\n\nPatients who feel understood stay."


@pytest.mark.parametrize(
    "text",
    [
        f"Does Feeling Understood Help?{BEGIN}",
        f"Does feeling understood help{BEGIN}",
        "DOES FEELING UNDERSTOOD HELP\nPatients who feel understood stay.",
        "Does feeling understood help. Patients who feel understood stay.",
        "“Does feeling understood help?” Patients who feel understood stay.",
        f"*Does feeling understood help?*{BEGIN}",
        f"Patients stay.\n\nDoes Feeling Understood Help{BEGIN}",
    ],
)
@pytest.mark.parametrize("key", ["summary", "practice_implications"])
def test_a_title_repeated_as_a_line_or_first_sentence_is_told(
    desk: Any, key: str, text: str
) -> None:
    (finding,) = desk.find(desk.with_study(title=TITLE, **{key: text}), "N106")
    assert finding.severity == "warning"


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (TITLE, "Does feeling understood help patients? It may."),
        (TITLE, "It may. Does feeling understood help? Nobody knows."),
        ("Empathy", "Empathy. It is much discussed."),
        ("Therapist Empathy", "Therapist empathy: much discussed."),
        ("Mindfulness and Empathy Among Trainees", "Mindfulness and empathy among trainees grew."),
    ],
)
def test_a_sentence_of_the_same_words_within_a_text_is_fine(
    desk: Any, title: str, text: str
) -> None:
    assert desk.find(desk.with_study(title=title, summary=text), "N106") == []


@pytest.mark.parametrize(
    "heading", ["Practice Implications", "**Practice implications:**", "## Clinical Implications"]
)
def test_a_heading_copied_into_the_text_is_told_at_its_line(desk: Any, heading: str) -> None:
    text = (
        "month: 2023-12\nsummaries:\n  - title: A\n    summary: |\n"
        f"      One.\n\n      {heading}\n\n      Two.\n    practice_implications: P\n"
    )
    (finding,) = desk.find(text, "N107")
    assert finding.line == 7


def test_a_sentence_about_implications_is_no_heading(desk: Any) -> None:
    assert desk.find(desk.with_study(summary="Practice implications are few."), "N107") == []
