"""DOIs that will not resolve, and DOIs in places where they do not belong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote

from newsletter.checks.check import Remark
from newsletter.checks.passages import Passage
from newsletter.checks.subject import Subject
from newsletter.issue import Summary
from newsletter.issue.doi import without_end

_DOI = re.compile(r"(?<![\d.])10\.\d{4,9}(?:\.\d+)*/[^\s<>\"“”]+")
_PAIRS = {"(": ")", "[": "]", "{": "}", "<": ">"}
_ENDS = ".,;:'’"


class _Sign(NamedTuple):
    """What a DOI has that makes it wrong."""

    pattern: re.Pattern[str]
    advice: str


_SIGNS = (
    _Sign(
        re.compile(
            r"/(?:e?pdf|full|fulltext|abstract|summary|html?|meta|references|citations?)(?:/.*)?$"
            r"|\.(?:e?pdf|html?|full|short|abstract|supp)$",
            re.IGNORECASE,
        ),
        "'{}' belongs to the page's address, not to the DOI; remove it",
    ),
    _Sign(re.compile(r"\?.*|#.+"), "'{}' belongs to the page's address, not to the DOI; remove it"),
    _Sign(re.compile(r"https?:.*|doi\.org.*|\b10\.\d{4,9}/.*"), "two addresses in one; keep one"),
    _Sign(re.compile(r"…|\.\.\."), "'{}' stands for the rest; write the whole DOI"),
    _Sign(re.compile(r"[–—−‐‑]"), "'{}' is a typographic dash; type a hyphen"),
    _Sign(re.compile(r"[\"'“”’‘*\\|^`]"), "'{}' occurs in no DOI; remove it"),
    _Sign(re.compile(r"[^\x21-\x7e]+"), "'{}' occurs in no DOI; type it anew"),
    _Sign(re.compile(r"[-_/:.]$"), "it ends in '{}'; is the rest missing?"),
)


def doubtful_doi(subject: Subject) -> Iterator[Remark]:
    """A DOI copied with a piece of its page's address, or without its end, leads nowhere.

    Told are tails such as `/full`, `.pdf` and `?journalCode=…`, brackets without their
    partner, typographic dashes and quotation marks, and ends that look cut off.
    """
    for index, summary in enumerate(subject.file.issue.summaries):
        for wrong in _wrong_with(summary.doi) if summary.doi else ():
            place = subject.file.source.place("summaries", index, "doi")
            yield Remark(place, f"the DOI '{summary.doi}' will not resolve: {wrong}")
            break


def _wrong_with(doi: str) -> Iterator[str]:
    for sign in _SIGNS:
        found = sign.pattern.search(doi, doi.index("/") + 1)
        if found:
            yield sign.advice.format(found[0])
    for opening, closing in _PAIRS.items():
        if doi.count(opening) != doi.count(closing):
            yield f"its '{opening}{closing}' do not pair; complete or remove them"


def doi_in_citation(subject: Subject) -> Iterator[Remark]:
    """A DOI stands in `doi`, whose address the template prints; in the citation it is twice.

    A `link` to doi.org is a DOI as well.
    """
    source = subject.file.source
    for summary, passage in _citations(subject):
        own = _folded(summary.doi)
        at = next((at for at, doi in dois_in(passage.text) if own in ("", _folded(doi))), None)
        if at is not None:
            what = "remove it, 'doi' has it already" if own else "move it to 'doi'"
            yield Remark(passage.place(at), f"a DOI stands in the citation; {what}")
    for index, summary in enumerate(subject.file.issue.summaries):
        if not summary.doi and dois_in(unquote(summary.link or "")):
            place = source.place("summaries", index, "link")
            yield Remark(place, "this link is a DOI; write it as 'doi'")


def _citations(subject: Subject) -> Iterator[tuple[Summary, Passage]]:
    for passage in subject.passages:
        if passage.kind == "citation" and passage.study is not None:
            yield subject.file.issue.summaries[passage.study], passage


def other_doi_in_citation(subject: Subject) -> Iterator[Remark]:
    """Where the citation holds another DOI than `doi`, one of them is another study's."""
    for summary, passage in _citations(subject):
        for at, other in _others(summary, passage.text):
            message = f"the citation's DOI '{other}' is not '{summary.doi}'; which is right?"
            yield Remark(passage.place(at), message)


def _others(summary: Summary, citation: str) -> Iterator[tuple[int, str]]:
    for at, doi in dois_in(citation):
        if summary.doi and _folded(doi) != _folded(summary.doi):
            yield at, doi


def dois_in(text: str) -> list[tuple[int, str]]:
    """Each DOI in a text, with its offset; none of the signs that end a sentence belong to it."""
    return [(found.start(), without_end(found[0], _ENDS, _PAIRS)) for found in _DOI.finditer(text)]


def _folded(doi: str | None) -> str:
    """DOIs do not differ by case (ISO 26324)."""
    return unquote(doi or "").casefold()
