"""Telling a citation from a paragraph, and moving its DOI out."""

from __future__ import annotations

import re
from typing import NamedTuple

from newsletter.issue.blog.page import Line
from newsletter.issue.doi import normalise_doi

_LONGEST = 900
"""Characters; with twenty authors a citation has some 600, a paragraph of the blog 1,000."""

_SURNAME = r"(?:[a-zà-ÿ’']{1,4} ){0,3}[A-ZÀ-ÞŠŽČŁØ][\w’'.-]*(?: [A-ZÀ-Þ][\w’'-]*){0,2}"
_AUTHOR = re.compile(rf"{_SURNAME}, ?(?:[A-ZÀ-Þ]\.|[A-ZÀ-Þ]{{1,3}}(?=[,.& ]))")
_YEAR = re.compile(
    r"\((?:(?:19|20)\d\d[a-z]?(?:[,/–-] ?[^()]{1,24})?|in press|in preparation|n\.d\.)\)",
    re.IGNORECASE,
)
_BARE_YEAR = re.compile(r"(?<![\d–-])(?:19|20)\d\d[a-z]?(?=[.,;:)])")
_PAGES = re.compile(
    r"\b\d{1,4} ?(?:\(\d{1,3}(?:[-–]\d{1,3})?\))?[,:] ?(?:pp?\. ?)?[A-Z]?e?\d+"
    r" ?(?:[-–—] ?[A-Z]?\d+)?|\bpp\. ?\d"
)
_SENTENCE = re.compile(r"[a-z]{3,}[.?!] [A-Z]")
_COLLEAGUES = re.compile(r"\bcolleagues\b|\bthis (?:study|article|paper|review)\b", re.IGNORECASE)
_TELLING = re.compile(r"\band colleagues (?:\(|[a-z]+ed\b|[a-z]+s\b)")
"""A paragraph that begins with an author's name tells what he or she did."""

_PREFIX = (
    r"(?:(?:https? ?: ?// ?)?(?:dx\.|www\.)?doi\. ?org ?/ ?"
    r"|https?://[^\s/]+/doi/(?:abs/|full/|pdf/|epdf/|epub/)?"
    r"|(?<![\w/.])doi ?:? ?)"
)
_DOI = re.compile(
    rf"(?P<prefix>(?:{_PREFIX})*)(?P<doi>10\.\d{{4,9}}(?:\.\d+)*/[^\s<>\"“”]*\S)", re.IGNORECASE
)
_ONLY_ADDRESS = re.compile(r"(?:https?://\S+|(?:doi|DOI)\b.{3,200}|10\.\d{4,9}/\S+)")
_TAIL = tuple(".,;:*’'”\"")
_OPEN_END = re.compile(r"[\s,;:]+$")


class Reference(NamedTuple):
    """A citation without its DOI, and the DOI."""

    citation: str
    """Markdown."""
    doi: str | None


def is_citation(text: str, *, after_title: bool = False) -> bool:
    """Whether a line is a study's reference.

    Behind a title less proof is wanted: a year in brackets near the beginning of a short line.
    """
    if len(text) > _LONGEST:
        return False
    authors = bool(_AUTHOR.match(text))
    year = _YEAR.search(text, 0, 700)
    source = bool(_DOI.search(text) or _PAGES.search(text))
    if authors and not _TELLING.search(text):
        return bool(year or source or _BARE_YEAR.search(text, 0, 500))
    if not year or _COLLEAGUES.search(text):
        dated = bool(year or _BARE_YEAR.search(text)) and not _COLLEAGUES.search(text)
        return after_title and len(text) < 400 and (bool(_DOI.search(text)) or (source and dated))
    names = text[: year.start()]
    plain = year.start() < 300 and text[:1].isupper() and not _SENTENCE.search(names)
    ended = text[year.end() : year.end() + 1] in (".", ",", ":", "")
    return plain and ended and (source or (after_title and len(text) < 500))


def continues_citation(text: str) -> bool:
    """Whether a line below a citation is its address, set on a line of its own."""
    return bool(_ONLY_ADDRESS.fullmatch(text)) and len(text) < 250


def reference(lines: tuple[Line, ...]) -> Reference:
    """The citation of one or two lines, its DOI moved out."""
    marked = " ".join(line.as_inline for line in lines)
    doi = _first_doi(" ".join(line.text for line in lines))
    if doi:
        return Reference(_without(marked, doi), doi)
    addresses = (address for line in lines for address in line.addresses)
    return Reference(marked, next(filter(None, map(_first_doi, addresses)), None))


def _first_doi(text: str) -> str | None:
    for found in _DOI.finditer(text):
        doi = _normal(_trimmed(found["doi"]))
        if doi:
            return doi
    return None


def _normal(doi: str) -> str | None:
    try:
        return normalise_doi(doi)
    except ValueError:
        return None


def _trimmed(doi: str) -> str:
    """Without the signs that end the sentence or the bracket around it."""
    while doi.endswith(_TAIL) or (doi.endswith(")") and doi.count("(") < doi.count(")")):
        doi = doi[:-1]
    return doi


def _without(text: str, doi: str) -> str:
    """The citation without a DOI, however often it is given, and ended as a sentence."""
    for found in reversed(list(_DOI.finditer(text))):
        bare = _trimmed(found["doi"])
        if bare.replace("\\", "").casefold() == doi.casefold():
            text = _joined(text[: found.start()], text[found.start("doi") + len(bare) :])
    return text


def _joined(before: str, after: str) -> str:
    if before.endswith("(") and after.startswith(")"):
        before, after = before[:-1], after[1:]
    before = _OPEN_END.sub("", before)
    stars = "*" if after.startswith("*") and before.count("*") % 2 else ""
    after = after[len(stars) :].lstrip(" .,;")
    ended = before.rstrip("*").endswith((".", "?", "!", "…"))
    before = f"{before}{stars}" if ended or not before else f"{before}{stars}."
    return f"{before} {after}".strip()
