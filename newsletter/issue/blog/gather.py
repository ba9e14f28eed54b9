"""Several pages → one set of months, each article once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from newsletter.errors import UnreadablePage
from newsletter.issue.blog.articles import Article, PageMonths, months_of
from newsletter.issue.blog.page import Line, Page
from newsletter.issue.blog.standing import announcement, announces
from newsletter.issue.blog.titles import normalised_title

_ALIKE = 0.8
"""Share of a text that must agree for two articles of one DOI to be the same."""


@dataclass(frozen=True)
class Stray:
    """A line of a page, and what is said of it."""

    page: str
    line: int
    text: str


@dataclass(frozen=True)
class Gathered:
    """What the pages hold, once."""

    months: dict[str, tuple[Article, ...]]
    """Oldest first; articles in the order in which the pages show them."""
    intros: dict[str, Line]
    unplaced: tuple[Stray, ...]
    """Text of articles that found no place."""
    notes: tuple[Stray, ...]
    """What was left out because it is no article's."""


def gather(pages: Sequence[Page]) -> Gathered:
    """Merge pages that overlap.

    Raises:
        UnreadablePage: naming each page that is not of the blog's form.
    """
    read = [months_of(page) for page in pages]
    strangers = [each.page.name for each in read if not any(each.months.values())]
    if strangers:
        raise UnreadablePage("\n".join(map(_no_page, strangers)))
    months: dict[str, list[Article]] = {}
    unplaced = [Stray(page.page.name, line.number, line.text) for page in read
                for line in page.unplaced]  # fmt: skip
    for page in read:
        for month, articles in page.months.items():
            for article in articles:
                unplaced += _placed(article, months.setdefault(month, []))
    whole = {month: tuple(months[month]) for month in sorted(months) if months[month]}
    intros = _intros(read, whole)
    notes = _by_place(_notes(read, intros))
    return Gathered(whole, intros, tuple(_by_place(unplaced)), tuple(notes))


def _by_place(strays: Iterable[Stray]) -> list[Stray]:
    """Strays in the order of their pages' lines, each once."""
    return sorted(dict.fromkeys(strays), key=lambda stray: (stray.page, stray.line))


def _no_page(name: str) -> str:
    return (
        f"{name}: error: this is no page of the blog; a page has months such as 'December 2023' "
        "on lines of their own, below them articles with the heading 'Practice Implications'"
    )


def _placed(article: Article, month: list[Article]) -> Iterator[Stray]:
    """Put an article into its month, or say what it has that the same one there has not."""
    at = next((at for at, other in enumerate(month) if is_same(article, other)), None)
    if at is None:
        month.append(article)
        return
    known = month[at] = _completed(month[at], article)
    texts = {line.text for line in known.lines}
    titles = {normalised_title(line.text) for line in known.lines}
    cited = article.cited if article.citation == known.citation else ()
    for line in article.lines:
        if not (line.text in texts or line in cited or normalised_title(line.text) in titles):
            yield Stray(article.page, line.number, line.text)


def _completed(known: Article, article: Article) -> Article:
    """The article with the citation and DOI that only another page gives it."""
    return replace(known, citation=known.citation or article.citation, doi=known.doi or article.doi)


def is_same(one: Article, other: Article) -> bool:
    """Whether two articles are one: by DOI, else by title.

    The blog also gives one study's DOI below two different texts; these are two articles.
    """
    same_title = normalised_title(one.title) == normalised_title(other.title)
    if one.doi and other.doi:
        return one.doi.casefold() == other.doi.casefold() and (same_title or _alike(one, other))
    return same_title


def _alike(one: Article, other: Article) -> bool:
    texts = SequenceMatcher(None, one.summary.split(), other.summary.split(), autojunk=False)
    return texts.ratio() >= _ALIKE


def _intros(pages: list[PageMonths], months: dict[str, tuple[Article, ...]]) -> dict[str, Line]:
    """The months whose standing line can be told, and the line.

    Pages with the same line were saved before the next one, so it speaks of the newest month
    on any of them, or of a later one.
    """
    newest: dict[str, tuple[str, Line]] = {}
    for page in pages:
        line = announcement(page.header)
        if line:
            month = max((*page.months, *(newest[line.text][:1] if line.text in newest else ())))
            newest[line.text] = (month, line)
    claims = [
        (month, line)
        for month, line in newest.values()
        if month in months and announces(line, months[month])
    ]
    claimed = Counter(month for month, _ in claims)
    return {month: line for month, line in claims if claimed[month] == 1}


def _notes(pages: list[PageMonths], intros: dict[str, Line]) -> Iterator[Stray]:
    """What each page has besides articles."""
    for page in pages:
        line = announcement(page.header)
        rest = [other for other in page.header if other is not line]
        topics = [other for other in rest if other.text.startswith("- ")]
        above = [other for other in rest if not other.text.startswith("- ")]
        for what, lines in (
            ("the page's header is left out", above),
            ("the list of topics is left out", topics),
            ("the page's menus and footer are left out", page.page.left_out),
        ):
            if lines:
                yield Stray(page.page.name, lines[0].number, what)
        if line:
            yield Stray(page.page.name, line.number, _of_announcement(line, intros))
        for line in (line for each in page.months.values() for a in each for line in a.otherwise):
            what = f"the title stands twice, and differs: {line.text}"
            yield Stray(page.page.name, line.number, what)
        for heading in page.empty:
            yield Stray(page.page.name, heading.number, f"no article stands below '{heading.text}'")


def _of_announcement(line: Line, intros: dict[str, Line]) -> str:
    months = [month for month, intro in intros.items() if intro.text == line.text]
    if months:
        return f"the standing line is the intro of {', '.join(months)}"
    return f"the standing line is left out, since its month cannot be told: {line.text}"
