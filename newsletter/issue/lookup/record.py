"""What the servers say of a DOI, as they say it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from newsletter.issue.lookup.markup import on_one_line

LONGEST = 5_000
"""Characters of a title or citation; with twenty authors and a long title there are 2,000."""


class Notice(BaseModel):
    """A later publication that changes what the work's standing is: `updated-by`."""

    model_config = ConfigDict(frozen=True)

    kind: str
    """Crossref's word, such as `retraction` or `expression_of_concern`."""
    doi: str = ""
    on: str = ""
    source: str = ""
    """`publisher` or `retraction-watch`."""


class Work(BaseModel):
    """What Crossref's JSON says of a work."""

    model_config = ConfigDict(frozen=True)

    title: str
    """As deposited, with the publisher's markup."""
    year: int | None = None
    notices: tuple[Notice, ...] = ()


class Record(BaseModel):
    """All that was found about a DOI, and when."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    doi: str
    locale: str
    asked_on: date
    work: Work
    citation: str = Field(min_length=1)
    """In APA style, as the server wrote it."""


def _first(value: Any) -> Any:
    """Crossref's titles are lists, in which translations follow."""
    texts = value if isinstance(value, list) else [value]
    return next((text for text in texts if isinstance(text, str) and text.strip()), "")


Text = Annotated[str, BeforeValidator(_first)]


class _Date(BaseModel):
    parts: list[list[int | None]] = Field(default=[], alias="date-parts")


class _Update(BaseModel):
    doi: Text = Field(default="", alias="DOI")
    kind: Text = Field(default="", alias="type")
    source: Text = ""
    updated: _Date | None = None


class _Message(BaseModel):
    title: Text = ""
    subtitle: Text = ""
    issued: _Date | None = None
    published: _Date | None = None
    updates: list[_Update] | None = Field(default=None, alias="updated-by")


class _Answer(BaseModel):
    message: _Message


def read_work(content: bytes) -> Work:
    """What stands in an answer of `/works/DOI`.

    Raises:
        ValueError: where it is none.
    """
    try:
        message = _Answer.model_validate_json(content.removeprefix(b"\xef\xbb\xbf")).message
    except ValidationError as error:
        raise ValueError("this is no record of Crossref's") from error
    title = _whole_title(on_one_line(message.title), on_one_line(message.subtitle))
    if len(title) > LONGEST:
        raise ValueError("this is no title")
    year = next(iter(_numbers(message.issued) or _numbers(message.published)), None)
    notices = tuple(map(_notice, message.updates or ()))
    return Work(title=title, year=year, notices=notices)


def read_citation(content: bytes) -> str:
    """The citation in an answer, which is UTF-8 whatever the answer says of itself.

    Raises:
        ValueError: where it is none.
    """
    text = on_one_line(content.decode("utf-8-sig"))
    if not text or len(text) > LONGEST or text.startswith(("{", "[")) or is_page(content):
        raise ValueError("this is no citation")
    return text


def is_page(content: bytes) -> bool:
    """Whether a server answered with a page for people."""
    return content.removeprefix(b"\xef\xbb\xbf").lstrip()[:9].lower().startswith(
        (b"<!doctype", b"<html", b"<?xml")
    )  # fmt: skip


def _whole_title(title: str, subtitle: str) -> str:
    if not subtitle or subtitle.casefold() in title.casefold():
        return title
    return f"{title} {subtitle}" if title.endswith(("?", "!", ":", "…")) else f"{title}: {subtitle}"


def _numbers(moment: _Date | None) -> list[int]:
    """Year, month and day, as far as they are known."""
    return [part for part in moment.parts[0] if part] if moment and moment.parts else []


def _notice(update: _Update) -> Notice:
    kind = _short(update.kind).lower().replace("-", "_").replace(" ", "_")
    on = "-".join(f"{number:02}" for number in _numbers(update.updated))
    return Notice(kind=kind, doi=_short(update.doi), on=on, source=_short(update.source))


def _short(text: str) -> str:
    return on_one_line(text)[:200]
