"""Studies that have been told before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from newsletter.checks.check import Remark
from newsletter.checks.placeholder_words import is_unwritten
from newsletter.checks.scholarship.titles import is_generic, nearly_same, normalised
from newsletter.checks.subject import Subject
from newsletter.issue import Covered, Summary


def same_doi_before(subject: Subject) -> Iterator[Remark]:
    """A study with the same DOI in an earlier month has been told already."""
    known = {_folded(study): study for study in reversed(_earlier(subject)) if study.doi}
    for index, summary in enumerate(subject.file.issue.summaries):
        before = known.get(_folded(summary))
        if before and summary.doi:
            place = subject.file.source.place("summaries", index, "doi")
            yield Remark(place, f"covered in {_where(before)}; choose another study")


def same_title_before(subject: Subject) -> Iterator[Remark]:
    """The same title as in an earlier month, or nearly so where the DOIs cannot tell them apart.

    Titles are the same despite other capitals, dashes, accents, a slip, a subtitle, or one
    word of many. Where both studies have DOIs, and these differ, only the very same title
    counts, if it is no generic one such as "Psychotherapy for Depression".
    """
    for index, before in _alike(subject):
        if _told_by(subject.file.issue.summaries[index], before) == "title":
            message = f"covered in {_where(before)}? The title is nearly the same"
            yield _at_title(subject, index, message)


def like_title_before(subject: Subject) -> Iterator[Remark]:
    """Nearly the same title as in an earlier month, though the DOIs differ.

    Readers may take it for the same study. Titles of three telling words or fewer, such as
    "Psychotherapy for Depression", are left alone.
    """
    for index, before in _alike(subject):
        summary = subject.file.issue.summaries[index]
        if _told_by(summary, before) == "likeness" and not is_generic(summary.title):
            message = f"the title is nearly that of another study in {_where(before)}"
            yield _at_title(subject, index, message)


def same_study_twice(subject: Subject) -> Iterator[Remark]:
    """One issue tells a study once: by its DOI, its title or its citation."""
    seen: dict[str, int] = {}
    for index, summary in enumerate(subject.file.issue.summaries):
        signs = _signs(summary)
        same = next((what for what, sign in signs.items() if sign in seen), None)
        if same:
            message = f"the same {same} as summary {seen[signs[same]] + 1}; remove one of the two"
            yield _at_title(subject, index, message)
        for sign in signs.values():
            seen.setdefault(sign, index)


def _told_by(summary: Summary, before: Covered) -> Literal["DOI", "title", "likeness"]:
    """What tells whether two studies of like titles are the same."""
    if not (summary.doi and before.doi):
        return "title"
    if _folded(summary) == _folded(before):
        return "DOI"
    same_title = normalised(summary.title) == normalised(before.title)
    return "title" if same_title and not is_generic(summary.title) else "likeness"


def _signs(summary: Summary) -> dict[str, str]:
    written = {
        "title": summary.title,
        "citation": summary.citation or "",
    }
    signs = {what: normalised(text) for what, text in written.items() if not is_unwritten(text)}
    return {what: sign for what, sign in {"DOI": _folded(summary), **signs}.items() if sign}


def _alike(subject: Subject) -> Iterator[tuple[int, Covered]]:
    """Each summary with the first earlier study of nearly the same title."""
    earlier = _earlier(subject)
    titles = [study.title for study in earlier]
    for index, summary in enumerate(subject.file.issue.summaries):
        if is_unwritten(summary.title):
            continue
        for found in nearly_same(summary.title, titles)[:1]:
            yield index, earlier[found]


def _earlier(subject: Subject) -> tuple[Covered, ...]:
    return subject.archive.before(subject.file.issue.month)


def _folded(study: Covered | Summary) -> str:
    return (study.doi or "").casefold()


def _where(before: Covered) -> str:
    return f"{before.month} ({before.where})"


def _at_title(subject: Subject, index: int, message: str) -> Remark:
    return Remark(subject.file.source.place("summaries", index, "title"), message)
