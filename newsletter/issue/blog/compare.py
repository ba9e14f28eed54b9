"""A month as the pages have it, held against its file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from newsletter.issue.blog.articles import Article
from newsletter.issue.blog.titles import normalised_title
from newsletter.issue.load import IssueFile
from newsletter.issue.model import Summary

_FIELDS = ("title", "citation", "doi", "summary", "practice_implications")
_MARKS = re.compile(r"\\(?=[!-/:-@\[-`{-~])|[*_]")
"""Emphasis that an author has added since is no difference."""


@dataclass(frozen=True)
class Difference:
    """What a file has otherwise than the pages."""

    line: int
    column: int
    text: str


def missing_articles(articles: tuple[Article, ...], file: IssueFile) -> tuple[Article, ...]:
    """Articles of the pages that the file does not have."""
    return tuple(article for article in articles if _index(article, file) is None)


def differences(
    articles: tuple[Article, ...], intro: str | None, file: IssueFile
) -> Iterator[Difference]:
    """What differs, at the file's own lines. What only the file has is no difference."""
    if intro and _letters(file.issue.intro) != _letters(intro):
        what = "differs from" if file.issue.intro else "is missing; it is on"
        yield _at(file, ("intro",), f"the intro {what} the page: {intro[:80]}")
    for article in articles:
        index = _index(article, file)
        if index is None:
            where = f"{article.page}:{article.line}"
            yield _at(file, ("summaries",), f"'{article.title}' is missing; it is at {where}")
        else:
            yield from _of_article(article, index, file)


def _of_article(article: Article, index: int, file: IssueFile) -> Iterator[Difference]:
    summary = file.issue.summaries[index]
    for field in _FIELDS:
        ours, theirs = _letters(getattr(summary, field)), _letters(getattr(article, field))
        if _folded(field, ours) == _folded(field, theirs):
            continue
        where = f"{article.page}:{article.line}"
        said = _first_difference(ours, theirs)
        yield _at(file, ("summaries", index, field), f"'{field}' differs from {where}{said}")


def _folded(field: str, text: str) -> str:
    return text.casefold() if field == "doi" else text


def _index(article: Article, file: IssueFile) -> int | None:
    """Which summary of the file an article is: by its DOI, else by its title."""
    for same in (_same_doi, _same_title):
        for index, summary in enumerate(file.issue.summaries):
            if same(article, summary):
                return index
    return None


def _same_doi(article: Article, summary: Summary) -> bool:
    return bool(article.doi and summary.doi) and _folded("doi", article.doi or "") == _folded(
        "doi", summary.doi or ""
    )


def _same_title(article: Article, summary: Summary) -> bool:
    return normalised_title(article.title) == normalised_title(summary.title)


def _letters(text: str | None) -> str:
    """A text without emphasis, its lines joined, its paragraphs kept apart."""
    paragraphs = re.split(r"\n\s*\n", _MARKS.sub("", text or ""))
    return "\n".join(" ".join(part.split()) for part in paragraphs)


def _first_difference(ours: str, theirs: str) -> str:
    """Where two texts part, in a few words of each."""
    if not ours or not theirs:
        return f": only the {'page' if theirs else 'file'} has one"
    at = next((n for n, pair in enumerate(zip(ours, theirs, strict=False)) if len(set(pair)) > 1),
              min(len(ours), len(theirs)))  # fmt: skip
    start = max(0, ours.rfind(" ", 0, max(0, at - 10)) + 1)
    return f": '{_cut(ours, start)}' here, '{_cut(theirs, start)}' there"


def _cut(text: str, start: int) -> str:
    shown = text[start : start + 40].replace("\n", " ")
    return f"{'…' if start else ''}{shown}{'…' if start + 40 < len(text) else ''}"


def _at(file: IssueFile, location: tuple[str | int, ...], text: str) -> Difference:
    place = file.source.key_place(*location)
    return Difference(place.line, place.column, text)
