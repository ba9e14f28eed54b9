"""Titles and citations as publishers deposit them, in our Markdown."""

from __future__ import annotations

import html

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.edition.markdown import inline_html, inline_plain
from newsletter.issue.lookup.markup import on_one_line, split_doi, to_markdown

# No letter that is a tag's name or part of an entity's, and no '#' of numeric entities.
PLAIN = st.text(st.sampled_from("xyzäß09 *_\\`[]()<>!&;:'\".,-–—+=|~^{}/…αß漢\n\t"), max_size=40)


@given(PLAIN)
@example("a*b*c_d_e")
@example("\\*x\\*")
def test_a_text_without_markup_reads_to_the_letter(text: str) -> None:
    assert inline_plain(to_markdown(html.escape(text))) == on_one_line(text)


@given(PLAIN.filter(str.strip), PLAIN, PLAIN)
@example("“x”", "y", "z")
@example("x*", "y", "z")
@example(" x ", "y", "z")
def test_italics_cost_no_letter(inner: str, before: str, after: str) -> None:
    deposited = f"{html.escape(before)}<i>{html.escape(inner)}</i>{html.escape(after)}"
    assert inline_plain(to_markdown(deposited)) == on_one_line(before + inner + after)


@given(st.text(max_size=60))
def test_whatever_comes_becomes_one_line_that_can_be_typed(text: str) -> None:
    line = to_markdown(text)
    assert line == line.strip()
    assert not any(sign in line for sign in "\n\r\t\v\f\0\x1b\x85\u2028\u2029\ufeff\ue000\ue001")
    line.encode()


@pytest.mark.parametrize(
    ("deposited", "html"),
    [
        ("The <i>p</i> value", "The <em>p</em> value"),
        ("The <em>p</em>", "The <em>p</em>"),
        ("A <jats:italic>Homo sapiens</jats:italic>, B", "A <em>Homo sapiens</em>, B"),
        ("&lt;i&gt;Twice&lt;/i&gt; escaped", "<em>Twice</em> escaped"),
        ("Love &amp;amp; work", "Love &amp; work"),
        ("Q&A at AT&T &copy; 2", "Q&amp;A at AT&amp;T © 2"),
        ("H<sub>2</sub>O and <scp>DSM</scp>-<b>5</b>", "H2O and DSM-5"),
        ('<span class="x">A</span><br/>B', "A B"),
        ("<title>A</title>", "A"),
        ("Children (<5 years), p <.05", "Children (&lt;5 years), p\xa0&lt;.05"),
        ("The <self> and I", "The &lt;self&gt; and I"),
        ("<i>A</i><i>B</i>", "<em>AB</em>"),
        ("<i>A</i> <i>B</i>", "<em>A B</em>"),
        ("in<i>tra</i>word", "in<em>tra</em>word"),
        ("a <i> b </i> c", "a <em>b</em> c"),
        ("<i>“a”</i>", "“a”"),
        ("<i>unclosed", "unclosed"),
        ("<i>a <i>b</i></i>", "a <em>b</em>"),
        ("<i></i>a</i>", "a"),
        ("<i>a</i> and b*", "a and b*"),
        ("<i>a</i> and *b*", "a and *b*"),
        ("\n  The\n    <i>p</i>\u00ad\u200b ", "The <em>p</em>"),
        ('x <mml:math xmlns:mml="a"><mml:mi>α</mml:mi></mml:math> y', "x α y"),
        ("\ue000a\ue001 &#xE000;b&#xE001;", "a b"),
        ("a\x00b\x1b[31m&#7;", "ab[31m"),
        ("L’été : ça", "L’été : ça"),
    ],
)
def test_marks_become_emphasis_or_go(deposited: str, html: str) -> None:
    assert inline_html(to_markdown(deposited)) == html


@pytest.mark.parametrize(
    ("citation", "rest", "doi"),
    [
        ("A. (2020). B. https://doi.org/10.1037/a", "A. (2020). B.", "10.1037/a"),
        ("A. (2020). B. http://dx.doi.org/10.1037/a.", "A. (2020). B.", "10.1037/a"),
        ("A. (2020). B. doi:10.1037/a", "A. (2020). B.", "10.1037/a"),
        ("A. (2020). B. DOI: 10.1037/a", "A. (2020). B.", "10.1037/a"),
        ("A. (2020). B, 75, https://doi.org/10.1037/a", "A. (2020). B, 75.", "10.1037/a"),
        ("A. (2020). B?https://doi.org/10.1037/a", "A. (2020). B?", "10.1037/a"),
        ("A. Retrieved from https://doi.org/10.1037/a", "A.", "10.1037/a"),
        ("A. https://doi.org/10.1037%2Fa%3Cb", "A.", "10.1037/a<b"),
        ("A. https://doi.org/10.1002/1&lt;1::AID&gt;3", "A.", "10.1002/1<1::AID>3"),
        ("https://doi.org/10.1037/a", "", "10.1037/a"),
        ("A. (2020). B.", "A. (2020). B.", ""),
        ("A. https://a.example/10.1037/a", "A. https://a.example/10.1037/a", ""),
        ("A. doi:10.1/x", "A. doi:10.1/x", ""),
    ],
)
def test_the_doi_at_the_end_is_moved_out(citation: str, rest: str, doi: str) -> None:
    assert split_doi(citation) == (rest, doi)
