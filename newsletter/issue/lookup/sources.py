"""Who knows about a DOI: Crossref's REST API, and whatever agency the resolver leads to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode

from newsletter.config import Config
from newsletter.errors import NoAnswer
from newsletter.issue.doi import doi_url
from newsletter.issue.lookup.ask import Asker, host_of
from newsletter.issue.lookup.record import Work, is_page, read_citation, read_work

Read = TypeVar("Read")

_WORK_BYTES, _CITATION_BYTES = 5_000_000, 100_000
"""The most that is read; a work with thousands of authors and references has some 2 MB."""


@dataclass(frozen=True)
class Sources:
    """The two servers that a publication's configuration names."""

    config: Config
    asker: Asker

    def work(self, doi: str) -> Work:
        """Title, year and notices, from Crossref's JSON.

        Raises:
            NoAnswer: with the reason.
        """
        crossref = self.config.crossref
        query = f"?{urlencode({'mailto': crossref.mailto})}" if crossref.mailto else ""
        url = f"{crossref.base_url.rstrip('/')}/works{_path(doi)}{query}"
        content = self.asker.ask(url, "application/json", _WORK_BYTES)
        work = _read(content, url, read_work)
        if not work.title:
            raise NoAnswer(host_of(url), "had none for it; take it from the article")
        return work

    def citation(self, doi: str, locale: str) -> str:
        """The citation in APA style, by content negotiation.

        Raises:
            NoAnswer: with the reason.
        """
        url = self.config.crossref.doi_url.rstrip("/") + _path(doi)
        accept = f"text/x-bibliography; style=apa; locale={locale}"
        return _read(self.asker.ask(url, accept, _CITATION_BYTES), url, read_citation)


def _path(doi: str) -> str:
    return doi_url(doi).removeprefix("https://doi.org")


def _read(content: bytes, url: str, read: Callable[[bytes], Read]) -> Read:
    try:
        return read(content)
    except ValueError as error:
        what = "a web page" if is_page(content) else "something that is none"
        raise NoAnswer(host_of(url), f"answered with {what}; try again later") from error
