"""What the publication has covered: the studies of all its months."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from newsletter.issue.load import IssueFile


@dataclass(frozen=True)
class Covered:
    """A study that a month has told about."""

    month: str
    title: str
    doi: str | None
    where: str
    """`issues/2022-10.yaml:12`, the line of its title."""


@dataclass(frozen=True)
class Archive:
    """The publication's months and their studies, oldest first."""

    months: tuple[str, ...] = ()
    """Months that have a file, whether it can be read or not."""
    studies: tuple[Covered, ...] = ()
    """Studies of the files that can be read; what is wrong with the others is told there."""

    def before(self, month: str) -> tuple[Covered, ...]:
        """Studies of earlier months."""
        return tuple(study for study in self.studies if study.month < month)


def archive_of(months: Iterable[str], files: Iterable[IssueFile]) -> Archive:
    """The archive of issues that have been loaded."""
    ordered = sorted(files, key=lambda file: file.issue.month)
    return Archive(
        tuple(sorted(months)), tuple(study for file in ordered for study in studies_of(file))
    )


def studies_of(file: IssueFile) -> Iterator[Covered]:
    """The studies of one month."""
    month = file.issue.month
    for index, summary in enumerate(file.issue.summaries):
        line = file.source.key_place("summaries", index, "title").line
        yield Covered(month, summary.title, summary.doi, f"{file.source.path}:{line}")
