"""The plain text: set by hand, at 72 columns."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.config import Config
from newsletter.edition import render, specimen
from newsletter.issue import Issue

TextOf = Callable[..., str]
WIDTH = 72
LONG_TITLE = (
    "Is *empathic accuracy* enough? The role of therapists’ interventions in the associations"
    " between empathic accuracy and session outcome"
)
LONG_URL = "https://a.example/an-address/with-many-hyphens/" + "and-more-" * 12 + "end"


def block(text: str, first: str) -> list[str]:
    """The lines from one that begins so to the next blank one."""
    lines = text.splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith(first))
    return lines[start : lines.index("", start)]


def study(title: str, **fields: object) -> dict[str, object]:
    return {"title": title, "summary": "S.", "practice_implications": "P.", **fields}


def test_the_whole_of_a_plain_text(text_of: TextOf) -> None:
    text = text_of(
        intro="Good *morning*, see [the blog](https://a.example/blog).",
        citation="Author, A. (2023). A study. *A Journal, 7*(1), 1–9.",
        research_type="Survey",
        topics=["Empathy"],
        summary="First.\n\nThen [a page](https://a.example/page).",
        practice_implications="Ask:\n\n1. Why\n2. How\n   - softly\n   - often",
    )
    assert (
        text
        == """\
PRACTICE DIGEST
Research for practice

December 2023
=============

Good morning, see the blog [1].

[1] https://a.example/blog

IN THIS ISSUE

  1. Does Alliance Matter?


1. Does Alliance Matter?
------------------------

Survey | Empathy

Author, A. (2023). A study. A Journal, 7(1), 1–9.
https://doi.org/10.1037/cou0000708

First.

Then a page [2].

    PRACTICE IMPLICATIONS

    Ask:

    1. Why
    2. How
       - softly
       - often

[2] https://a.example/page

------------------------------------------------------------------------
PPRNet sent this digest to you
(reader@example.org) because you subscribed to it.

Unsubscribe:
https://news.digest.example/u/preview

Read this issue on the web:
https://news.digest.example/2023-12

Contact us:
https://digest.example/contact

