"""The places of an edition that are filled in for each reader."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html

from newsletter.config import Config
from newsletter.edition import Edition, render, specimen
from newsletter.edition.personal import Field, Place
from newsletter.errors import TemplateError
from newsletter.issue import Issue

READER: dict[Field, str] = {
    "email": "o'brien&co@example.org",
    "first_name": "Zoë <b>",
    "last_name": 'O\'Brien & "Co"',
    "unsubscribe_url": "https://news.digest.example/u/abc?x=1&y=2",
}
Render = Callable[..., Edition]


@pytest.fixture
def render_with(own_templates: Config, make_issue: Callable[..., Issue]) -> Render:
    """An edition with something more on top of the HTML's and of the text's footer."""

    def with_more(html: str, text: str = "") -> Edition:
        for name, before, more in (
            ("footer.mjml", '<p class="small last">', f"<div id='more'>{html}</div>"),
            ("footer.txt", "{{ rule() }}", f"[{text}]\n"),
        ):
            path = own_templates.templates_path / "parts" / name
            path.write_text(path.read_text("utf-8").replace(before, more + before, 1), "utf-8")
        return render(make_issue(), own_templates)

    return with_more


def more_in(html: str) -> str:
    found = re.search(r"<div id=\"more\"[^>]*>(.*?)</div>", html, re.DOTALL)
    assert found
    return found[1].strip()


@pytest.mark.parametrize(
    ("expression", "in_html", "in_text"),
    [
        ("reader.email", escape(READER["email"]), READER["email"]),
        ("reader.first_name", escape(READER["first_name"]), READER["first_name"]),
        ("reader.last_name", escape(READER["last_name"]), READER["last_name"]),
        ("unsubscribe_url", escape(READER["unsubscribe_url"]), READER["unsubscribe_url"]),
        ("reader.first_name | default('you')", escape(READER["first_name"]), READER["first_name"]),
        ("reader.first_name | d('you')", escape(READER["first_name"]), READER["first_name"]),
        ("reader.email | urlencode", "o%27brien%26co%40example.org",
         "o%27brien%26co%40example.org"),
        ("'to ' ~ reader.email", f"to {escape(READER['email'])}", f"to {READER['email']}"),
        ("'to %s' | format(reader.email)", f"to {escape(READER['email'])}",
         f"to {READER['email']}"),
        ("[reader.email, 'x'] | join('+')", f"{escape(READER['email'])}+x",
         f"{READER['email']}+x"),
        ("reader.first_name | safe", escape(READER["first_name"]), READER["first_name"]),
        ("reader.first_name | e", escape(READER["first_name"]), READER["first_name"]),
        ("reader.first_name | string", escape(READER["first_name"]), READER["first_name"]),
        ("('to ' ~ reader.first_name) | trim", f"to {escape(READER['first_name'])}",
         f"to {READER['first_name']}"),
    ],
)  # fmt: skip
def test_a_field_is_filled_in_as_its_document_wants_it(
    render_with: Render, expression: str, in_html: str, in_text: str
) -> None:
    edition = render_with(f"{{{{ {expression} }}}}", f"{{{{ {expression} }}}}")
    assert more_in(edition.html.fill(READER)) == in_html
    assert f"[{in_text}]" in edition.text.fill(READER)


@pytest.mark.parametrize("first_name", ["", None])
def test_default_stands_in_for_a_name_that_is_empty_or_missing(
    render_with: Render, first_name: str | None
) -> None:
    expression = "{{ reader.first_name | default('Tom & you') }}"
    edition = render_with(expression, expression)
    values = {**READER, "first_name": first_name} if first_name is not None else {}
    assert more_in(edition.html.fill(values)) == "Tom &amp; you"
    assert "[Tom & you]" in edition.text.fill(values)


def test_the_same_field_may_have_several_defaults(render_with: Render) -> None:
    expression = "{{ reader.first_name | default('A') }}{{ reader.first_name | default('B') }}"
    assert more_in(render_with(expression).html.fill({})) == "AB"


def test_a_field_may_stand_in_an_attribute_and_cannot_leave_it(render_with: Render) -> None:
    link = '<a href="https://a.example/?to={{ reader.email | urlencode }}" title="{{ reader.last_name }}">x</a>'  # noqa: E501
    html = render_with(link).html.fill(READER)
    anchor = lxml_html.fromstring(more_in(html))
    assert anchor.get("href") == "https://a.example/?to=o%27brien%26co%40example.org"
    assert anchor.get("title") == READER["last_name"]


def test_a_field_may_stand_in_an_attribute_of_mjml(
    own_templates: Config, make_issue: Callable[..., Issue]
) -> None:
    path = own_templates.templates_path / "issue.mjml"
    button = '<mj-section><mj-column><mj-button href="{{ unsubscribe_url }}">x</mj-button></mj-column></mj-section></mj-body>'  # noqa: E501
    path.write_text(path.read_text("utf-8").replace("</mj-body>", button), "utf-8")
    html = render(make_issue(), own_templates).html.fill(READER)
    assert html.count(f'href="{escape(READER["unsubscribe_url"])}"') == 2


TEMPLATE_LINE = 4
PARTS = ["parts/footer.mjml", "parts/footer.txt"]


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(
    "use",
    [
        "{% if reader.first_name %}x{% endif %}",
        "{% if not reader.first_name %}x{% endif %}",
        "{{ 'x' if reader.first_name else 'y' }}",
        "{{ reader.first_name or 'you' }}",
        "{{ reader.first_name and 'x' }}",
        "{% if reader.first_name == 'Ana' %}x{% endif %}",
        "{% if reader.first_name != 'Ana' %}x{% endif %}",
        "{% if reader.first_name in ['Ana'] %}x{% endif %}",
        "{{ reader.first_name | upper }}",
        "{{ reader.first_name | lower }}",
        "{{ reader.first_name | title }}",
        "{{ reader.first_name | capitalize }}",
        "{{ reader.first_name | trim }}",
        "{{ reader.first_name | truncate(3) }}",
        "{{ reader.first_name | replace('a', 'b') }}",
        "{{ reader.first_name | length }}",
        "{{ reader.first_name | reverse }}",
        "{{ reader.first_name | first }}",
        "{{ reader.first_name | wrap }}",
        "{{ reader.first_name | markdown }}",
        "{{ reader.first_name | default('x') | upper }}",
        "{{ unsubscribe_url | anchor('x') }}",
    ],
)
def test_a_field_cannot_be_tested_or_changed_while_rendering(
    own_templates: Config, make_issue: Callable[..., Issue], part: str, use: str
) -> None:
    path = own_templates.templates_path / part
    lines = path.read_text("utf-8").splitlines(keepends=True)
    lines[0:0] = ["{# a comment of #}\n", "{# several #}\n", "{# lines #}\n", f"{use}\n"]
    path.write_text("".join(lines), "utf-8")
    with pytest.raises(TemplateError) as caught:
        render(make_issue(), own_templates)
    assert str(caught.value).startswith(f"templates/{part}:{TEMPLATE_LINE}: error: ")
    assert "differs from reader to reader" in str(caught.value)


@pytest.mark.parametrize(
    "use",
    [
        "{{ reader.first_name.upper() }}",
        "{{ reader.first_name[0] }}",
        "{{ reader.first_name + 'x' }}",
        "{% for letter in reader.first_name %}{% endfor %}",
        "{{ reader.nickname }}",
    ],
)
def test_a_field_is_no_string_to_a_template(
    own_templates: Config, make_issue: Callable[..., Issue], use: str
) -> None:
    path = own_templates.templates_path / "parts" / "footer.txt"
    path.write_text(f"\n\n\n{use}\n", "utf-8")
    with pytest.raises(TemplateError, match=r"^templates/parts/footer\.txt:4: error: \S"):
        render(make_issue(), own_templates)


@pytest.mark.parametrize(
    "use",
    [
        '{{ (words.sent_to ~ " " ~ reader.email) | upper }}',
        "{{ (reader.first_name ~ '!') | capitalize }}",
        "{{ ('to ' ~ unsubscribe_url) | truncate(18, true) }}",
        "{{ ('to ' ~ reader.email)[12:] }}",
        "{% filter upper %}\n{{ reader.email }}{% endfilter %}",
    ],
)
@pytest.mark.parametrize(
    ("part", "before"),
    [
        ("issue.mjml", "    <mj-raw>\n"),
        ("issue.txt", "{{ words.in_this_issue"),
        ("parts/footer.mjml", '          <p class="small">{{ publication.sender'),
        ("parts/footer.txt", "({{ reader.email }})"),
    ],
)
def test_a_field_that_is_changed_all_the_same_is_told_at_its_line(
    own_templates: Config, make_issue: Callable[..., Issue], part: str, before: str, use: str
) -> None:
    path = own_templates.templates_path / part
    above, found, below = path.read_text("utf-8").partition(before)
    assert found
    is_raw = before.endswith("\n")
    path.write_text(above + (before + use if is_raw else f"{use}\n{before}") + below, "utf-8")
    line = (above + before * is_raw + use).count("\n") + 1
    issue = make_issue(intro="See [this](https://a.example/) and\n\n[that](https://b.example/).")
    with pytest.raises(TemplateError) as caught:
        render(issue, own_templates)
    assert str(caught.value).startswith(f"templates/{part}:{line}: error: a reader's field was")


# Filling in


HOSTILE_NAMES = [
    "<script>alert(1)</script>",
    "'\"><b>",
    "&amp;",
    "{{ 7*7 }}",
    "-unsubscribe_url-",
    "zz0123456789abcdef000zz",
    "a\u202eb",
    "\U0001f600",
    "x" * 300,
]
names = st.sampled_from(HOSTILE_NAMES) | st.text(
    st.characters(exclude_categories=["Cs"]), max_size=60
)


@given(first=names, last=names, email=names, url=names)
def test_filling_in_equals_escaping_each_field_where_it_stands(
    edition_of: Callable[..., Edition], first: str, last: str, email: str, url: str
) -> None:
    edition = edition_of()
    values: dict[Field, str] = {
        "first_name": first, "last_name": last, "email": email, "unsubscribe_url": url,
    }  # fmt: skip
    for body, escaped in ((edition.html, escape), (edition.text, str)):
        expected = body.fill({"first_name": "", "email": "EMAIL", "unsubscribe_url": "URL"})
        expected = expected.replace(" to you", f" to {escaped(first) if first else 'you'}", 1)
        expected = expected.replace("EMAIL", escaped(email)).replace("URL", escaped(url))
        assert body.fill(values) == expected


@given(value=names)
def test_within_a_url_a_field_is_percent_encoded(value: str) -> None:
    filled = Place("email", "url").filled(value)
    assert re.fullmatch(r"[A-Za-z0-9_.~%-]*", filled)
    assert unquote(filled) == value


def test_the_mjml_source_is_shown_with_the_specimen_reader(
    edition_of: Callable[..., Edition], config: Config
) -> None:
    mjml = edition_of().mjml
    assert "(reader@example.org)" in mjml
    assert f'href="{specimen(config)["unsubscribe_url"]}"' in mjml
