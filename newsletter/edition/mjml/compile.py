"""MJML → HTML that mail clients lay out alike, through mrml.

mrml takes much broken MJML in silence, so the source is linted first. Problems are told at
the line of the template that they come from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.edition.mjml.lint import MjmlProblem, lint
from newsletter.edition.mjml.styles import faults_of
from newsletter.edition.templates import HTML_TEMPLATE, Templates
from newsletter.errors import TemplateError

_INLINED_SHEET = re.compile("<mj-style[^>]*>(.*?)</mj-style>", re.DOTALL)
_OFFSETS = re.compile(r"(\d+)\.\.(\d+)")
_OWN_SHEET = re.compile(
    r'<style(?= type="text/css">(?:\n#outlook a |@media only screen and \(min-width:))'
)
"""Starts of the sheets that mrml writes by itself: the reset, and the widths of columns."""

_OPENING = re.compile(r"<([\w-]+)>, opened on line (\d+):(\d+)")
_DEBUGGED = re.compile(r"""<mj[a-z-]*(?:\s+[\w:-]+=(?:"[^"]*"|'[^']*'))+|<mj-title>[^<]*""")
"""What mrml writes as Rust shows strings for debugging, so that `E\u0301` becomes `E\\u{301}`:
attributes, and the title, which becomes one."""
_ESCAPED_BY_RUST = re.compile(r"[^\n\x20-\x7e]|\\")


def to_mjml(templates: Templates) -> str:
    """The issue as one MJML document.

    Raises:
        TemplateError: for the first fault that Jinja2 or the lint finds.
    """
    source = templates.render(HTML_TEMPLATE).replace("\r\n", "\n")
    problems = (*lint(source), *_style_problems(source))
    if problems:
        raise _at_template(problems[0], templates)
    return source


def _style_problems(source: str) -> Iterator[MjmlProblem]:
    for sheet in _INLINED_SHEET.finditer(source):
        for offset, message in faults_of(sheet[1]):
            before = source[: sheet.start(1) + offset]
            yield MjmlProblem(before.count("\n") + 1, len(before) - before.rfind("\n"), message)


def to_html(source: str, templates: Templates) -> str:
    """The HTML that mrml makes of the document, ready for inlining.

    mrml's own sheets (reset, column widths) are marked to be kept as they are, and the
    document type is put in capitals, without which premailer would drop it.
    """
    from mjml import mjml2html

    try:
        html = str(mjml2html(_DEBUGGED.sub(_in_references, source), fonts={}))
    except ValueError as error:
        raise _at_template(_problem(error, source), templates) from error
    html = _OWN_SHEET.sub('<style data-premailer="ignore"', html)
    return html.replace("<!doctype html>", "<!DOCTYPE html>", 1)


def _in_references(found: re.Match[str]) -> str:
    """Numeric references, which mrml leaves alone."""
    return _ESCAPED_BY_RUST.sub(lambda char: f"&#{ord(char[0])};", found[0])


def _at_template(problem: MjmlProblem, templates: Templates) -> TemplateError:
    """The problem at its template's line; also the opening tag that a closing one misses."""
    origins = templates.trace(HTML_TEMPLATE)
    place = origins.of(problem.line, problem.column)
    opening = _OPENING.search(problem.message)
    if opening is None:
        return templates.error(*place, problem.message)
    opened = origins.of(int(opening[2]), int(opening[3]))
    if opened[0] != place[0]:  # then it is this part whose end is missing
        return templates.error(*opened, f"<{opening[1]}> is not closed in this part; close it")
    told = _OPENING.sub(rf"<\1>, opened on line {opened[1]}", problem.message)
    return templates.error(*place, told)


def _problem(error: ValueError, source: str) -> MjmlProblem:
    """Turn mrml's complaint into a problem; its places are offsets of UTF-8 bytes."""
    span = _OFFSETS.search(str(error))
    before = source.encode()[: int(span[1])].decode(errors="ignore") if span else ""
    line = before.count("\n") + 1
    column = len(before) - before.rfind("\n")
    return MjmlProblem(line, column, f"mrml refuses this: {error}")
