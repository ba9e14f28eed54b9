"""The lines of a page → its months and their articles.

A month's lines have no marks of where an article begins. What is sure are the headings of
the practice implications: between two of them one article ends and the next begins, at its
title. A citation, or the title set twice, tells the title for certain; else it is the line
that looks most like one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from newsletter.issue.blog.citation import Reference, continues_citation, is_citation, reference
from newsletter.issue.blog.page import Line, Page
from newsletter.issue.blog.titles import is_implications, same_title, title_between, titled

_MONTHS = (
    "january february march april may june july august september october november december"
).split()
_MONTH = re.compile(
    rf"(?P<name>{'|'.join(_MONTHS)}|{'|'.join(name[:3] for name in _MONTHS)}|sept)\.?,? +"
    r"(?P<year>20\d\d)[.:]?",
    re.IGNORECASE,
)
_INLINE_HEADING = re.compile(
    r"(?:Practice|Practical|Clinical) Implications ?[:.–—] ?(?=\S)", re.IGNORECASE
)
_MARKED_HEADING = re.compile(
    r"\**(?:Practice|Practical|Clinical) Implications ?[:.–—]?\** ?[:.–—]? ?", re.IGNORECASE
)
"""The same with HTML's emphasis around it."""


@dataclass(frozen=True)
class Article:
    """A study as the blog told it; texts are Markdown."""

    title: str
    citation: str | None
    doi: str | None
    summary: str
    practice_implications: str
    page: str
    lines: tuple[Line, ...]
    """All lines it was made of, its title first."""

    @property
    def line(self) -> int:
        """Where its title stands in its page."""
        return self.lines[0].number


@dataclass(frozen=True)
class PageMonths:
    """What a page holds."""

    page: Page
    header: tuple[Line, ...]
    """What stands above the first month."""
    months: dict[str, tuple[Article, ...]]
    """`2023-12` and its articles, in the page's order."""
    unplaced: tuple[Line, ...]
    """Text of articles that belongs to none that is whole."""
    empty: tuple[Line, ...]
    """Headings of months without a line below them."""


def months_of(page: Page) -> PageMonths:
    """The months and articles of a page; both are empty where it is no page of the blog."""
    header, blocks = _blocks(page.lines)
    months: dict[str, tuple[Article, ...]] = {}
    unplaced: list[Line] = []
    if any(is_implications(line.text) for line in header):
        header, unplaced = (), list(header)
    for heading, lines in blocks:
        month = month_of(heading.text) or ""
        articles, rest = _articles(_split_headings(lines), page.name)
        months[month] = (*months.get(month, ()), *articles)
        unplaced += rest
    empty = tuple(heading for heading, lines in blocks if not lines)
    return PageMonths(page, header, months, tuple(sorted(unplaced, key=_by_number)), empty)


def month_of(text: str) -> str | None:
    """`2023-12` for a line that names a month and nothing else."""
    found = _MONTH.fullmatch(" ".join(text.split()))
    if not found:
        return None
    short = found["name"].lower()[:3]
    number = next(n for n, name in enumerate(_MONTHS, 1) if name.startswith(short))
    return f"{found['year']}-{number:02}"


def _by_number(line: Line) -> int:
    return line.number


def _blocks(lines: Sequence[Line]) -> tuple[tuple[Line, ...], list[tuple[Line, list[Line]]]]:
    """The lines above the first month, and each month's heading and lines."""
    header: list[Line] = []
    blocks: list[tuple[Line, list[Line]]] = []
    for line in lines:
        if month_of(line.text):
            blocks.append((line, []))
        elif blocks:
            blocks[-1][1].append(line)
        else:
            header.append(line)
    return tuple(header), blocks


def _split_headings(lines: list[Line]) -> list[Line]:
    """Lines with a heading that runs into its text, `Practice Implications: …`, set on two."""
    return [part for line in lines for part in _split_heading(line)]


def _split_heading(line: Line) -> Iterator[Line]:
    found = None if is_implications(line.text) else _INLINE_HEADING.match(line.text)
    if not found:
        yield line
        return
    yield Line(line.number, found[0].rstrip(" :.–—"))
    prose = None if line.prose is None else _MARKED_HEADING.sub("", line.prose, count=1)
    yield replace(line, text=line.text[found.end() :], prose=prose)


def _articles(lines: list[Line], page: str) -> tuple[list[Article], list[Line]]:
    """The whole articles of a month's lines, and the lines that belong to none."""
    articles: list[Article] = []
    unplaced: list[Line] = []
    for start, end in pairwise([*_starts(lines), len(lines)]):
        article = _article(lines[start:end], page)
        if article:
            articles.append(article)
        else:
            unplaced += lines[start:end]
    return articles, unplaced


def _starts(lines: list[Line]) -> list[int]:
    """Where articles begin: at the first line, at sure titles, and once between two headings."""
    headings = [at for at, line in enumerate(lines) if is_implications(line.text)]
    starts = {0} if lines else set()
    starts |= {at for at in range(1, len(lines)) if titled(lines, at)}
    for before, after in pairwise(headings):
        if not any(before < start < after for start in starts):
            start = title_between(lines, before, after)
            starts |= {start} if start else set()
    return sorted(starts)


def _article(lines: list[Line], page: str) -> Article | None:
    """An article of its lines, or None where a part of it is missing."""
    at = 1
    while at < len(lines) and same_title(lines[at], lines[0]):
        at += 1
    cited = _cited(lines, at)
    at += len(cited)
    while cited and at < len(lines) and lines[at].text in (lines[0].text, cited[0].text):
        at += 1
    headings = [n for n, line in enumerate(lines) if is_implications(line.text)]
    if len(headings) != 1 or not at < headings[0] < len(lines) - 1 or is_citation(lines[0].text):
        return None
    known = reference(cited) if cited else Reference("", None)
    return Article(
        title=lines[0].as_inline,
        citation=known.citation or None,
        doi=known.doi,
        summary=_prose(lines[at : headings[0]]),
        practice_implications=_prose(lines[headings[0] + 1 :]),
        page=page,
        lines=tuple(lines),
    )


def _cited(lines: list[Line], at: int) -> tuple[Line, ...]:
    """The lines of the citation, if there is one at an index."""
    if at >= len(lines) or not is_citation(lines[at].text, after_title=True):
        return ()
    end = at + 1
    while end < len(lines) and continues_citation(lines[end].text):
        end += 1
    return tuple(lines[at:end])


def _prose(lines: Sequence[Line]) -> str:
    """Paragraphs as Markdown; entries of one list stand on consecutive lines."""
    text = ""
    for before, line in zip((None, *lines), lines, strict=False):
        item = line.as_prose.startswith("- ")
        joint = "\n" if item and before and before.as_prose.startswith("- ") else "\n\n"
        text += f"{joint if before else ''}{line.as_prose}"
    return text
