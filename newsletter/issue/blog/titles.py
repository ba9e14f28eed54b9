"""Where an article begins."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.issue.blog.citation import continues_citation, is_citation
from newsletter.issue.blog.page import Line

LONGEST_TITLE = 300
"""Characters; the longest titles of studies have some 200."""
_PARAGRAPH = 250
"""Characters from which a line is a paragraph and no title."""
_LIKELY = 4
"""Points from which a line may be taken for a title without a citation below it."""

_IMPLICATIONS = re.compile(
    r"(?:(?:practice|practical|clinical) implications?|implications for practice)[ :.]*",
    re.IGNORECASE,
)
_STATEMENT = re.compile(r"[.;:,…]$")
_SMALL = re.compile(r"[^\W\d_][\w’'-]{3,}")
_LETTERS = re.compile(r"[\W_]+")


def is_implications(text: str) -> bool:
    """Whether a line is the heading `Practice Implications`, or what it is called as well."""
    return bool(_IMPLICATIONS.fullmatch(text))


def normalised_title(text: str) -> str:
    """A title without case, punctuation and spacing, to tell the same one again."""
    return _LETTERS.sub(" ", text.casefold()).strip()


def same_title(line: Line, title: Line) -> bool:
    """Whether a line repeats a title."""
    words = normalised_title(title.text)
    return bool(words) and normalised_title(line.text) == words


def titled(lines: list[Line], at: int) -> bool:
    """Whether the line at an index is a title for certain.

    It is set twice, or a citation stands below it; and text of the article before stands
    above it.
    """
    line = lines[at]
    if not _may_be_title(line) or is_implications(lines[at - 1].text):
        return False
    if same_title(line, lines[at - 1]) or at + 1 == len(lines):
        return False
    below = lines[at + 1]
    repeated = same_title(below, line) and len(line.text) < _PARAGRAPH
    return repeated or (is_citation(below.text) and _begins_text(lines, at + 2))


def _begins_text(lines: list[Line], at: int) -> bool:
    """Whether an article's text begins at an index; below a list of readings it does not."""
    while at < len(lines) and continues_citation(lines[at].text):
        at += 1
    here = [line.text for line in lines[at : at + 2]]
    return bool(here) and not is_implications(here[0]) and not any(map(is_citation, here))


def title_between(lines: list[Line], before: int, after: int) -> int | None:
    """The likeliest title between the headings of two articles, or None where none is likely.

    Text of the first article stands above it, text of the second below.
    """
    scores = {at: _score(lines, at) for at in range(before + 2, after - 1)}
    best = max(scores.values(), default=0)
    likeliest = [at for at, score in scores.items() if score == best]
    return likeliest[0] if best >= _LIKELY and len(likeliest) == 1 else None


def _may_be_title(line: Line) -> bool:
    return (
        len(line.text) <= LONGEST_TITLE
        and not is_implications(line.text)
        and not is_citation(line.text)
    )


def _score(lines: list[Line], at: int) -> int:
    return sum(_points(lines, at)) if _may_be_title(lines[at]) else 0


def _points(lines: list[Line], at: int) -> Iterator[int]:
    """What speaks for a line's being a title, and what against it."""
    text, below = lines[at].text, lines[at + 1]
    yield 4 * (lines[at].heading and not lines[at - 1].heading)
    yield 2 * (len(text) <= 160)
    yield 2 * (not _STATEMENT.search(text))
    yield 2 * (_capitals(text) >= 0.6)
    yield len(below.text) >= _PARAGRAPH
    yield 2 * len(text) < min(len(lines[at - 1].text), len(below.text))
    yield -3 * (not text[:1].isupper() and not text[:1].isdigit() and text[:1] not in "“\"‘'¿")
    yield -3 * text.endswith(":")
    yield -2 * (len(text.split()) < 2)


def _capitals(text: str) -> float:
    """The share of longer words that begin with a capital."""
    words = _SMALL.findall(text)
    return sum(word[0].isupper() for word in words) / len(words) if words else 0.0
