"""Word's reading of conditional comments."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.web.preview.outlook import as_outlook, holds, resolve_conditions


@pytest.mark.parametrize(
    "condition",
    [
        "mso",
        "mso | IE",
        "(gte mso 9)|(IE)",
        "gte mso 12",
        "lt mso 17",
        "mso 16",
        "!IE",
        "!(IE)",
        "vml",
        "(mso) & (!IE)",
        "MSO",
    ],
)
def test_a_condition_that_is_true_of_word(condition: str) -> None:
    assert holds(condition)


@pytest.mark.parametrize(
    "condition", ["!mso", "IE", "lte mso 11", "mso 12", "!mso & !IE", "!(mso | IE)", "", "unknown"]
)
def test_a_condition_that_is_false_of_word(condition: str) -> None:
    assert not holds(condition)


@pytest.mark.parametrize(
    ("html", "seen"),
    [
        ("a<!--[if mso]>b<![endif]-->c", "abc"),
        ("a<!--[if lte mso 11]>b<![endif]-->c", "ac"),
        ("a<!--[if !mso]><!-->b<!--<![endif]-->c", "ac"),
        ("a<!--[if mso]><!-->b<!--<![endif]-->c", "abc"),
        ("a<!--[if !mso]>-->b<!--<![endif]-->c", "ac"),
        ("a<![if !mso]>b<![endif]>c", "ac"),
        ("a<!-- [a comment] -->b", "a<!-- [a comment] -->b"),
        ("a<!--[if !mso]><!-->b<!--[if mso]>c<![endif]-->d<!--<![endif]-->e", "ae"),
        ("a<![endif]-->b", "ab"),
        ("&lt;!--[if mso]&gt;", "&lt;!--[if mso]&gt;"),
    ],
)
def test_conditional_comments_are_resolved(html: str, seen: str) -> None:
    assert resolve_conditions(html) == seen


@given(st.text(alphabet="ab<>!-[]if ms()|&ed9\n"))
def test_any_text_is_read_to_its_end(text: str) -> None:
    holds(text)
    assert len(resolve_conditions(text)) <= len(text)


def test_settings_of_office_and_media_queries_are_not_for_words_eye() -> None:
    html = (
        "<!--[if mso]><noscript><xml><o:AllowPNG/></xml></noscript><![endif]-->"
        '<style media="screen">p{}</style><style>a{} @media x { b{} c{} } d{}</style>'
    )
    assert as_outlook(html) == "<style>a{}  d{}</style>"
