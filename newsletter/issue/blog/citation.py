"""Telling a citation from a paragraph, and moving its DOI out."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote

from newsletter.issue.blog.page import Line
from newsletter.issue.doi import normalise_doi, without_end

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
_SENTENCE_BEGINS = re.compile(
    r"(?:for|in|see|the|this|these|as|at|on|to|when|while)\b", re.IGNORECASE
)

_PREFIX = (
    r"(?:(?:https?\s?:\s?//\s?)?(?:dx\.|www\.)?doi\.\s?org\s?/\s?"
    r"|https?://[^\s/]+/doi/(?:abs/|full/|pdf/|epdf/|epub/)?"
    r"|(?<![\w/.])doi(?:\s?[:=])?\s?)"
)
_DOI = re.compile(
    rf"(?P<prefix>(?:{_PREFIX})*+)"
    r"(?P<doi>10\.\d{4,9}(?:\.\d+)*(?:/|%2F)(?:[^\s<>\"“”\[\]]|<[^\s<>]{1,60}>)+)",
    re.IGNORECASE,
)
_LEAD = r"(?:(?:link|url|retrieved from|available (?:at|from)) ?:? ?)"
_ONLY_ADDRESS = re.compile(
    r"(?:advance online|online first) publication\.?"
    r"|[\[(<]?(?:advance online publication\.? ?)?"
    rf"{_LEAD}?(?:https?://\S+|doi\b.{{3,200}}|10\.\d{{4,9}}/\S+)[\])>]?\.?",
    re.IGNORECASE,
)
_ONLY_SOURCE = re.compile(r"[A-Z][^.?!]{2,90}, ?\d{1,4} ?(?:\(\d|[,:] ?\d).{0,100}")
"""`Psychotherapy, 55(4), 461–472.` on a line of its own."""
_BEFORE_ADDRESS = re.compile(rf"{_LEAD}$", re.IGNORECASE)
_QUERY = re.compile(r"[?#].*")
_TAIL = ".,;:*’'”\"/…"
_CLOSING_STARS = re.compile(r"[.,;: ]*(\*{1,2})")
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
        addressed = bool(_DOI.search(text)) and not _SENTENCE_BEGINS.match(text)
        return after_title and len(text) < 400 and (addressed or (source and dated))
    names = text[: year.start()]
    plain = year.start() < 300 and text[:1].isupper() and not _SENTENCE.search(names)
    follows = text[year.end() : year.end() + 1]
    lenient = after_title and len(text) < 500 and follows == "."
    return plain and follows in (".", ",", ":", "") and (source or lenient)


def continues_citation(text: str) -> bool:
    """Whether a line below a citation is its address or source, set on a line of its own."""
    known = _ONLY_ADDRESS.fullmatch(text) or _ONLY_SOURCE.fullmatch(text)
    return bool(known) and len(text) < 250


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
        doi = _normal(_trimmed(found))
        if doi:
            return doi
    return None


def _normal(doi: str) -> str | None:
    try:
        return normalise_doi(doi)
    except ValueError:
        return None


def _trimmed(found: re.Match[str]) -> str:
    """The DOI without an address's query, and without what ends the sentence around it."""
    doi = found["doi"]
    if "/" in found["prefix"]:
        doi = unquote(_QUERY.sub("", doi))
    return _cut(doi)


def _without(text: str, doi: str) -> str:
    """The citation without a DOI, however often it is given, and ended as a sentence."""
    for found in reversed(list(_DOI.finditer(text))):
        if _trimmed(found).replace("\\", "").casefold() == doi.casefold():
            text = _joined(text[: found.start()], text[_end(found) :])
    return text


def _end(found: re.Match[str]) -> int:
    """Where the DOI ends in its text; an address's query goes with it."""
    whole = found["doi"]
    if "/" in found["prefix"] and (query := _QUERY.search(whole)):
        tail = len(query[0]) - len(query[0].rstrip(_TAIL))
        return found.end() - tail
    return found.end() - (len(whole) - len(_cut(whole)))


def _cut(doi: str) -> str:
    return without_end(doi, _TAIL, {"(": ")"})


def _joined(before: str, after: str) -> str:
    """What stands around a DOI, ended as a sentence."""
    for opening, closing in ("()", "[]", "<>"):
        if before.endswith(opening) and after.startswith(closing):
            before, after = before[:-1], after[1:]
    before = _OPEN_END.sub("", _BEFORE_ADDRESS.sub("", _OPEN_END.sub("", before)))
    emphasis = _CLOSING_STARS.match(after) if before.count("*") % 2 else None
    stars = emphasis[1] if emphasis else ""
    after = after[emphasis.end() if emphasis else 0 :].lstrip(" .,;/…")
    ended = before.rstrip("*").endswith((".", "?", "!", "…"))
    before = f"{before}{stars}" if ended or not before else f"{before}.{stars}"
    return f"{before} {after}".strip()
