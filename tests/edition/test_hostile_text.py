"""Whatever a field holds is shown as typed: nothing is run, lost or taken for markup."""

from __future__ import annotations

import html as html_module
import re
from collections.abc import Callable
from html import escape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.config import Config
from newsletter.edition import build_edition, render, specimen
from newsletter.issue import Issue

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "closing tags": "</div></td></mj-text></mjml></title></style>",
    "end of CDATA": "]]>",
    "CDATA": "<![CDATA[x]]>",
    "conditional comment": "<!--[if mso]><b>x</b><![endif]-->",
    "open comment": "x <!-- y",
    "comment end": "x --> y",
    "template expression": "{{ 7*7 }}",
    "template statement": "{% for x in y %}",
    "template comment": "{# gone #}",
    "SendGrid's placeholder": "-unsubscribe_url-",
    "another placeholder": "{{x}} {{{y}}} %%z%% *|MC|*",
    "quotes": '" onmouseover="alert(1)" \' \u201c\u2019',
    "right-to-left override": "before \u202egnp.exe\u202c after",
    "emoji": "family \U0001f468\u200d\U0001f469\u200d\U0001f467 thumbs \U0001f44d\U0001f3fd",
    "entities": "&lt;b&gt; &amp;amp; &nbsp; &bogus; &#60;",
    "ampersands": "a & b && c &",
    "MJML": "<mj-text>x</mj-text><mj-raw/>",
    "processing instruction": "<?php x ?>",
    "document type": "<!DOCTYPE html>",
    "a token's look": "zz0123456789abcdef000zz",
    "private use": "\ue0001:issue.mjml\ue001",
    "long": "x" * 60_000,
    "many": "ab " * 5_000,
    "percent": "%s %d %(x)s {0} {x}",
    "backslashes": "\\d \\1 \\g<0>",
    "accents": "é e\u0301 ß ﬁ Ω \u00a0 \u2009.",
}
FIELDS = (
    "subject",
    "preheader",
    "intro",
    "title",
    "citation",
    "research_type",
    "topics",
    "summary",
    "practice_implications",
)
MARKDOWN = ("intro", "title", "citation", "summary", "practice_implications")
SETTINGS = ("name", "tagline", "postal_address", "sender")


def unspaced(text: str) -> str:
    return "".join(text.split())


def value_of(field: str, text: str) -> object:
    return {"topics": [text], "sender": {"name": text, "email": "a@a.example"}}.get(field, text)


