"""Where an article begins."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.issue.blog.citation import continues_citation, is_citation
from newsletter.issue.blog.page import Line

LONGEST_TITLE = 300
"""Characters; the longest titles of studies have some 200."""
_USUAL_TITLE = 160
_TITLE_CASE = 0.6
"""Share of a title's longer words that begin with a capital."""
_LONGEST_HEADING = 60
_SAME = 88
"""Letters in a hundred that a title and its repetition share at least."""
_PARAGRAPH = 250
"""Characters from which a line is a paragraph and no title."""
_LIKELY = 4
"""Points from which a line may be taken for a title without a citation below it."""

_IMPLICATIONS = re.compile(
    r"(?:(?:practice|practical|clinical)(?: practice)? implications?"
    r"|implications?(?: for (?:clinical |psychotherapy )?"
    r"(?:practice|practitioners|clinicians|therapists))?)",
    re.IGNORECASE,
)
_AROUND_HEADING = " \t*_:.–—-"
_STATEMENT = re.compile(r"[.;:,…]$")
_SMALL = re.compile(r"[^\W\d_][\w’'-]{3,}")
_LETTERS = re.compile(r"[\W_]+")


def is_implications(text: str) -> bool:
    """Whether a line is the heading `Practice Implications`, or what it is called as well."""
    if len(text) > _LONGEST_HEADING:
        return False
    return bool(_IMPLICATIONS.fullmatch(" ".join(text.split()).strip(_AROUND_HEADING)))


def normalised_title(text: str) -> str:
    """A title without case, punctuation and spacing, to tell the same one again."""
    return _LETTERS.sub(" ", text.casefold()).strip()


def same_title(line: Line, title: Line) -> bool:
    """Whether a line repeats a title, if with a slip or an `&` for an `and`."""
    words, others = normalised_title(title.text), normalised_title(line.text)
    if not words or max(len(line.text), len(title.text)) > LONGEST_TITLE:
        return False
    return words == others or (len(words) > _SAME / 4 and _ratio(words, others) >= _SAME)


def _ratio(one: str, other: str) -> float:
    from rapidfuzz import fuzz

    return fuzz.ratio(one, other)


def sure_titles(lines: list[Line]) -> Iterator[int]:
    """Where articles begin for certain: at a title set twice, or above a citation."""
    for at in range(1, len(lines)):
        if _is_repeated(lines, at):
            yield at
        elif is_citation(lines[at].text):
            title = _title_above(lines, at)
            if title is not None and _tells_of_article(lines, title, at):
                yield title


def _is_repeated(lines: list[Line], at: int) -> bool:
    """Whether the line below repeats this one, which is its first."""
    line = lines[at]
    if at + 1 == len(lines) or len(line.text) >= _PARAGRAPH or is_implications(lines[at - 1].text):
        return False
    repeats = _may_be_title(line) and same_title(lines[at + 1], line)
    return repeats and not same_title(line, lines[at - 1])


def _title_above(lines: list[Line], citation: int) -> int | None:
    """The title above a citation: the line above, or the one above a preface between them.

    Text of the article before must stand above the title.
    """
    at = citation - 1
    between = at - 1
    if between >= 0 and not looks_like_title(lines[at]) and looks_like_title(lines[between]):
        at = between
    while at > 0 and same_title(lines[at - 1], lines[at]):
        at -= 1
    above = lines[at - 1].text if at else ""
    return at if _may_be_title(lines[at]) and at and not is_implications(above) else None


def _tells_of_article(lines: list[Line], title: int, citation: int) -> bool:
    """Whether a citation is an article's own, and none of a list of readings."""
    return looks_like_title(lines[title]) or _begins_text(lines, citation + 1)


def looks_like_title(line: Line) -> bool:
    """Whether a line is set as titles are: most words with capitals, no full stop."""
    text = line.text
    short = _may_be_title(line) and len(text) <= _USUAL_TITLE and len(text.split()) > 2
    return short and not _STATEMENT.search(text) and _capitals(text) >= _TITLE_CASE


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
    yield 2 * (len(text) <= _USUAL_TITLE)
    yield 2 * (not _STATEMENT.search(text))
    yield 2 * (_capitals(text) >= _TITLE_CASE)
    yield len(below.text) >= _PARAGRAPH
    yield 2 * len(text) < min(len(lines[at - 1].text), len(below.text))
    yield -3 * (not text[:1].isupper() and not text[:1].isdigit() and text[:1] not in "“\"‘'¿")
    yield -3 * text.endswith(":")
    yield -2 * (len(text.split()) < 2)


def _capitals(text: str) -> float:
    """The share of longer words that begin with a capital."""
    words = _SMALL.findall(text)
    return sum(word[0].isupper() for word in words) / len(words) if words else 0.0


def orphan_title(lines: list[Line], after: int) -> int | None:
    """The first line behind the last heading that is set as a title, with text below it.

    It begins an article whose implications are missing; that is to be reported, not to become
    the end of the article before.
    """
    for at in range(after + 2, len(lines) - 1):
        if looks_like_title(lines[at]) and len(lines[at + 1].text) >= _PARAGRAPH:
            return at
    return None
