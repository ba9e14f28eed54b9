"""Words that stand twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Said = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("It was the the end.", "the"),
        ("At the\nthe end.", "the"),
        ("The the end.", "the"),
        ("Of a a kind.", "a"),
        ("It is is true.", "is"),
        ("The *the* end.", "the"),
        ("The [the](https://digest.example) end.", "the"),
        ("So CBT CBT works.", "CBT"),
        ("therapy therapy, at last", "therapy"),
        ("(with with) care", "with"),
        ("This is is so.", "is"),
        ("What helped them. It is is so.", "is"),
        ("They focus on on trust.", "on"),
        ("They found that in in groups.", "in"),
        ("To do do it.", "do"),
    ],
)
def test_a_doubled_word_is_told(said: Said, text: str, word: str) -> None:
    assert said("N304", text) == [f"'{word}' stands twice; delete one"]


@pytest.mark.parametrize("title", ["The The Role of Trust", "Trust in In Therapy"])
def test_doubled_little_words_are_told_in_title_case(said: Said, title: str) -> None:
    assert len(said("N304", title=title)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "What he had had, that that man knew.",
        "A very very long, long way.",
        "Duran Duran sang in New New York.",
        "It was the end. End of story.",
        "Well, well; no, no: now, now.",
        "10 10 20 20, p p, x x",
        "It was the\n\nthe end",
        "- it was\n- was it",
        "1. one thing\n2. thing two",
        "step by step-by-step; self-help help; the therapist’s s",
        "What it is is unclear. They log on on Mondays and check in in pairs.",
        "Some clients do do well, and they do do it.",
        "in instances, the theory, an analysis, a and b",
    ],
)
def test_what_may_stand_twice_is_fine(said: Said, text: str) -> None:
    assert said("N304", text) == []


def test_the_place_is_the_second_one_s(places: Callable[[str, str], tuple[Any, Any]]) -> None:
    found, expected = places("N304", "It was the\n‸the end of *the* *‸the*.")
    assert found == expected
