"""The Markdown of issue files: what it allows, and what stays as typed."""

from __future__ import annotations

import re

import pytest

from newsletter.edition.markdown import inline_html, inline_plain, plain, to_html


def html(text: str) -> str:
    """Compact, without the attribute that every paragraph and entry has."""
    return re.sub(r"\s*\n\s*", "", str(to_html(text)).replace(' dir="auto"', ""))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One.", "<p>One.</p>"),
        ("One.\n\nTwo.", "<p>One.</p><p>Two.</p>"),
        ("*a* and _b_", "<p><em>a</em> and <em>b</em></p>"),
        ("**a** and __b__", "<p><strong>a</strong> and <strong>b</strong></p>"),
        ("***a***", "<p><em><strong>a</strong></em></p>"),
        ("[a](https://a.example/)", '<p><a href="https://a.example/">a</a></p>'),
        ("[*a* b](http://a.example/)", '<p><a href="http://a.example/"><em>a</em> b</a></p>'),
        ("[a](mailto:a@a.example)", '<p><a href="mailto:a@a.example">a</a></p>'),
        ("<https://a.example/>", '<p><a href="https://a.example/">https://a.example/</a></p>'),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("* a\n* b", "<ul><li>a</li><li>b</li></ul>"),
        ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
        ("3. a\n4. b", '<ol start="3"><li>a</li><li>b</li></ol>'),
        ("- a\n  - b", "<ul><li>a<ul><li>b</li></ul></li></ul>"),
        ("- a\n  1. b", "<ul><li>a<ol><li>b</li></ol></li></ul>"),
        ("- a\n\n  b", "<ul><li><p>a</p><p>b</p></li></ul>"),
        ("a\\\nb", "<p>a<br />b</p>"),
        ("\\*a\\*", "<p>*a*</p>"),
    ],
)
def test_paragraphs_emphasis_links_and_lists_are_understood(text: str, expected: str) -> None:
    assert html(text) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "# A heading",
        "####### Seven",
        "A heading ===",
        "> a quotation",
        "`code`",
        "~~~ fence",
        "| a | b |",
        "---",
        "***",
        "~~struck~~",
        "Footnote[^1]",
        "- [ ]",
        "&copy; &#65; &amp; &lt;b&gt;",
        "<b>bold</b>",
        "<br>",
        "<!-- a comment -->",
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<a href='https://a.example'>a</a>",
        "<javascript:alert(1)>",
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt:alert(1))",
        "[a](java\\script:alert(1))",
        "[a](vbscript:x)",
        "[a](data:text/html,x)",
        "[a](file:///etc/passwd)",
        "[a](ftp://a.example/)",
        "[a](//a.example/)",
        "[a](/page)",
        "[a](page.html)",
        "[a](#top)",
        "[a](https:///path)",
        "[a](mailto:nobody)",
        "[a]()",
        "[](https://digest.example)",
        "[ ](https://digest.example)",
        "![](https://digest.example/i.png)",
        "[a]( )",
        "[a](<>)",
        "[a](<> 'a title')",
        "[a]: https://a.example/",
        "[a][b]",
        "http://bare.example/page",
        "{{ reader.first_name }}",
        "{% raw %}",
        "“curly” ‘quotes’ — dashes – and … dots",
        "\"straight\" 'quotes' -- dashes ... dots (c) (tm)",
    ],
)
def test_all_else_stays_as_typed(typed: str) -> None:
    shown = re.sub(r"<[^>]+>", "", str(to_html(f"Before {typed} after")))
    assert shown == f"Before {escaped(typed)} after\n"
    assert "<a " not in str(to_html(typed))
    assert "<img" not in str(to_html(typed))


def escaped(text: str) -> str:
    for char, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(char, entity)
    return text


@pytest.mark.parametrize(
    "typed",
    [
        "# A heading",
        "A heading\n===",
        "A heading\n---",
        "> a quotation",
        "    code",
        "```\ncode\n```",
        "| a | b |\n|---|---|\n| c | d |",
        "[a]: https://a.example/",
        "<div>\n\n</div>",
        "***",
    ],
)
def test_a_block_that_is_not_understood_is_a_paragraph_of_its_characters(typed: str) -> None:
    shown = html(typed)
    assert re.fullmatch(r"(<p>[^<]*</p>)+", shown)
    words = re.sub(r"</?p>", "", shown)
    assert "".join(words.split()) == "".join(escaped(typed).split())


@pytest.mark.parametrize("typed", ["![a](https://a.example/a.png)", "![a](data:image/png,x)"])
def test_an_image_is_not_shown(typed: str) -> None:
    assert "<img" not in html(typed)
    assert html(typed).startswith("<p>!")


def test_a_link_is_written_so_that_it_cannot_leave_its_attribute() -> None:
    shown = html('[a](https://a.example/?q="><script>&b=<c>)')
    assert "<script>" not in shown
    assert 'href="https://a.example/?q=%22%3E%3Cscript%3E&amp;b=%3Cc%3E"' in shown


# Titles and citations


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*A Journal, 7*(1), 1", "<em>A Journal, 7</em>(1), 1"),
        ("**Bold** _too_", "<strong>Bold</strong> <em>too</em>"),
        ("1. A title", "1. A title"),
        ("- A title", "- A title"),
        ("# A title", "# A title"),
        ("2019. A year", "2019. A year"),
        ("[a](https://a.example/)", "[a](https://a.example/)"),
        ("<https://a.example/>", "&lt;https://a.example/&gt;"),
        ("<i>a</i> &amp; b", "&lt;i&gt;a&lt;/i&gt; &amp;amp; b"),
        ("“Quoted” and ‘so’", "“Quoted” and ‘so’"),
        ("\\*a\\*", "*a*"),
        ("snake_case_name", "snake_case_name"),
        ("2 * 3 * 4", "2 * 3 * 4"),
    ],
)
def test_titles_and_citations_know_emphasis_only(text: str, expected: str) -> None:
    assert str(inline_html(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*A Journal, 7*(1), p < .05", "A Journal, 7(1), p < .05"),
        ("**Bold** <b> &amp;", "Bold <b> &amp;"),
        ("\\*a\\*", "*a*"),
    ],
)
def test_a_title_can_be_had_without_its_marks(text: str, expected: str) -> None:
    assert inline_plain(text) == expected


def test_a_text_can_be_had_as_bare_words() -> None:
    text = "One *two*\nthree.\n\n- [four](https://a.example/)\n- p < .05\\\nsix"
    assert plain(text) == "One two three. four p < .05 six"
