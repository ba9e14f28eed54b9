"""The lines of a page → its months and their articles.

A month's lines have no marks of where an article begins. What is sure are the headings of
the practice implications: between two of them one article ends and the next begins, at its
title. A citation, or the title set twice, tells the title for certain; else it is the line
that looks most like one.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import dropwhile, pairwise, takewhile

from newsletter.issue.blog.citation import Reference, continues_citation, is_citation, reference
from newsletter.issue.blog.page import Line, Page
from newsletter.issue.blog.titles import (
    is_implications,
    orphan_title,
    same_title,
    sure_titles,
    title_between,
)

_MONTHS = (
    "january february march april may june july august september october november december"
).split()
_MONTH_NAME = rf"(?:{'|'.join(_MONTHS)}|{'|'.join(name[:3] for name in _MONTHS)}|sept)\.?"
_WHAT = r"(?:month|blog|issue|edition|posts?|newsletter|archives?)"
_MONTH = re.compile(
    rf"(?:{_WHAT}:? |\d{{1,2}}(?:st|nd|rd|th)? )?(?P<name>{_MONTH_NAME})(?: of|,)? ?"
    rf"(?P<year>20\d\d)(?: {_WHAT})?"
    r"(?: ?\(?cont(?:inued|inuing|\.|’d|'d)?\)?)?",
    re.IGNORECASE,
)
_SEASON = rf"(?:{_MONTH_NAME}|spring|summer|autumn|fall|winter)"
_NO_SINGLE_MONTH = re.compile(
    rf"(?:early |late |mid-?)?{_SEASON}(?: ?(?:[/&–-]|and|to) ?{_SEASON})?,? ?20\d\d", re.IGNORECASE
)
"""A line that dates what stands below it, but not by a month."""
_AROUND_MONTH = " \t*_#:.[]–—-"
_NAME = r"(?i:(?:Practice|Practical|Clinical)\s+Implications)"
_INLINE_HEADING = re.compile(rf"{_NAME} ?[:.–—] ?(?=\S)")
_MARKED_HEADING = re.compile(
    rf"(?:(?P<stars>\*{{1,2}}){_NAME} ?[:.–—]? ?(?P=stars) ?[:.–—]?|{_NAME} ?[:.–—]) ?(?=\S)"
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
    otherwise: tuple[Line, ...]
    """Its title the second time, where that is not to the letter the same."""
    cited: tuple[Line, ...]
    """The lines of its citation."""

    @property
    def line(self) -> int:
        """Where its title stands in its page."""
        return self.lines[0].number


@dataclass(frozen=True)
class PageMonths:
    """What a page holds."""

    page: Page
    header: tuple[Line, ...]
    """What stands above the first month, and stands again where pages were joined."""
    months: dict[str, tuple[Article, ...]]
    """`2023-12` and its articles, in the page's order."""
    unplaced: tuple[Line, ...]
    """Text of articles that belongs to none that is whole."""
    empty: tuple[Line, ...]
    """Headings of months without a line below them."""


def months_of(page: Page) -> PageMonths:
    """The months and articles of a page; both are empty where it is no page of the blog."""
    header, blocks = _blocks(page.lines)
    standing = {line.text for line in header}
    months: dict[str, tuple[Article, ...]] = {}
    unplaced: list[Line] = []
    if any(is_implications(line.text) for line in header):
        header, unplaced, standing = (), list(header), set()
    for heading, lines in blocks:
        month = month_of(heading.text)
        if month is None:
            unplaced += [heading, *lines]
            continue
        own = [line for line in lines if line.text not in standing]
        header += tuple(line for line in lines if line.text in standing)
        articles, rest = _articles(_split_headings(own), page.name)
        months[month] = (*months.get(month, ()), *articles)
        unplaced += rest
    empty = tuple(heading for heading, lines in blocks if not lines)
    return PageMonths(page, header, months, tuple(sorted(unplaced, key=_by_number)), empty)


def month_of(text: str) -> str | None:
    """`2023-12` for a line that names a month and nothing else."""
    found = _MONTH.fullmatch(_bare(text))
    if not found:
        return None
    short = found["name"].lower()[:3]
    number = next(n for n, name in enumerate(_MONTHS, 1) if name.startswith(short))
    return f"{found['year']}-{number:02}"


def _dates(text: str) -> bool:
    """Whether a line dates what stands below it."""
    return month_of(text) is not None or bool(_NO_SINGLE_MONTH.fullmatch(_bare(text)))


def _bare(text: str) -> str:
    return " ".join(text[:80].split()).strip(_AROUND_MONTH)


def _by_number(line: Line) -> int:
    return line.number


def _blocks(lines: Sequence[Line]) -> tuple[tuple[Line, ...], list[tuple[Line, list[Line]]]]:
    """The lines above the first month, and each month's heading and lines."""
    header: list[Line] = []
    blocks: list[tuple[Line, list[Line]]] = []
    for line in lines:
        if _dates(line.text):
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
    known = _INLINE_HEADING if line.prose is None else _MARKED_HEADING
    found = known.match(line.prose or line.text)
    if not found or is_implications(line.text):
        yield line
        return
    text = re.sub(rf"{_NAME} ?[:.–—]? ?", "", line.text, count=1)
    prose = None if line.prose is None else line.prose[found.end() :]
    yield Line(line.number, found[0].strip(" *:.–—"))
    yield replace(line, text=text, prose=prose)


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
    starts = {0, *sure_titles(lines)} if lines else set()
    sure = sorted(starts)
    for before, after in pairwise(headings):
        if before + 1 < after and bisect(sure, before) == bisect(sure, after):
            starts.add(title_between(lines, before, after) or 0)
    if headings and headings[-1] > max(starts):
        starts.add(orphan_title(lines, headings[-1]) or 0)
    return sorted(starts)


def _article(lines: list[Line], page: str) -> Article | None:
    """An article of its lines, or None where a part of it is missing."""
    title = lines[0]
    repeated = tuple(takewhile(lambda line: same_title(line, title), lines[1:]))
    preface, cited, text = _parted(lines[1 + len(repeated) :])
    if cited:
        text = list(dropwhile(lambda line: line.text in (title.text, cited[0].text), text))
    headings = [at for at, line in enumerate(text) if is_implications(line.text)]
    if not headings or headings != list(range(headings[0], headings[-1] + 1)):
        return None
    summary, implications = [*preface, *text[: headings[0]]], text[headings[-1] + 1 :]
    if not summary or not implications or is_citation(title.text):
        return None
    known = reference(cited) if cited else Reference("", None)
    return Article(
        title=title.as_inline,
        citation=known.citation or None,
        doi=known.doi,
        summary=_prose(summary),
        practice_implications=_prose(implications),
        page=page,
        lines=tuple(lines),
        otherwise=tuple(line for line in repeated if line.text != title.text),
        cited=cited,
    )


def _parted(lines: list[Line]) -> tuple[list[Line], tuple[Line, ...], list[Line]]:
    """A paragraph that stands before the citation, the citation, and the text."""
    for at in (0, 1):
        cited = _cited(lines, at)
        if cited and not any(is_implications(line.text) for line in lines[:at]):
            return lines[:at], cited, lines[at + len(cited) :]
    return [], (), lines


def _cited(lines: list[Line], at: int) -> tuple[Line, ...]:
    """The lines of the citation, if there is one at an index."""
    if at >= len(lines) or not is_citation(lines[at].text, after_title=at == 0):
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
