"""The MJML lint: what it accepts, what it refuses, and where it says so."""

from __future__ import annotations

import json
import re
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mjml import mjml2html

from newsletter.edition.mjml.limits import NO_RAW
from newsletter.edition.mjml.lint import MjmlProblem, lint


def in_body(content: str) -> str:
    return f"<mjml><mj-body>{content}</mj-body></mjml>"


def in_column(content: str) -> str:
    return in_body(f"<mj-section><mj-column>{content}</mj-column></mj-section>")


def in_text(content: str) -> str:
    return in_column(f"<mj-text>{content}</mj-text>")


def in_head(content: str) -> str:
    return f"<mjml><mj-head>{content}</mj-head><mj-body></mj-body></mjml>"


def messages(source: str) -> list[str]:
    return [problem.message for problem in lint(source)]


def only_message(source: str) -> str:
    (message,) = messages(source)
    return message


def place_of(source: str, marked: str) -> tuple[int, int]:
    before = source[: source.index(marked)]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


NEWSLETTER = """
<!-- An issue -->
<mjml lang="en" dir="ltr" owa="desktop">
  <mj-head>
    <mj-title>News &amp; views</mj-title>
    <mj-attributes>
      <mj-all font-family="Georgia, serif" />
      <mj-class name="quiet" color="#555" font-size="14px" />
      <mj-text line-height="1.5" padding="0" />
    </mj-attributes>
    <mj-breakpoint width="480px" />
    <mj-style>.a &gt; b { color: red }</mj-style>
    <mj-raw><style data-premailer="ignore">a > b { color: red }</style></mj-raw>
  </mj-head>
  <mj-body width="600px" background-color="#FFFFFF">
    <!-- The masthead -->
    <mj-wrapper padding-top="10px">
      <mj-section full-width="full-width" css-class="card">
        <mj-group><mj-column width="50%"><mj-image src="a.png" alt="" height="auto" /></mj-column>
        </mj-group>
        <mj-column>
          <mj-text mj-class="quiet" color="rgba(0, 0, 0, 0.5)" letter-spacing="-1px">
            <h2>p&nbsp;&lt; .05, r &ge; .3 &#160;&mdash; naïve</h2><br/>
            <!-- a comment --><!--[if mso]><v:rect></v:rect><![endif]-->
            <!--[if !mso]><!-->x<!--<![endif]-->
          </mj-text>
          <mj-button inner-padding="10px 25px" href="?a=1&amp;b=2">Read</mj-button>
          <mj-table cellpadding="0" width="100%"><tr><td>1</td></tr></mj-table>
          <mj-divider border-color="transparent" border-width="1px" />
          <mj-social mode="horizontal">
            <mj-social-element name="web" href="https://example.org">Site</mj-social-element>
          </mj-social>
        </mj-column>
      </mj-section>
    </mj-wrapper>
  </mj-body>
</mjml>
"""


@pytest.mark.parametrize(
    "source",
    [
        NEWSLETTER,
        NEWSLETTER.replace("\n", "\r\n"),
        "<mjml><mj-body/></mjml>",
        in_column("<mj-text padding='5px'>a</mj-text><mj-text padding='0 '/>"),
        in_column("<mj-image fluid-on-mobile='true' src='x'/>"),
        in_body("<mj-section full-width=''/><mj-section full-width='false'/>"),
        in_column("<mj-text color='RGB(1,2,3)'/><mj-text color='rebeccapurple'/>"),
        in_text("<p/><a title='a > b'>x</a>"),
    ],
)
def test_a_sound_document_has_no_problems(source: str) -> None:
    assert lint(source) == ()


