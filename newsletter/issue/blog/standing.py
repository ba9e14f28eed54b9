"""The blog's standing lines: what they are, and whose month "…I blog about" speaks of.

A page is a filtered view, saved at some time. Its line speaks of the newest month at that
time, which need not be in view. So it is taken for a month only where that is the newest in
view and each of its articles in view is announced.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from newsletter.issue.blog.articles import Article
from newsletter.issue.blog.page import Line

_BLOG_ABOUT = re.compile(r"[\s….]*(?:this month,? )?I blog about\b(?P<announced>.*)", re.IGNORECASE)
_BETWEEN = re.compile(r",| and |;")
_WORD = re.compile(r"[^\W\d_]{3,}")
_STOP = frozenset(
    "about among and can client clients does effect effects for from how impact its new patient "
    "patients perspective perspectives psychological psychotherapeutic psychotherapies "
    "psychotherapy research role study studies that the their therapies therapy treatment "
    "treatments what when who with".split()
)
"""Words that a digest of psychotherapy research says of everything."""


def announcement(header: Iterable[Line]) -> Line | None:
    """The line "…I blog about …" of a page's header."""
    return next((line for line in header if _BLOG_ABOUT.match(line.text)), None)


def announces(line: Line, articles: Iterable[Article]) -> bool:
    """Whether the line names each of the articles; a phrase of one word names too many."""
    found = _BLOG_ABOUT.match(line.text)
    phrases = [set(_stems(part)) for part in _BETWEEN.split(found["announced"])] if found else []
    telling = [phrase for phrase in phrases if len(phrase) > 1]
    return all(any(_names(phrase, article) for phrase in telling) for article in articles)


def _names(phrase: set[str], article: Article) -> bool:
    """Every word of the phrase is in the article, and one of them in its title."""
    title = set(_stems(article.title))
    return phrase <= title | set(_stems(article.summary)) and bool(phrase & title)


def _stems(text: str) -> Iterator[str]:
    """Words without their endings: `empathy` and `empathic` are one."""
    for word in _WORD.findall(text.casefold()):
        if word not in _STOP:
            yield word[:5]
