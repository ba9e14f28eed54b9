"""Whether readers can find the study itself."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.checks.check import Remark
from newsletter.checks.scholarship.dois import dois_in
from newsletter.checks.subject import Subject


def missing_citation(subject: Subject) -> Iterator[Remark]:
    """A summary without a citation tells of a study that nobody can look up."""
    for index, summary in enumerate(subject.file.issue.summaries):
        if not summary.citation:
            place = subject.file.source.key_place("summaries", index, "title")
            yield Remark(place, "no citation; add the study's reference in APA style")


def no_way_to_the_study(subject: Subject) -> Iterator[Remark]:
    """Readers open a study by its DOI, or by a link where it has none."""
    for index, summary in enumerate(subject.file.issue.summaries):
        if not summary.doi and not summary.link and not dois_in(summary.citation or ""):
            place = subject.file.source.key_place("summaries", index, "title")
            yield Remark(place, "no DOI and no link; add 'doi', or 'link' where there is none")
