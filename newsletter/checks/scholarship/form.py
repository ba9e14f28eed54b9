"""Whether a citation has the parts that APA asks for.

Lenient by design: it accepts a comma for a full stop, titles in any case, journals without
italics, books, chapters, theses, preprints and web pages, and would rather miss a fault than
see one where there is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.checks.check import Remark
from newsletter.checks.placeholder_words import is_unwritten
from newsletter.checks.scholarship.reference import Reference, reference, without_addresses
from newsletter.checks.subject import Subject

_ONLINE = re.compile(
    r"\b(?:advanced?[ ]online[ ]publication|online[ ]first(?:[ ]publication)?|early[ ]view"
    r"|(?:e?pub[ ])?ahead[ ]of[ ]print|(?:article[ ])?in[ ]press)\b[ .:,]*",
    re.IGNORECASE,
)
_BREAK = re.compile(r"(?<=[.?!…])[”\"’')\]]*\s+")
_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_LATIN = re.compile(r"[A-Za-zÀ-ÿ]")
_INITIAL = re.compile(r"\b[A-ZÀ-Þ]\.|\b[A-ZÀ-Þ]{1,3}(?=[, ]|$)")
_WEB_PAGE = re.compile(r"(?:https?://|www\.)(?!(?:dx\.|www\.)?doi\.org)", re.IGNORECASE)
_VOLUME = re.compile(
    r",\s*(?:vol(?:ume)?\.?[ ]*)?[A-Za-z]?\d+(?!\d|st\b|nd\b|rd\b|th\b)|,\s*[IVXLC]+\s*[(,]"
    r"|\d\s*\(\s*\w+[^()]*\)\s*[,:]|\d:[ ]*\w?\d|\bpp?\.[ ]*\w|\barticle[ ]\w*\d",
    re.IGNORECASE,
)
_HOUSE = re.compile(
    r"\b(?:press|publish\w*|publications?|universit\w+|institut\w*|association|verlag|dissertation"
    r"|thesis|preprints?|unpublished|manuscript|conference|symposium|proceedings|\w*rxiv|ssrn|osf)\b"
    r"|(?-i:\bIn:?[ ][A-ZÀ-Þ]|\bEds?\.)",
    re.IGNORECASE,
)
_JOURNAL_IN_LOWER_CASE = re.compile(
    r"(?!(?:an?|the)\b)(?!.*\b(?:stud(?:y|ies)|trials?|systematic|meta)\b)(?=\S+(?:\s+\S+){0,7}\s*$)"
    r".*(?:journal|psych|therap|medic|counsel|clinic|scien|health|behavio|research|annals|revue)",
    re.IGNORECASE,
)
_CLAUSE = 5
"""Words from which on what stands before the date reads as a title rather than a name."""


def incomplete_citation(subject: Subject) -> Iterator[Remark]:
    """A citation has authors, a year in brackets, a title and a source, in this order.

    The source is a journal, a publisher, a university or a web page (APA Publication
    Manual, 7th ed., §9.4). Initials with or without spaces, "et al.", groups as authors,
    "(in press)" and "Advance online publication" are fine.
    """
    for passage in subject.passages:
        if passage.kind != "citation" or is_unwritten(passage.text):
            continue
        missing = list(missing_parts(passage.text, passage.typed))
        if missing:
            message = f"the citation has no {' and no '.join(missing)}"
            yield Remark(passage.place(), f"{message}; APA wants Author, A. (2023). Title. Source")


def missing_parts(text: str, typed: str) -> Iterator[str]:
    """What a citation lacks; `typed` still has the emphasis that is blanked in the text."""
    found = reference(text)
    if found.rest_at is None:
        if found.date_at is not None:
            yield "year in brackets after the authors"
        return
    if not _WORD.search(found.authors):
        yield "authors"
    yield from _after_date(text, typed, found, found.rest_at)


def _after_date(text: str, typed: str, found: Reference, start: int) -> Iterator[str]:
    rest = without_addresses(text)
    is_online = bool(_ONLINE.search(rest, start))
    rest = _ONLINE.sub(lambda notice: " " * len(notice[0]), rest)
    parts = [(rest[begin:end], typed[begin:end]) for begin, end in _parts(rest, start)]
    if not parts:
        yield from ("title", "source")
    elif not _LATIN.search("".join(part for part, _ in parts)):
        return  # the forms of other scripts are unknown here
    elif len(parts) == 1 and not _is_title_with_source(parts[0][0]):
        yield from _beside(*parts[0], found, text, is_online)
    elif len(parts) > 1 and not any(_is_source(*part) for part in parts[1:]):
        yield from () if _is_own_publisher(found, text) else ("source",)


def _parts(text: str, start: int) -> Iterator[tuple[int, int]]:
    """Spans of the sentences after the date: the title, the source, and what follows."""
    ends = [found.end() for found in _BREAK.finditer(text, start)]
    for begin, end in zip([start, *ends], [*ends, len(text)], strict=True):
        if _WORD.search(text[begin:end]):
            yield begin, end


def _beside(part: str, typed: str, found: Reference, text: str, is_online: bool) -> Iterator[str]:
    """What is missing beside the only part there is."""
    is_journal = is_online and (_is_emphasised(typed) or _is_title_case(part))
    if _VOLUME.search(part) or is_journal:
        is_title = len(found.authors.split()) > _CLAUSE and not _INITIAL.search(found.authors)
        yield "authors" if is_title else "title"
    elif not _is_own_publisher(found, text):
        yield "source"


def _is_title_with_source(part: str) -> bool:
    """`A title, A Journal, 12, 1–9`, or a thesis whose university stands in brackets."""
    volume = _VOLUME.search(part)
    _, comma, journal = part[: volume.start() if volume else None].rstrip(" .,").rpartition(",")
    in_brackets = re.findall(r"[\[(][^\[\]()]*[\])]", part)
    return bool(comma and _is_title_case(journal)) or any(map(_HOUSE.search, in_brackets))


def _is_source(part: str, typed: str) -> bool:
    return bool(
        _is_emphasised(typed)
        or _VOLUME.search(part)
        or _HOUSE.search(part)
        or _is_title_case(part)
        or _JOURNAL_IN_LOWER_CASE.match(part.strip(" ."))
    )


def _is_own_publisher(found: Reference, text: str) -> bool:
    """A group publishes its own reports; a web page has its address for a source."""
    is_group = not _INITIAL.search(found.authors) or found.authors.isupper()
    return is_group or bool(_WEB_PAGE.search(text))


def _is_emphasised(typed: str) -> bool:
    return "*" in typed or bool(re.search(r"(?<!\w)_|_(?!\w)", typed))


def _is_title_case(part: str) -> bool:
    words = _WORD.findall(part)
    long = [word for word in words if len(word) > 3] or words
    return bool(words) and words[0][0].isupper() and all(word[0].isupper() for word in long)
