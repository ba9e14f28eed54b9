"""What templates are given: the issue with all its defaults filled in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING

from newsletter.config import Config
from newsletter.edition import markdown
from newsletter.issue import Issue, Summary
from newsletter.issue.doi import doi_url

if TYPE_CHECKING:
    from babel import Locale

_SENTENCE_END = re.compile(r"(?<![.!?…])[.!?…]++[”’\"')\]]*+(?=\s+[“‘«(]?(?:[^\W\d_a-zà-öø-ÿ]|\d))")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Dr|Mr|Mrs|Ms|Prof|St|vs|cf|e\.g|i\.e|al|Fig|pp?|approx|[A-Z])\.|^…)$"
)


@dataclass(frozen=True)
class Study:
    """A summary as a template sees it; its Markdown is left to the template's filters."""

    number: int
    anchor: str
    """Its place within the web version."""
    title: str
    labels: tuple[str, ...]
    """Research type, then topics."""
    citation: str | None
    address: str | None
    """Where the study itself is: its DOI's address, else its link."""
    summary: str
    practice_implications: str


@dataclass(frozen=True)
class Content:
    """An issue, ready to be laid out."""

    month: str
    month_name: str
    """`December 2023`, in the issue's language."""
    language: str
    direction: str
    subject: str
    title: str
    """The subject, cut to fit a browser's tab."""
    preheader: str
    intro: str | None
    studies: tuple[Study, ...]


def content_of(issue: Issue, config: Config) -> Content:
    """The issue with the defaults of the contract: subject, preheader, language."""
    language = issue.language or config.language
    name = month_name(issue.year, issue.month_number, language)
    subject = issue.subject or f"{config.name}: {name}"
    return Content(
        month=issue.month,
        month_name=name,
        language=language,
        direction=_locale(language).text_direction,
        subject=subject,
        title=_page_title(subject),
        preheader=issue.preheader or _default_preheader(issue),
        intro=issue.intro,
        studies=tuple(_study(number, each) for number, each in enumerate(issue.summaries, 1)),
    )


def _page_title(subject: str) -> str:
    """Cut so that it has 70 characters once escaped, which HTML checkers ask for."""
    shown = subject[:71]
    while len(escape(shown)) > 70:
        shown = f"{shown[:-2].rstrip()}…"
    return shown


def _study(number: int, summary: Summary) -> Study:
    kind = (summary.research_type,) if summary.research_type else ()
    return Study(
        number=number,
        anchor=f"summary-{number}",
        title=summary.title,
        labels=kind + summary.topics,
        citation=summary.citation,
        address=doi_url(summary.doi) if summary.doi else summary.link,
        summary=summary.summary,
        practice_implications=summary.practice_implications,
    )


def month_name(year: int, month: int, language: str) -> str:
    """The month in words, by CLDR; a language it does not know reads English.

    By its skeleton, since Babel's `LLLL` takes the month from whichever language came first.
    """
    from babel.dates import format_skeleton

    return format_skeleton("yMMMM", date(year, month, 1), locale=_locale(language))


@lru_cache(maxsize=16)
def _locale(language: str) -> Locale:
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def first_sentence(text: str) -> str:
    """The first sentence of a plain text; titles and initials do not end one."""
    for match in _SENTENCE_END.finditer(text):
        if not _ABBREVIATION.search(text[max(0, match.end() - 8) : match.end()]):
            return text[: match.end()]
    return text


def _default_preheader(issue: Issue) -> str:
    if issue.intro:
        return first_sentence(" ".join(markdown.plain(issue.intro).split()))
    return " · ".join(markdown.inline_plain(each.title) for each in issue.summaries)
