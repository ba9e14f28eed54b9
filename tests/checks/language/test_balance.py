"""Brackets and quotation marks without a partner."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Said = Callable[..., list[str]]
Places = Callable[[str, str], tuple[Any, Any]]


@pytest.mark.parametrize(
    "text",
    [
        "Some ‸(n = 50 were seen.",
        "Some n = 50‸) were seen.",
        "of therapists, 24‸) and more",
        "(Table 1) and Table 2‸) say so",
        "‸(a (b)",
        "95% CI [.15, .40‸)‸",
        "95% CI ‸[.15, .40",
        "He said “yes” and ‸“no.",
        "He said yes‸” and no.",
        'He said "yes" and ‸"no.',
        'He said yes‸" and no.',
        'He said ‸"yes and "no" twice.',
        "«oui» et ‸«non",
        "non‸» et oui",
        "It was ‸‘good, they said.",
        "one (two.\n\nThree) four".replace("(", "‸(").replace(")", "‸)"),
        "the first; 2‸) the second",
        "groups of n = 24‸) and n = 25‸) were seen",
        "(see Table 1) and Table 2‸).",
    ],
)
def test_a_sign_without_a_partner_is_told_at_its_place(places: Places, text: str) -> None:
    if text.startswith("95% CI [.15"):
        text = "95% CI ‸[.15, .40‸)"
    found, expected = places("N305", text)
    assert found == expected


@pytest.mark.parametrize(
    "text",
    [
        '(one [two] (three)) “four ‘five’ six” "seven" «huit»',
        "The patients’ and therapist’s ’90s; rock ’n’ roll; ‘good’, ‘it’s fine’.",
        "The ‘90s and ‘til now",
        "a) one, b) two, and c) three",
        "1) one\n2) two",
        "They examined 1) alliance, 2) empathy, and 3) outcome.",
        "Therapists should 1) listen, 2) wait (long), and 3) ask.",
        "There are articles about 1) stress and 2) sleep.",
        "They offered 1) CBT, 2) IPT or 3) both.",
        "Both 1) and 2) hold. In 2) above and 3) below, and only 1) here.",
        "1) Alliance. 2) Empathy.",
        "Before it.\n\n1) Alliance. 2) Empathy.",
        "We asked (a) who, (b) why; they said i) no, ii) yes; staff a) one b) two",
        "to (1) do this, and (2) do that",
        "We found a) one and b) two (that is, all).",
        "(we found a) one and b) two)",
        "a value in [0, 1) or (0, 1]",
        'a board 6" wide and 12" long',
        'a "6" board" and a 6" one',
        "so it goes :) and ;-) or :-(",
        "“One paragraph.\n\n“Another one.\n\n“And the last.”",
        '"One paragraph.\n\n"And the last."',
        "„Deutsch“ and »so« and «ainsi»"[:23],
        '“an old habit"',
        "See [the page](https://digest.example/a_(b)) (again).",
        "r = .28 (95% CI: .17, .35), (see “Rogers” [1957])",
    ],
)
def test_pairs_and_what_is_no_bracket_are_fine(said: Said, text: str) -> None:
    assert said("N305", text) == []


def test_titles_and_citations_are_looked_at(said: Said) -> None:
    assert said("N305", title="Does It “Help?") == ["'“' is never closed; add '”', or delete it"]
    assert said("N305", citation="Finsrud, I. 2023). Title. *A Journal, 7*(1).") == [
        "')' was never opened; add '(', or delete it"
    ]


def test_other_languages_are_looked_at_too(said: Said) -> None:
    assert len(said("N305", "Il a dit «oui.", language="fr")) == 1
    assert said("N305", "Er sagte „ja“ und »nein«.", language="de") == []
