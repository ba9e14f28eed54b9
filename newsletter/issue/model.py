"""An issue as its file says it: frozen models, checked when they are read."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from newsletter.config import Language, Line
from newsletter.config.values import Link, parsed
from newsletter.issue.doi import normalise_doi

MONTH = re.compile(r"(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])")

_MOMENT = re.compile(rf"{MONTH.pattern}-[0-9]{{2}}[ T][0-9]{{2}}:[0-9]{{2}}")


def _month(text: str) -> str:
    if not MONTH.fullmatch(text):
        raise ValueError(f"'{text}' is not a month; write one such as 2023-12")
    return text


def _text(text: str) -> str:
    return text.rstrip().lstrip("\n")


def _moment(text: str) -> datetime:
    problem = f"'{text}' is not a date and time; write them as 2023-12-05 09:00"
    if not _MOMENT.fullmatch(text):
        raise ValueError(problem)
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(problem) from error


Text = Annotated[str, AfterValidator(_text)]
Month = Annotated[Line, AfterValidator(_month)]
Doi = Annotated[Line, AfterValidator(normalise_doi)]
Moment = Annotated[datetime, parsed(datetime, _moment)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Summary(_Part):
    """One published study, told for practitioners."""

    title: Line = Field(description="Headline of the summary. Emphasis (*…*) is allowed.")
    citation: Line | None = Field(
        default=None, description="The study's reference in APA style, without its DOI."
    )
    doi: Doi | None = Field(
        default=None, description="The study's DOI, such as 10.1037/cou0000708."
    )
    link: Link | None = Field(default=None, description="Web address, for a study without a DOI.")
    research_type: Line | None = Field(default=None, description="Kind of study.")
    topics: tuple[Line, ...] = Field(default=(), description="What the study is about.")
    summary: Text = Field(description="What was done and found, in Markdown.")
    practice_implications: Text = Field(description="What it means for practice, in Markdown.")


class Issue(_Part):
    """One month of the digest."""

    month: Month = Field(description="The month, as in the file's name: 2023-12.")
    subject: Line | None = Field(
        default=None, description="Subject line. Default: the publication's name and the month."
    )
    preheader: Line | None = Field(
        default=None,
        description="Text shown after the subject in an inbox. "
        "Default: the intro's first sentence, else the titles.",
    )
    intro: Text | None = Field(default=None, description="Opening words, in Markdown.")
    language: Language | None = Field(
        default=None, description="Language tag. Default: the publication's."
    )
    send_at: Moment | None = Field(
        default=None,
        description="When it goes out, such as 2023-12-05 09:00, in the publication's time "
        "zone. Default: the schedule's day and time in that month.",
    )
    summaries: tuple[Summary, ...] = Field(
        min_length=1, description="The studies of the month; two or three."
    )

    @property
    def year(self) -> int:
        """Calendar year of the month."""
        return int(self.month[:4])

    @property
    def month_number(self) -> int:
        """1 for January."""
        return int(self.month[5:])