136 Jean-Jacques-Lussier, Ottawa, Ontario, Canada
"""
    )


def test_the_contents_are_numbered_and_hang_below_their_first_words(text_of: TextOf) -> None:
    text = text_of(summaries=[study("One"), study(LONG_TITLE), study("Three")])
    contents = block(text, "  1. ")
    assert contents[0] == "  1. One"
    assert contents[1].startswith("  2. Is empathic accuracy enough?")
    assert re.match(r" {5}\S", contents[2])
    assert contents[-1] == "  3. Three"


def test_a_contents_of_ten_and_more_stays_aligned(text_of: TextOf) -> None:
    text = text_of(summaries=[study(f"Study {number}") for number in range(1, 13)])
    assert "  9. Study 9\n 10. Study 10\n" in text


def test_titles_are_underlined_as_long_as_their_longest_line(text_of: TextOf) -> None:
    *title, stroke = block(text_of(title=LONG_TITLE), "1. ")
    assert len(title) > 1
    assert stroke == "-" * max(map(len, title))


def test_a_doi_is_alone_on_its_line(text_of: TextOf) -> None:
    assert "https://doi.org/10.1037/cou0000708" in text_of().splitlines()


def test_a_link_in_place_of_a_doi_is_alone_on_its_line(text_of: TextOf) -> None:
    assert LONG_URL in text_of(doi=None, link=LONG_URL).splitlines()


def test_links_become_numbered_notes_below_what_refers_to_them(text_of: TextOf) -> None:
    text = text_of(
        intro="[a](https://a.example/1)",
        summary="[b](https://a.example/2) and [again a](https://a.example/1)",
        practice_implications="[c](mailto:c@a.example)",
    )
    assert "a [1]\n\n[1] https://a.example/1\n" in text
    assert "b [2] and again a [1]\n" in text
    assert "    c [3]\n\n[2] https://a.example/2\n[3] mailto:c@a.example\n" in text


def test_a_link_that_shows_its_own_address_needs_no_note(text_of: TextOf) -> None:
    text = text_of(summary="<https://a.example/1> and [c@a.example](mailto:c@a.example).")
    assert "https://a.example/1 and c@a.example.\n" in text
    assert "[1]" not in text


def test_a_note_is_not_parted_from_the_word_it_follows(text_of: TextOf) -> None:
    for filler in range(50, 72):
        text = text_of(summary=f"{'x' * filler} [word](https://a.example/)")
        assert "word [1]\n" in text


@pytest.mark.parametrize("field", ["intro", "summary", "practice_implications"])
def test_an_address_is_never_split(text_of: TextOf, field: str) -> None:
    text = text_of(**{field: f"Look at <{LONG_URL}> or [here]({LONG_URL}?more-of-it)."})
    assert sum(LONG_URL in line for line in text.splitlines()) == 2


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("- a\n- b", "- a\n- b"),
        ("* a\n* b", "- a\n- b"),
        ("1. a\n2. b", "1. a\n2. b"),
        ("7. a\n8. b", "7. a\n8. b"),
        ("0. a\n1. b", "0. a\n1. b"),
        ("- a\n  - b\n    - c\n- d", "- a\n  - b\n    - c\n- d"),
        ("1. a\n   1. b\n   2. c\n2. d", "1. a\n   1. b\n   2. c\n2. d"),
        ("1. a\n   - b\n2. c", "1. a\n   - b\n2. c"),
        ("a\n\n- b\n\nc", "a\n\n- b\n\nc"),
        ("a\nb", "a b"),
        ("**a** _b_", "*a* b"),
        ("2 \\* 3", "2 * 3"),
    ],
)
def test_markdown_is_written_as_one_would_by_hand(
    text_of: TextOf, markdown: str, expected: str
) -> None:
    assert f"\n\nFirst.\n\n{expected}\n\nLast.\n\n" in text_of(
        summary=f"First.\n\n{markdown}\n\nLast."
    )


@pytest.mark.parametrize("first", ["- ", "1. ", "10. ", "100. ", "2022. "])
def test_the_lines_of_an_entry_hang_below_its_first_word(text_of: TextOf, first: str) -> None:
    text = text_of(summary=f"Before.\n\n{first}{'word ' * 40}")
    entry = block(text.partition("Before.")[2], first)
    indents = {len(line) - len(line.lstrip()) for line in entry[1:]}
    assert indents == {len(first)}


def test_an_entry_may_have_several_paragraphs(text_of: TextOf) -> None:
    text = text_of(summary="- one\n\n  two\n\n- three")
    assert "\n- one\n\n  two\n- three\n" in text


WORDS = st.lists(st.text("abcdefghij-", min_size=1, max_size=14), min_size=1, max_size=60)


@given(words=WORDS)
def test_no_line_is_longer_than_72_columns(text_of: TextOf, words: list[str]) -> None:
    prose = "w " + " ".join(words)
    text = text_of(
        intro=prose,
        title=prose,
        citation=prose,
        topics=[prose],
        summary=f"{prose}\n\n- {prose}\n  1. {prose}",
        practice_implications=f"{prose}\n\n- {prose}",
    )
    assert max(map(len, text.splitlines())) <= WIDTH


@given(words=WORDS)
def test_lines_are_filled(text_of: TextOf, words: list[str]) -> None:
    lines = block(text_of(summary="w " + " ".join(words)), "w ")
    for line, following in pairwise(lines):
        assert len(line) + 1 + len(following.split()[0]) > WIDTH


def test_only_what_cannot_be_broken_is_longer(text_of: TextOf) -> None:
    text = text_of(summary=f"a {'x' * 100} b", title="y" * 100)
    long = [line for line in text.splitlines() if len(line) > WIDTH]
    assert long == [f"  1. {'y' * 100}", "y" * 100, "-" * 100, "x" * 100]


def test_no_line_ends_in_white_space_and_no_more_than_two_blank_lines_follow_each_other(
    text_of: TextOf,
) -> None:
    full = text_of(intro="Hello.", research_type="Survey", summary="a\\\nb\n\n- c")
    bare = text_of(doi=None, citation=None)
    for text in (full, bare):
        assert not re.search(r"[ \t]\n|\n{4}", text)
        assert text.endswith("Canada\n")
        assert not text.startswith("\n")


def test_a_study_with_nothing_but_its_texts_leaves_no_hole(text_of: TextOf) -> None:
    text = text_of(doi=None, citation=None, summary="It held.")
    assert "1. Does Alliance Matter?\n------------------------\n\nIt held.\n" in text


def test_a_long_name_of_the_publication_is_wrapped_too(
    make_config: Callable[..., Config], make_issue: Callable[..., Issue]
) -> None:
    config = make_config(name="Psychotherapy " * 12, tagline="Practice " * 20)
    lines = render(make_issue(), config).text.fill(specimen(config)).splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert lines[0].startswith("PSYCHOTHERAPY PSYCHOTHERAPY")


def test_french_issues_have_french_words(text_of: TextOf) -> None:
    text = text_of(language="fr-CA")
    for words in ("décembre 2023\n=============", "DANS CE NUMÉRO", "Se désabonner\xa0:"):
        assert words in text
    assert "IMPLICATIONS POUR LA PRATIQUE" in text