def test_mrml_compiles_the_sound_newsletter() -> None:
    assert "naïve" in mjml2html(NEWSLETTER.strip(), fonts={})


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (in_body("<mj-section></mj-sectoin>"), "</mj-sectoin> does not close <mj-section>, opened"),
        (
            in_text("a<br>b"),
            "</mj-text> does not close <br>, opened on line 1:49; write <br/> first",
        ),
        ("<mjml><mj-body>", "<mj-body> is never closed; write </mj-body>"),
        (in_text("p < .05"), "a < that stands for itself is written &lt;"),
        (in_text("p <.05"), "a < that stands for itself is written &lt;"),
        (in_text("R & D"), "an & that stands for itself is written &amp;"),
        (in_text("<a href='?a&b=2'>x</a>"), "an & that stands for itself is written &amp;"),
        (in_text("a&nbps;b"), "&nbps; is no HTML entity; did you mean 'nbsp'?"),
        (in_text("&zqzqz;"), "&zqzqz; is no HTML entity; a bare & is written &amp;"),
        (in_text("<i id='a' id='b'/>"), "attribute 'id' is written twice; keep one"),
        (in_text("<i id='<b>'/>"), "a < in an attribute value is written &lt;"),
        (in_text("<i id=a/>"), 'an attribute value has no quotes; write name="value"'),
        (in_text("<i hidden/>"), "attribute 'hidden' has no value; write hidden=\"…\""),
        (in_text("<i id='a"), "a < in an attribute value is written &lt;"),
        ("<mjml lang='en", "an attribute value has no closing quote; add it"),
        (in_text("<i <b/></i>"), "a name is expected here; look for a missing >"),
        (in_text("<!-- a -- b -->"), "a comment may not contain --"),
        (in_text("<!-- a "), "a comment has no end; close it with -->"),
        (in_text("<o:p>x</o:p>"), "the prefix 'o:' is unknown; Outlook's own markup (VML) belongs"),
        (in_text("&#0;"), "this character reference stands for no character XML allows"),
        (in_text("]]>"), "]]> in a text is written ]]&gt;"),
        (in_text("\x00"), "the invisible character U+0000 is not allowed"),
        (in_text("\ud800"), "the invisible character U+D800 is not allowed"),
        ("", "the document does not start with a tag; begin it with <mjml>"),
        ("Dear all", "the document does not start with a tag; begin it with <mjml>"),
        ("<mjml><mj-body/></mjml>x", "something follows the closing tag of the document"),
    ],
)
def test_markup_that_is_not_xml_is_refused(source: str, message: str) -> None:
    assert only_message(source).startswith(message)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ('<?xml version="1.0"?><mjml><mj-body/></mjml>', "an XML declaration cannot be compiled"),
        (in_text("<?php x ?>"), "processing instructions"),
        (in_text("<![CDATA[a\n<b>]]>"), "CDATA sections cannot be compiled"),
        ("<!DOCTYPE mjml><mjml><mj-body/></mjml>", "a DOCTYPE or other <! declaration"),
        (
            in_text("<![if !mso]>"),
            "a bare conditional breaks the markup; write <!--[if !mso]><!-->",
        ),
        (in_head("<mj-font name='x' href='y'/>"), "<mj-font> loads a font from another host"),
        (in_head("<mj-preview>x</mj-preview>"), "<mj-preview> hides white text"),
        (in_head("<mj-html-attributes/>"), "<mj-html-attributes> cannot be compiled"),
        (in_body("<mj-include path='x'/>"), "<mj-include> is not compiled; use Jinja's"),
        (in_head("<mj-style inline='inline'>a{}</mj-style>"), "inline is not honoured"),
        (
            in_head("<mj-attributes><mj-class name='a'><mj-text/></mj-class></mj-attributes>"),
            "<mj-text> inside <mj-class>, which takes no content here",
        ),
        (
            in_column("<mj-text padding='0 24px'/>"),
            'padding="0 24px" on <mj-text> gives wrong widths in Outlook; write padding-top/right',
        ),
        (in_text("<br></br>"), "<br> has no content; write it <br/>"),
    ],
)
def test_mjml_that_this_project_cannot_use_is_refused(source: str, message: str) -> None:
    assert only_message(source).startswith(message)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("<html><body/></html>", "the outermost element is <html>; it must be <mjml>"),
        ("<mjml/>", "the document has no <mj-body>; put one inside <mjml>"),
        ("<mjml><mj-body/><mj-body/></mjml>", "a second <mj-body>; join it with the first"),
        (in_column("<mj-txt/>"), "unknown element <mj-txt>; did you mean 'mj-text'?"),
        (in_column("<spam/>"), "unknown element <spam>; use an MJML component"),
        (in_column("<p/>"), "<p> is HTML; put it inside <mj-text> or <mj-raw>"),
        (
            in_body("<mj-text/>"),
            "<mj-text> cannot stand in <mj-body>; put it in <mj-column> or <mj-hero>",
        ),
        (in_body("<mj-all/>"), "<mj-all> cannot stand in <mj-body>; put it in <mj-attributes>"),
        (
            "<mjml><mj-raw/><mj-body/></mjml>",
            "<mj-raw> cannot stand in <mjml>; put it in <mj-body>",
        ),
        (in_body("<mjml/>"), "<mjml> cannot stand in <mj-body>; remove it"),
        (in_body("stray"), "stray text 'stray' in <mj-body>; write it in <mj-text> or remove it"),
        (in_column("<mj-image>x</mj-image>"), "stray text 'x' in <mj-image>, which takes none"),
        (in_text("<spam/>"), "unknown HTML element <spam>; did you mean 'span'?"),
        (in_text("<P/>"), "unknown HTML element <P>; did you mean 'p'?"),
        (in_text("<b><mj-button/></b>"), "<mj-button> is not compiled inside <mj-text>"),
        (in_text("<mj-text><mj-image/></mj-text>"), "<mj-text> is not compiled inside <mj-text>"),
        (in_head("<mj-title><b/></mj-title>"), "<b> inside <mj-title>, which takes text only"),
        (in_head("<mj-attributes><mj-class/></mj-attributes>"), "<mj-class> has no name"),
    ],
)
def test_elements_and_text_out_of_place_are_refused(source: str, message: str) -> None:
    assert only_message(source).startswith(message)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            in_column("<mj-text paddding='0'/>"),
            "unknown attribute 'paddding' on <mj-text>; did you",
        ),
        (in_column("<mj-text qqqq='0'/>"), "unknown attribute 'qqqq' on <mj-text>; remove it"),
        (
            in_head("<mj-attributes><mj-all colour='red'/></mj-attributes>"),
            "unknown attribute 'colour' on <mj-all>; did you mean 'color'?",
        ),
        ("<mjml xmlns='x'><mj-body/></mjml>", "unknown attribute 'xmlns' on <mjml>; remove it"),
        (in_column("<mj-text mj-class='quite'/>"), "unknown mj-class 'quite'; define <mj-class"),
        (
            NEWSLETTER.replace('mj-class="quiet"', 'mj-class="quite"'),
            "unknown mj-class 'quite'; did you mean 'quiet'?",
        ),
    ],
)
def test_unknown_attributes_and_classes_are_refused(source: str, message: str) -> None:
    assert only_message(source).startswith(message)


