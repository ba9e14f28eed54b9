"""MJML → HTML that mail clients lay out alike, through mrml.

mrml takes much broken MJML in silence, so the source is linted first. Problems are told at
the line of the template that they come from.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from newsletter.edition.mjml_lint import MjmlProblem, lint
from newsletter.edition.templates import HTML, Origins, Show, render_template
from newsletter.errors import TemplateError

_OFFSETS = re.compile(r"(\d+)\.\.(\d+)")
_OWN_SHEET = re.compile(
    r'<style(?= type="text/css">(?:\n#outlook a |@media only screen and \(min-width:))'
)
"""Starts of the sheets that mrml writes by itself: the reset, and the widths of columns."""


def to_mjml(folder: Path, values: dict[str, Any], show: Show) -> str:
    """The issue as one MJML document.

    Raises:
        TemplateError: for the first fault that Jinja2 or the lint finds.
    """
    source = _render(folder, values, show)
    problems = lint(source)
    if problems:
        raise _at_template(problems[0], folder, values, show)
    return source


def to_html(source: str, folder: Path, values: dict[str, Any], show: Show) -> str:
    """The HTML that mrml makes of the document, ready for inlining.

    mrml's own sheets (reset, column widths) are marked to be kept as they are, and the
    document type is put in capitals, without which premailer would drop it.
    """
    from mjml import mjml2html

    try:
        html = str(mjml2html(source, fonts={}))
    except ValueError as error:
        raise _at_template(_problem(error, source), folder, values, show) from error
    html = _OWN_SHEET.sub('<style data-premailer="ignore"', html)
    return html.replace("<!doctype html>", "<!DOCTYPE html>", 1)


def _render(folder: Path, values: dict[str, Any], show: Show, *, trace: bool = False) -> str:
    source = render_template(folder, HTML, values, show, trace=trace)
    return source.replace("\r\n", "\n")


def _at_template(
    problem: MjmlProblem, folder: Path, values: dict[str, Any], show: Show
) -> TemplateError:
    """Render once more with marks, to learn which template the place came from."""
    origins = Origins(_render(folder, values, show, trace=True))
    name, line = origins.of(problem.line, problem.column) or (HTML, 1)
    return TemplateError(show(folder / name), line, problem.message)


def _problem(error: ValueError, source: str) -> MjmlProblem:
    """Turn mrml's complaint into a problem; its places are offsets of UTF-8 bytes."""
    span = _OFFSETS.search(str(error))
    before = source.encode()[: int(span[1])].decode(errors="ignore") if span else ""
    line = before.count("\n") + 1
    column = len(before) - before.rfind("\n")
    return MjmlProblem(line, column, f"mrml refuses this: {error}")
