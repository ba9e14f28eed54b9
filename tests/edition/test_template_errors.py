"""A broken template is told by file, line and what to do, whichever part it is in."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from newsletter.config import Config
from newsletter.edition import render
from newsletter.errors import TemplateError
from newsletter.issue import Issue


class Told(NamedTuple):
    """An error message taken apart, and the line that it should name."""

    path: str
    line: int
    message: str
    expected_line: int


@pytest.fixture
def refusal(own_templates: Config, make_issue: Callable[..., Issue]) -> Callable[[], str]:
    """What rendering says of the broken templates."""

    def render_and_fail() -> str:
        with pytest.raises(TemplateError) as caught:
            render(make_issue(intro="Good morning."), own_templates)
        return str(caught.value)

    return render_and_fail


@pytest.fixture
def place_of(own_templates: Config, refusal: Callable[[], str]) -> Callable[..., Told]:
    """What rendering says of a mistake on a line of its own before some other text."""

    def spoil(part: str, before: str, mistake: str) -> Told:
        line = replace(own_templates.templates_path / part, before, f"{mistake}\n{before}")
        place, _, message = refusal().partition(": error: ")
        path, told, *_ = place.split(":")
        return Told(path, int(told), message, line)

    return spoil


def line_of(path: Path, text: str) -> int:
    return path.read_text("utf-8").partition(text)[0].count("\n") + 1


def replace(path: Path, old: str, new: str) -> int:
    """Edit a template; the line of the edit."""
    source = path.read_text("utf-8")
    assert source.count(old) == 1
    path.write_text(source.replace(old, new), "utf-8")
    return line_of(path, new)


JINJA = [
    ("{% endif %}", "unknown tag 'endif'"),
    ("{% bogus %}", "unknown tag 'bogus'"),
    ("{{ issue.intro | nosuch }}", "nosuch"),
    ("{{ issue.intor }}", "intor"),
    ("{{ isue.intro }}", "isue"),
    ("{{ publication.secret }}", "secret"),
    ("{{ 1 // 0 }}", "zero"),
    ("{{ issue.studies | first | markdown }}", "."),
    ("{{ issue.intro | wrap(bogus=1) }}", "bogus"),
    ("{{ issue.intro() }}", "callable"),
    ("{% include 'parts/gone.txt' %}", r"templates/parts/gone\.txt does not exist"),
    ("{% from 'words.j2' import nothing with context %}{{ nothing.x }}", "nothing"),
    ("{{ 'a' + 1 }}", "str"),
]


@pytest.mark.parametrize(("mistake", "says"), JINJA)
@pytest.mark.parametrize(
    ("part", "before"),
    [
        ("issue.mjml", "{% include \"parts/header.mjml\" %}\n"),
        ("parts/header.mjml", "        <mj-text css-class=\"copy\">\n"),
        ("issue.txt", "{{ words.in_this_issue"),
        ("parts/footer.txt", "{{ publication.contact }}\n"),
    ],
)  # fmt: skip
def test_a_slip_in_jinja_is_told_at_its_line(
    place_of: Callable[..., Told], part: str, before: str, mistake: str, says: str
) -> None:
    told = place_of(part, before, mistake)
    assert (told.path, told.line) == (f"templates/{part}", told.expected_line)
    assert re.search(says, told.message)
    assert "\n" not in told.message


@pytest.mark.parametrize(
    ("mistake", "says"),
    [
        ("{{ issue.preheadr }}", "'issue' has no 'preheadr'; did you mean 'preheader'?"),
        ("{{ issue.zebra }}", "'issue' has no 'zebra'"),
        ("{{ issue['preheadr'] }}", "'issue' has no 'preheadr'; did you mean 'preheader'?"),
        ("{{ isue.intro }}", "'isue' is unknown; did you mean 'issue'?"),
        ("{{ zebra }}", "'zebra' is unknown"),
        ("{{ publication.web_ulr }}", "'publication' has no 'web_ulr'; did you mean 'web_url'?"),
        ("{{ publication.sender.nmae }}", "'sender' has no 'nmae'; did you mean 'name'?"),
        ("{{ words.sent_too }}", "'words' has no 'sent_too'; did you mean 'sent_to'?"),
        ("{{ reader.emial }}", "'reader' has no 'emial'; did you mean 'email'?"),
        ("{% for study in issue.studies %}{{ study.titel }}{% endfor %}",
         "'study' has no 'titel'; did you mean 'title'?"),
        ("{% set x = none %}{{ x.y }}", "'none' has no 'y'"),
        ("{% macro box(study) %}{{ study.titel }}{% endmacro %}{{ box(issue.studies[0]) }}",
         "'study' has no 'titel'; did you mean 'title'?"),
        ("{% macro box() %}{{ isue }}{% endmacro %}{{ box() }}",
         "'isue' is unknown; did you mean 'issue'?"),
        ("{{ issue.preheadr | wrap }}", "'issue' has no 'preheadr'; did you mean 'preheader'?"),
        ("{{ issue.preheadr.x }}", "'issue' has no 'preheadr'; did you mean 'preheader'?"),
        ("{{ issue.studies[99].title }}", "tuple object has no element 99"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("part", ["issue.mjml", "parts/footer.txt"])
def test_a_mistyped_name_is_told_in_the_templates_own_words(
    own_templates: Config, refusal: Callable[[], str], part: str, mistake: str, says: str
) -> None:
    path = own_templates.templates_path / part
    before = "  <mj-body" if part == "issue.mjml" else "({{ reader.email }})"
    line = replace(path, before, mistake + before)
    assert refusal() == f"templates/{part}:{line}: error: {says}"


@pytest.mark.parametrize("mistake", ["{% if issue.intro %}", "{{ issue.intro", "{# a comment"])
def test_what_is_never_closed_is_told_in_its_file_where_it_is_missed(
    place_of: Callable[..., Told], mistake: str
) -> None:
    told = place_of("parts/footer.txt", "{{ publication.contact }}\n", mistake)
    assert told.path == "templates/parts/footer.txt"
    assert told.line >= told.expected_line


MJML = [
    ("<mj-txt>x</mj-txt>", "unknown element <mj-txt>"),
    ('<mj-text colour="red">x</mj-text>', "colour"),
    ('<mj-text color="rod">x</mj-text>', "rod"),
    ('<mj-text padding="1px 2px">x</mj-text>', "padding"),
    ('<mj-text mj-class="smal">x</mj-text>', "smal"),
    ("<mj-text>x</mj-txt>", "</mj-txt>"),
    ("<mj-text>a & b</mj-text>", "&amp;"),
    ("<mj-text>p < .05</mj-text>", "&lt;"),
    ("stray words", "stray"),
    ("<p>x</p>", "<p>"),
    ('<mj-image src="x" alt="&bogus;" />', "bogus"),
]


@pytest.mark.parametrize(("mistake", "says"), MJML)
@pytest.mark.parametrize(
    ("part", "before"),
    [
        ("parts/header.mjml", '        <mj-text css-class="copy">\n'),
        ("parts/intro.mjml", "        <mj-text "),
        ("parts/contents.mjml", "        <mj-text "),
        ("parts/study.mjml", "        <mj-divider "),
        ("parts/footer.mjml", "        <mj-text "),
    ],
)
def test_a_slip_in_mjml_is_told_at_the_line_of_the_part_it_is_in(
    place_of: Callable[..., Told], part: str, before: str, mistake: str, says: str
) -> None:
    told = place_of(part, before, mistake)
    assert (told.path, told.line) == (f"templates/{part}", told.expected_line)
    assert says in told.message


@pytest.mark.parametrize(
    "lead", ["\n\n\n", "{# a\ncomment #}\n\n", "{% set x = 1 %}\n\n\n", "  \n"]
)
def test_lines_are_counted_from_the_templates_first_even_where_it_is_blank(
    own_templates: Config, refusal: Callable[[], str], lead: str
) -> None:
    path = own_templates.templates_path / "issue.mjml"
    path.write_text(lead + path.read_text("utf-8"), "utf-8")
    line = replace(path, "    <mj-title>", "    <mj-titel/>\n    <mj-title>")
    assert refusal().startswith(f"templates/issue.mjml:{line}: error: ")


def test_a_slip_after_a_loop_and_a_long_text_is_still_told_at_its_line(
    own_templates: Config, make_issue: Callable[..., Issue]
) -> None:
    path = own_templates.templates_path / "issue.mjml"
    line = replace(path, "{% endfor %}\n", "{% endfor %}\n<mj-bogus/>\n") + 1
    issue = make_issue(summary="One.\n\nTwo.\n\n- three\n- four", intro="Five\nsix.\n\nSeven.")
    with pytest.raises(TemplateError, match=rf"^templates/issue\.mjml:{line}: error: .*mj-bogus"):
        render(issue, own_templates)


def test_a_slip_within_a_macro_of_another_file_is_told_there(
    own_templates: Config, refusal: Callable[[], str]
) -> None:
    folder = own_templates.templates_path
    macro = "{% macro box(text) %}\n<mj-text>{{ text }}</mj-text>\n<mj-boks/>\n{% endmacro %}\n"
    (folder / "macros.mjml").write_text(macro, "utf-8")
    use = '{% from "macros.mjml" import box %}\n{{ box("x") }}\n        <mj-text '
    replace(folder / "parts" / "contents.mjml", "        <mj-text ", use)
    assert refusal().startswith("templates/macros.mjml:3: error: unknown element <mj-boks>")


def test_a_text_of_the_issue_does_not_lead_the_search_for_the_line_astray(
    own_templates: Config, make_issue: Callable[..., Issue]
) -> None:
    path = own_templates.templates_path / "parts" / "contents.mjml"
    line = replace(path, "        <mj-text ", "<mj-bogus/>\n        <mj-text ")
    with pytest.raises(TemplateError, match=rf"^templates/parts/contents\.mjml:{line}: error: "):
        render(make_issue(intro="x \ue00077:issue.mjml\ue001 y"), own_templates)


@pytest.mark.parametrize(
    ("missing", "told_at"),
    [
        ("issue.mjml", "issue.mjml:1"),
        ("issue.txt", "issue.txt:1"),
        ("parts/footer.mjml", "issue.mjml:"),
        ("parts/study.txt", "issue.txt:"),
        ("words.j2", "issue.mjml:"),
    ],
)
def test_a_template_that_is_missing_is_named_where_it_is_asked_for(
    own_templates: Config, refusal: Callable[[], str], missing: str, told_at: str
) -> None:
    folder = own_templates.templates_path
    if told_at.endswith(":"):
        parent = folder / told_at[:-1]
        told_at += str(line_of(parent, f'"{missing}"'))
    (folder / missing).unlink()
    expected = f"templates/{told_at}: error: templates/{missing} does not exist; restore the file"
    assert refusal() == expected


def test_a_template_that_is_not_utf_8_is_named(
    own_templates: Config, refusal: Callable[[], str]
) -> None:
    (own_templates.templates_path / "parts" / "footer.txt").write_bytes(b"caf\xe9\n")
    assert re.match(r"templates/\S+: error: .*not UTF-8", refusal())


def test_a_template_that_includes_itself_is_refused(
    own_templates: Config, refusal: Callable[[], str]
) -> None:
    path = own_templates.templates_path / "parts" / "footer.txt"
    path.write_text('{% include "parts/footer.txt" %}\n', "utf-8")
    assert refusal().startswith("templates/parts/footer.txt:1: error: ")


def test_a_template_outside_of_the_folder_cannot_be_reached(
    own_templates: Config, refusal: Callable[[], str]
) -> None:
    path = own_templates.templates_path / "parts" / "footer.txt"
    path.write_text('{% include "../newsletter.yaml" %}\n', "utf-8")
    assert refusal().startswith("templates/parts/footer.txt:1: error: ")


def test_a_template_that_was_mended_is_read_again(
    own_templates: Config, refusal: Callable[[], str], make_issue: Callable[..., Issue]
) -> None:
    path = own_templates.templates_path / "parts" / "footer.txt"
    whole = path.read_text("utf-8")
    path.write_text("{{ bogus }}\n", "utf-8")
    refusal()
    path.write_text(whole + "Mended.\n", "utf-8")
    assert "Mended." in render(make_issue(), own_templates).text.fill({})


def test_a_template_that_was_saved_twice_within_a_clock_tick_is_read_again(
    own_templates: Config, make_issue: Callable[..., Issue]
) -> None:
    path = own_templates.templates_path / "parts" / "footer.txt"
    before = path.stat()
    for word in ("Once.", "Twice"):
        path.write_text(f"{word}\n", "utf-8")
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert word in render(make_issue(), own_templates).text.fill({})


def test_an_end_that_is_missing_in_a_part_is_told_in_that_part(
    own_templates: Config, refusal: Callable[[], str]
) -> None:
    path = own_templates.templates_path / "parts" / "header.mjml"
    path.write_text(path.read_text("utf-8").replace("</mj-section>", ""), "utf-8")
    line = line_of(path, "<mj-section")
    assert refusal() == (
        f"templates/parts/header.mjml:{line}: error: "
        "<mj-section> is not closed in this part; close it"
    )


def test_a_wrong_end_names_the_templates_line_of_the_beginning(
    own_templates: Config, refusal: Callable[[], str]
) -> None:
    path = own_templates.templates_path / "parts" / "contents.mjml"
    line = replace(path, "</ol>", "</oll>")
    opened = line_of(path, "<ol>")
    assert f"contents.mjml:{line}: error: </oll> does not close <ol>, opened on line {opened}" in (
        refusal()
    )


def test_a_field_that_readers_do_not_have_is_refused_even_with_a_default(
    own_templates: Config, refusal: Callable[[], str]
) -> None:
    path = own_templates.templates_path / "parts" / "footer.mjml"
    line = replace(path, "reader.first_name", "reader.firstname")
    assert refusal() == (
        f"templates/parts/footer.mjml:{line}: error: "
        "'reader' has no 'firstname'; did you mean 'first_name'?"
    )


def test_a_byte_order_mark_in_a_template_does_no_harm(
    own_templates: Config, make_issue: Callable[..., Issue]
) -> None:
    before = render(make_issue(), own_templates)
    for path in own_templates.templates_path.rglob("*.mjml"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert render(make_issue(), own_templates).html == before.html


@pytest.mark.parametrize(
    ("old", "new", "at", "says"),
    [
        ("margin: 0 0 8px; }\n", "margin: 0 0 8px;\n", "      li {", "not closed before the next"),
        ("      p {", "      p[[ {", "      p[[ {", "not a selector"),
        ("      p {", "      @media print { p {", "      @media", "'@media' is dropped"),
        ("      p {", "      * { margin: 0; }\n      p {", "      * {", "rules for '*'"),
        ("      p {", "      }\n      p {", "      }\n      p {", "closes nothing"),
        ("      p {", "      /* p {", "      /* p {", "comment is never closed"),
        ("      p { margin:", "      p { margin", "      p { margin", "property: value"),
    ],
)
def test_a_slip_in_the_inlined_sheet_is_told_at_its_line(
    own_templates: Config, refusal: Callable[[], str], old: str, new: str, at: str, says: str
) -> None:
    path = own_templates.templates_path / "parts" / "styles.mjml"
    source = path.read_text("utf-8")
    path.write_text(source.replace(old, new, 1), "utf-8")
    line = line_of(path, at)
    told = refusal()
    assert told.startswith(f"templates/parts/styles.mjml:{line}: error: ")
    assert says in told