class _Reader(HTMLParser):
    """A second opinion on what the page says: the standard library's parser."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.tags = "", list[str]()

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)


def told(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader


@pytest.fixture(scope="module")
def usual_tags(html_of: Callable[..., str]) -> list[str]:
    """The elements of a page whose every field holds a plain word."""
    return told(html_of(**{field: value_of(field, "word") for field in FIELDS})).tags


def elements_but_spans(tags: list[str]) -> list[str]:
    return [tag for tag in tags if tag != "span"]  # spans hold ranges of numbers together


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_text_is_shown_as_typed_wherever_it_stands(
    html_of: Callable[..., str],
    text_of: Callable[..., str],
    usual_tags: list[str],
    text: str,
) -> None:
    marked = text.replace("\\", "\\\\").replace("*", "\\*")
    typed = {name: f"{name}: {marked if name in MARKDOWN else text}" for name in FIELDS}
    fields = {name: value_of(name, value) for name, value in typed.items()}
    page, plain = told(html_of(**fields)), unspaced(text_of(**fields))
    assert elements_but_spans(page.tags) == usual_tags
    for name in FIELDS:
        shown = unspaced(f"{name}: {text}")
        is_cut = name == "subject" and len(escape(typed[name])) > 70
        assert shown in unspaced(page.text) or is_cut
        assert shown in plain or name in ("subject", "preheader")


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_setting_is_shown_as_typed(
    make_config: Callable[..., Config],
    make_issue: Callable[..., Issue],
    text: str,
) -> None:
    usual = make_config(**{name: value_of(name, "word") for name in SETTINGS})
    config = make_config(**{name: value_of(name, text.strip()) for name in SETTINGS})
    expected = told(render(make_issue(), usual).html.fill(specimen(usual))).tags
    edition = render(make_issue(), config)
    page = told(edition.html.fill(specimen(config)))
    assert page.tags == expected
    assert unspaced(page.text).count(unspaced(text)) >= len(SETTINGS)


# What YAML lets through: no control characters, no surrogates, no noncharacters.
characters = st.characters(
    exclude_categories=["Cs", "Cc", "Cn"],
    include_characters="\n",
    exclude_characters="\u2028\u2029",
)
texts = st.text(characters, min_size=1, max_size=80).filter(lambda text: text.strip())
lines = texts.map(lambda text: " ".join(text.split())).filter(bool)
markup = st.lists(
    st.sampled_from(["<", ">", "&", "'", '"', "{{", "}}", "{%", "%}", "]]>", "<!--", "-->", "<b>",
                     "&amp;", "a", " ", "\n", "/", "=", "p < .05", "–", "1", "\ue000", "\ue001"]),
    min_size=1,
    max_size=20,
).map("".join).filter(lambda text: text.strip())  # fmt: skip


@given(text=lines | markup.map(lambda text: " ".join(text.split())).filter(bool))
def test_any_line_is_found_again_in_the_fields_that_are_no_markdown(
    html_of: Callable[..., str],
    text_of: Callable[..., str],
    usual_tags: list[str],
    text: str,
) -> None:
    typed = {name: f"{name}: {text}" for name in ("preheader", "research_type", "topics")}
    whole = {name: value_of(name, typed.get(name, "word")) for name in FIELDS}
    page, plain = told(html_of(**whole)), unspaced(text_of(**whole))
    assert page.tags == usual_tags
    for name, shown in typed.items():
        assert unspaced(shown) in unspaced(page.text)
        assert unspaced(shown) in plain or name == "preheader"


letters = st.characters(exclude_categories=["Cs", "Cc", "Cn"], exclude_characters="*_[]<>\\+-.)")


@given(
    text=st.text(letters, min_size=1, max_size=80)
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)
def test_any_text_without_marks_is_found_again_in_the_markdown_fields(
    html_of: Callable[..., str], text_of: Callable[..., str], text: str
) -> None:
    fields = {name: f"{name.replace('_', '')}: {text}" for name in MARKDOWN}
    page, plain = unspaced(told(html_of(**fields)).text), unspaced(text_of(**fields))
    for shown in fields.values():
        assert unspaced(shown) in page
        assert unspaced(shown) in plain


@given(text=texts | markup, inline=lines | markup.map(lambda text: text.replace("\n", " ")))
def test_no_markdown_gives_an_element_that_is_not_allowed(
    html_of: Callable[..., str], usual_tags: list[str], text: str, inline: str
) -> None:
    fields = {"intro": text, "summary": text, "practice_implications": text}
    fields |= {"title": f"w{inline}", "citation": f"w{inline}"}
    html = html_of(**fields)
    allowed = {*usual_tags, "em", "strong", "ul", "ol", "li", "br", "span", "a"}
    assert set(told(html).tags) <= allowed
    targets = re.findall(r'<a [^>]*href="([^"]*)"', html)
    assert len(targets) >= 4
    assert all(re.match(r"https?://[^/]|mailto:", target) for target in targets)


@given(text=lines)
def test_a_whole_edition_is_built_of_any_text_in_every_field(
    make_issue: Callable[..., Issue], config: Config, text: str
) -> None:
    issue = make_issue(**{field: value_of(field, text) for field in FIELDS})
    built = build_edition(issue, config)
    assert html_module.escape(text, quote=False) in built.html.decode().replace("&quot;", '"')
    assert built.message.isascii()
