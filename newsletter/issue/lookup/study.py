"""What an author is told about a DOI."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from newsletter import __version__
from newsletter.config import Config
from newsletter.errors import NoAnswer
from newsletter.issue.lookup.ask import Asker, Patience
from newsletter.issue.lookup.locale import csl_locale
from newsletter.issue.lookup.markup import split_doi, to_markdown
from newsletter.issue.lookup.record import Notice, Record, Work
from newsletter.issue.lookup.shelf import FOLDER, Shelf
from newsletter.issue.lookup.sources import Sources

Said = TypeVar("Said")


@dataclass(frozen=True)
class Study:
    """A study's title and citation as an issue holds them, or why they are missing."""

    doi: str
    title: str = ""
    """Markdown, with no emphasis but the publisher's italics."""
    citation: str = ""
    """In APA style, Markdown, without its DOI."""
    year: int | None = None
    notices: tuple[Notice, ...] = ()
    asked_on: date | None = None
    """The day on which there were these notices; None where nobody could be asked."""
    other_doi: str = ""
    """The DOI in the citation, where it is another one."""
    problems: tuple[str, ...] = ()
    """A sentence for each reason why something is missing."""


def look_up(
    dois: Iterable[str], config: Config, today: date, patience: Patience | None = None
) -> Iterator[Study]:
    """Each DOI's study, as the publication's shelf, Crossref and the DOI resolver know it."""
    sources = Sources(config, Asker(_agent(config), patience or Patience()))
    shelf = Shelf(config.root / FOLDER)
    locale = csl_locale(config.language)
    for doi in dois:
        record = shelf.find(doi, locale)
        if record:
            yield _study(doi, record.work, record.citation, record.asked_on)
        else:
            yield _asked(doi, locale, sources, shelf, today)


def _asked(doi: str, locale: str, sources: Sources, shelf: Shelf, today: date) -> Study:
    work, no_title = _attempt(lambda: sources.work(doi))
    citation, no_citation = _attempt(lambda: sources.citation(doi, locale))
    if work and citation:
        shelf.keep(
            Record(doi=doi, locale=locale, asked_on=today, work=work, citation=citation)
        )  # fmt: skip
    problems = _problems(doi, {"title": no_title, "citation": no_citation})
    return _study(doi, work, citation, today if work else None, tuple(problems))


def _attempt(ask: Callable[[], Said]) -> tuple[Said | None, NoAnswer | None]:
    try:
        return ask(), None
    except NoAnswer as error:
        return None, error


def _problems(doi: str, missing: Mapping[str, NoAnswer | None]) -> Iterator[str]:
    """One sentence for what is missing for the same reason."""
    failures = [(what, error) for what, error in missing.items() if error]
    for reason in dict.fromkeys(error.reason for _, error in failures):
        whats = [f"no {what}" for what, error in failures if error.reason == reason]
        hosts = dict.fromkeys(error.host for _, error in failures if error.reason == reason)
        yield f"{doi}: {' and '.join(whats)}: {' and '.join(hosts)} {reason}"


def _study(
    doi: str,
    work: Work | None,
    citation: str | None,
    asked_on: date | None,
    problems: tuple[str, ...] = (),
) -> Study:
    cited, own_doi = split_doi(citation or "")
    return Study(
        doi,
        title=to_markdown(work.title) if work else "",
        citation=to_markdown(cited),
        year=work.year if work else None,
        notices=work.notices if work else (),
        asked_on=asked_on,
        other_doi=own_doi if own_doi.casefold() != doi.casefold() else "",
        problems=problems,
    )


def _agent(config: Config) -> str:
    """Who asks, in the form that Crossref wishes for."""
    mailto = f"; mailto:{config.crossref.mailto}" if config.crossref.mailto else ""
    return f"newsletter/{__version__} ({config.web_url}{mailto})"
