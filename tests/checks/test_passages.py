"""An issue's texts without their markup, each character at its place."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import html as lxml_html

from newsletter.checks.passages import Passage, blanked, passages_of
from newsletter.edition.markdown import inline_html, to_html
from newsletter.issue import load_issue

SIGNS = st.sampled_from("*_\\[]()<>ab \n\t`!#~|é\u00a0\u2009")
WORDS = st.sampled_from(
    [
        "**",
        "__",
        "\n\n",
        "- ",
        "1. ",
        "\\\n",
        "  \n",
        "&amp;",
        "snake_case",
        ".42*",
        "p < .05",
        "r = -.3",
        "95% CI [.1, .2]",
        "](https://a.example/a_(b)_c)",
        "[w](https://a.example)",
        "](mailto:a@a.example)",
        ' "title")',
    ]
)
TEXTS = st.lists(SIGNS | WORDS, max_size=25).map("".join).filter(str.strip)
AUTOLINK = re.compile(r'<a href="([^"]*)">\1</a>')


def ink(text: str) -> str:
    """The text without its white space."""
    return "".join(text.split())


def shown(html: str) -> str:
    """What a page shows of it; addresses that are shown as such are no words."""
    return ink(lxml_html.fromstring(f"<div>{AUTOLINK.sub('', html)}</div>").text_content())


def check(text: str, without: str) -> None:
    """The same text, but for letters that became spaces."""
    assert len(without) == len(text)
    assert all(after in (before, " ") for before, after in zip(text, without, strict=True))
    assert text.count("\n") == without.count("\n")


@given(TEXTS)
@example("\u00a0  \n*a*")
@example("\t- ")
@example("- \\- *a*\n  b\n\n1. 1.5")
def test_what_is_left_of_prose_is_what_the_page_shows(text: str) -> None:
    without = blanked(text, "summary")
    check(text, without)
    assert ink(without) == shown(str(to_html(text.rstrip().lstrip("\n"))))


@given(TEXTS.map(lambda text: " ".join(text.split("\n"))).filter(str.strip))
def test_what_is_left_of_a_title_is_what_the_page_shows(text: str) -> None:
    without = blanked(text, "title")
    check(text, without)
    assert ink(without) == shown(str(inline_html(text.strip().replace("\t", " "))))


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("*p* < .05", " p  < .05"),
        ("**b** _c_ __d__ ***e***", "  b    c    d      e   "),
        ("a star, .42*, or *two*", "a star, .42*, or  two "),
        ("snake_case and _em_", "snake_case and  em "),
        (r"\*not\* \_this\_", " *not *  _this _"),
        ("[a [b] c](https://a.example/x_(y)_z) d", " a [b] c" + " " * 28 + " d"),
        ('[*a*](https://a.example "t (t) t") b', "  a " + " " * 31 + "b"),
        ("see <https://a.example/b>.", "see " + " " * 21 + "."),
        ("- one\n- -5% two\n\n  *three*", "  one\n  -5% two\n\n   three "),
        ("1. 1.5 times\n2. - one", "   1.5 times\n     one"),
        ("[.15, .40] (n = 3)", "[.15, .40] (n = 3)"),
        ("[a](javascript:b) <b>", "[a](javascript:b) <b>"),
        ("*r* =\n  .42", " r  =\n  .42"),
        ("\n\n*a*\n\n", "\n\n a \n\n"),
    ],
)
def test_markup_is_blanked_and_only_markup(typed: str, left: str) -> None:
    assert blanked(typed, "summary") == left


@pytest.mark.parametrize("kind", ["title", "citation"])
def test_titles_and_citations_know_emphasis_only(kind: str) -> None:
    assert blanked("*Mind*, [a](https://a.example)", kind) == " Mind , [a](https://a.example)"


@pytest.mark.parametrize("kind", ["subject", "preheader"])
def test_subject_and_preheader_know_no_markup(kind: str) -> None:
    assert blanked(r"*a* \*", kind) == r"*a* \*"


@pytest.fixture
def passages(publication: Any) -> Callable[[str], list[Passage]]:
    """The passages of an issue file."""

    def of(text: str) -> list[Passage]:
        return list(passages_of(load_issue(publication.write_issue(text), publication.config())))

    return of


def test_passages_come_in_the_files_usual_order(
    passages: Callable[[str], list[Passage]], issue_text: str
) -> None:
    found = [(each.study, each.kind) for each in passages(issue_text)]
    assert found == [
        (None, "subject"),
        (None, "intro"),
        (0, "title"),
        (0, "citation"),
        (0, "summary"),
        (0, "practice_implications"),
        (1, "title"),
        (1, "summary"),
        (1, "practice_implications"),
    ]


def test_an_offset_leads_to_where_the_letter_is_typed(
    passages: Callable[[str], list[Passage]], issue_text: str
) -> None:
    text = issue_text.replace(
        "A team studied it.", "A *team*\n      [studied](https://a.example) it."
    )
    (summary,) = (each for each in passages(text) if (each.study, each.kind) == (0, "summary"))
    line = next(at for at, line in enumerate(text.split("\n"), 1) if "A *team*" in line)
    assert summary.place(summary.text.index("team")) == (line, 10)
    assert summary.place(summary.text.index("it.")) == (line + 1, 36)
    assert summary.place() == (line, 7)