@pytest.mark.parametrize(
    ("attribute", "fix"),
    [
        ("color='reed'", "CSS name in lower case; did you mean 'red'?"),
        ("color='Red'", "CSS name in lower case; did you mean 'red'?"),
        ("color='#12345'", "write a colour: #rrggbb"),
        ("color='x rgb(1,2,3) y'", "write a colour: #rrggbb"),
        ("align='centre'", "write left or right or center or justify; did you mean 'center'?"),
        ("font-size='12'", "write a number with px"),
        ("font-size='12em'", "write a number with px"),
        ("height='5em'", "write a number with px or %"),
        ("padding='1px 2px 3px 4px 5px'", "write a number with px or %"),
        ("line-height='1.5em'", "write a number with px or % or no unit"),
    ],
)
def test_values_of_the_wrong_type_are_refused(attribute: str, fix: str) -> None:
    message = only_message(in_column(f"<mj-text {attribute}/>"))
    assert f"{attribute.partition('=')[0]}=" in message
    assert fix in message


@pytest.mark.parametrize(
    ("source", "fix"),
    [
        (in_column("<mj-table cellpadding='2px'/>"), "write a whole number without a unit"),
        (in_column("<mj-image fluid-on-mobile='yes'/>"), "write true or false"),
        (in_column("<mj-image height='big'/>"), "write a number with px, or auto"),
        (in_body("<mj-section full-width='true'/>"), "write full-width or false or nothing"),
    ],
)
def test_every_type_says_what_to_write(source: str, fix: str) -> None:
    assert only_message(source).endswith(f"is not valid; {fix}")


WITH_MARKS = """<mjml>
  <mj-body>
    <mj-section>
      <mj-column
        padding-top="0"
        wdth="50%">
        <mj-text>naïve &mdash; <spam>x</spam></mj-text>
      </mj-column>
      stray
    </mj-section>
  </mj-body>
</mjml>
"""


def test_problems_come_in_order_each_at_its_own_line_and_column() -> None:
    places = [(problem.line, problem.column) for problem in lint(WITH_MARKS)]
    assert places == [place_of(WITH_MARKS, mark) for mark in ("wdth", "<spam>", "stray\n")]


def test_a_wrong_closing_tag_names_the_line_of_the_opening_one() -> None:
    source = WITH_MARKS.replace("</mj-section>", "</mj-wrapper>")
    (problem,) = lint(source)
    assert (problem.line, problem.column) == place_of(source, "</mj-wrapper>")
    assert problem.message == (
        "</mj-wrapper> does not close <mj-section>, opened on line 3:5; write </mj-section> first"
    )


