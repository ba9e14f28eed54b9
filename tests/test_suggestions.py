"""What was probably meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.suggest import did_you_mean

KEYS = ("month", "subject", "title", "citation", "summary", "practice_implications", "Adherence")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("subjekt", "subject"),
        ("Title", "title"),
        ("titel", "title"),
        ("cite", "citation"),
        ("practice", "practice_implications"),
        ("implications", "practice_implications"),
        ("adherance", "Adherence"),
        ("mon", "month"),
    ],
)
def test_a_near_word_is_suggested_as_it_is_spelt(typed: str, meant: str) -> None:
    assert did_you_mean(typed, KEYS) == f"; did you mean '{meant}'?"


@pytest.mark.parametrize("typed", ["zebra", "", "x", "mo"])
def test_a_word_like_no_other_gets_no_suggestion(typed: str) -> None:
    assert did_you_mean(typed, KEYS) == ""


@pytest.mark.parametrize("typed", ["eacut", "Eacut", "eacute1", "Eacute1"])
def test_of_words_that_differ_in_case_alone_the_one_as_typed_is_suggested(typed: str) -> None:
    meant = "eacute" if typed.startswith("e") else "Eacute"
    for known in (("eacute", "Eacute"), ("Eacute", "eacute")):
        assert did_you_mean(typed, known) == f"; did you mean '{meant}'?"


@pytest.mark.parametrize("typed", ["padding", "padding-", "Padding"])
def test_of_words_that_begin_alike_the_nearest_is_suggested_in_any_order(typed: str) -> None:
    for known in (("padding-left", "padding"), ("padding", "padding-left")):
        assert did_you_mean(typed, known) == "; did you mean 'padding'?"


@pytest.mark.parametrize("typed", ["D", "T", "mj"])
def test_a_word_of_a_letter_or_two_gets_no_suggestion(typed: str) -> None:
    assert did_you_mean(typed, ("Dd", "Tt", "mjx")) == ""


def test_without_known_words_there_is_no_suggestion() -> None:
    assert did_you_mean("title", ()) == ""


@given(st.text())
def test_a_suggestion_is_a_known_word_or_nothing(word: str) -> None:
    assert did_you_mean(word, KEYS) in ("", *(f"; did you mean '{key}'?" for key in KEYS))
