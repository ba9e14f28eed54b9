"""A mail under other circumstances: in the dark, without its styles, in an inbox."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import html as lxml_html
from lxml.etree import strip_attributes, strip_elements

from newsletter.edition import Edition

_SHEET = re.compile(r"(<style\b[^>]*>)(.*?)(</style>)", re.IGNORECASE | re.DOTALL)
_PREFERS = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)", re.IGNORECASE)
_PROPERTY = re.compile(r"(?<![\w-])color-scheme\s*:[^;}]*", re.IGNORECASE)
_META = re.compile(r'(<meta name="(?:supported-)?color-schemes?" content=")[^"]*"', re.IGNORECASE)
_ALWAYS, _NEVER = "(min-width: 0)", "(max-width: 0)"
_PRESENTATION = ("style", "bgcolor", "background", "width", "height", "align", "valign")


def in_scheme(html: str, scheme: str) -> str:
    """The document as a reader with light or dark colours sees it, whatever the browser prefers.

    The media feature is exchanged for one that is always or never true, which also works
    inside of longer queries.
    """

    def sheet(match: re.Match[str]) -> str:
        return _queries(match[1], scheme) + _css(match[2], scheme) + match[3]

    return _META.sub(rf'\g<1>{scheme}"', _SHEET.sub(sheet, html))


def _css(css: str, scheme: str) -> str:
    return _PROPERTY.sub(f"color-scheme: {scheme}", _queries(css, scheme))


def _queries(text: str, scheme: str) -> str:
    return _PREFERS.sub(lambda match: _ALWAYS if match[1].lower() == scheme else _NEVER, text)


def without_styles(html: str) -> str:
    """The document as clients show it that strip style sheets and presentational attributes."""
    document = lxml_html.document_fromstring(html)
    strip_elements(document, "style", "link", with_tail=False)
    strip_attributes(document, *_PRESENTATION)
    return str(lxml_html.tostring(document, encoding="unicode", doctype="<!DOCTYPE html>"))


@dataclass(frozen=True)
class Glimpse:
    """A message in one mail program's list."""

    program: str
    subject: str
    preheader: str
    note: str


def glimpses(edition: Edition) -> tuple[Glimpse, ...]:
    """How the message looks in an inbox, cut where Gmail and a phone cut."""
    return gmail(edition.subject, edition.preheader), phone(edition.subject, edition.preheader)


GMAIL_LINE = 100
"""Characters of subject and preheader together in Gmail's list on a desktop screen."""
PHONE_SUBJECT, PHONE_PREHEADER = 38, 80
"""Characters in a phone's list: one line of subject, two lines of preheader."""


def gmail(subject: str, preheader: str) -> Glimpse:
    """One line for both: a long subject leaves no room for the preheader."""
    shown = cut(subject, GMAIL_LINE)
    rest = cut(preheader, GMAIL_LINE - len(shown))
    return Glimpse("Gmail on a desktop", shown, rest, f"one line of about {GMAIL_LINE} characters")


def phone(subject: str, preheader: str) -> Glimpse:
    """A line of subject above two lines of preheader."""
    note = f"about {PHONE_SUBJECT} characters of subject, {PHONE_PREHEADER} of preheader"
    return Glimpse("A phone", cut(subject, PHONE_SUBJECT), cut(preheader, PHONE_PREHEADER), note)


def cut(text: str, length: int) -> str:
    """The text, its end replaced by `…` where it is longer."""
    if len(text) <= length or length < 1:
        return text[: max(0, length)]
    return text[: length - 1].rstrip() + "…"