def test_one_stray_ampersand_does_not_hide_what_follows() -> None:
    source = in_column("<mj-text>a & b < c</mj-text><mj-text wdth='0'/>")
    assert [problem.column for problem in lint(source)] == [
        place_of(source, mark)[1] for mark in ("& b", "< c", "wdth")
    ]


def test_columns_count_characters_not_bytes() -> None:
    source = in_text("ééé—&hellip;<i id='ü' id='x'/>")
    assert lint(source)[0].column == place_of(source, "/></mj-text>")[1]


def test_lines_beyond_16_bits_are_counted() -> None:
    assert lint("<mjml><mj-body>" + "\n" * 70_000 + "<mj-txt/></mj-body></mjml>")[0].line == 70_001


def test_a_document_of_two_megabytes_is_read() -> None:
    paragraph = f"<mj-text>{'é' * 60_000}</mj-text>"
    assert lint(in_column(paragraph * 32)) == ()
    assert messages(in_column(paragraph * 32 + "<mj-txt/>")) == [
        "unknown element <mj-txt>; did you mean 'mj-text'?"
    ]


def test_entities_of_a_doctype_are_never_expanded() -> None:
    laughs = '<!DOCTYPE mjml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + in_text("&b;")
    assert messages(laughs)[0].startswith("a DOCTYPE")


@pytest.mark.parametrize(
    "source",
    [
        in_head(" <mj-title>x</mj-title>"),
        in_head("<mj-attributes>  \n<mj-all color='red'/></mj-attributes>"),
        in_column("<mj-social> <mj-social-element>x</mj-social-element></mj-social>"),
        in_column("<mj-navbar><mj-navbar-link>x</mj-navbar-link> </mj-navbar>"),
        in_column("<mj-accordion> <mj-accordion-element/></mj-accordion>"),
        in_head("<mj-attributes><!-- c --></mj-attributes>"),
        in_head("<mj-title>x<!-- c --></mj-title>"),
        in_head("<mj-style><!-- c --></mj-style>"),
        in_column("<mj-image src='x'><!-- c --></mj-image>"),
        in_column(
            "<mj-accordion><mj-accordion-element><!-- c --></mj-accordion-element></mj-accordion>"
        ),
        in_column("<mj-carousel><!-- c --></mj-carousel>"),
    ],
)
def test_spaces_and_comments_are_refused_exactly_where_mrml_stops_at_them(source: str) -> None:
    assert re.match("a (space|comment) .*stops the compiler", only_message(source))
    with pytest.raises(ValueError, match=r"unexpected token|unknown fragment"):
        mjml2html(source, fonts={})


@pytest.mark.parametrize("parent", sorted(NO_RAW - {"mjml", "mj-accordion-element"}))
def test_raw_html_is_refused_where_mrml_stops_at_it(parent: str) -> None:
    source = in_column(f"<{parent}><mj-raw/></{parent}>")
    assert only_message(source).startswith(f"<mj-raw> cannot stand in <{parent}>; put it in")
    with pytest.raises(ValueError, match="unexpected element"):
        mjml2html(source, fonts={})


def test_the_specification_names_the_mjml_version_it_came_from() -> None:
    spec = json.loads(files("newsletter.edition.mjml").joinpath("spec.json").read_text("utf-8"))
    assert re.match(r"npm mjml 5\.\d+\.\d+, by tools/mjml_spec\.mjs", spec["source"])


PIECES = """
<mjml> </mjml> <mj-body> </mj-body> <mj-section> </mj-section> <mj-text color mj-class = ' " />
> < <br/> &nbsp; & &# ; <!-- --> <![CDATA[ ]]> <?xml ?> <!DOCTYPE x é 𝔸
"""
FRAGMENTS = st.sampled_from([*PIECES.split(), "\n", "\r", " ", "\x00", "\ud800"])


@given(st.text() | st.lists(FRAGMENTS | st.text(max_size=5), max_size=30).map("".join))
def test_any_text_is_linted_without_an_exception_and_places_exist(source: str) -> None:
    lines = source.split("\n")
    for problem in lint(source):
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), max_size=200))
def test_an_escaped_text_is_never_a_problem(text: str) -> None:
    printable = "".join(character for character in text if character.isprintable())
    escaped = printable.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert lint(in_text(escaped)) == ()


def test_a_problem_is_a_plain_value() -> None:
    assert lint("<mjml/>") == (
        MjmlProblem(1, 1, "the document has no <mj-body>; put one inside <mjml>"),
    )
