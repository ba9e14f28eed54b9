"""Pages in the form of the old blog, made of parts that say what must come out again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path

import pytest

from newsletter.issue.blog import Gathered, gather, read_page

HEADER = """\
Blog
This network tells clinicians about research each month.
This month...

{standing}
Type of Research
Topics
- ALL Topics (clear)
- Empathy
- Training
"""
MONTHS = (
    "January February March April May June July August September October November December"
).split()
LONG = (
    "The team asked therapists and patients about the same session, and compared what they said. "
    "Where the two agreed, patients came back more often; the size of that link was r = .28, "
    "95% CI [.15, .40], which is neither trivial nor large. "
)


@dataclass(frozen=True)
class Told:
    """An article as a page shows it."""

    title: str
    citation: str = ""
    """As the page has it, DOI included."""
    summary: tuple[str, ...] = (LONG * 3,)
    implications: tuple[str, ...] = (LONG,)
    heading: str = "Practice Implications"
    twice: bool = False
    """Whether the page sets the title twice."""

    @property
    def lines(self) -> list[str]:
        return [
            self.title,
            *([self.title] if self.twice else []),
            *([self.citation] if self.citation else []),
            *self.summary,
            self.heading,
            *self.implications,
        ]

    def but(self, **changes: object) -> Told:
        """The same article with something else."""
        return replace(self, **changes)  # type: ignore[arg-type]


Shown = Sequence[tuple[str, Sequence[Told]]]
"""Months such as `2023-12` and what a page shows of them."""


def month_name(month: str) -> str:
    return f"{MONTHS[int(month[5:]) - 1]} {month[:4]}"


def page_text(shown: Shown, *, standing: str = "", gap: str = "\n") -> str:
    """A page as saved text."""
    lines = []
    for month, articles in shown:
        lines += [month_name(month), *(line for each in articles for line in each.lines)]
    return HEADER.format(standing=standing or "…I blog about whatever it was.") + gap.join(lines)


def page_html(shown: Shown, *, standing: str = "") -> str:
    """A page as saved HTML, with a menu and a footer around it."""
    header = page_text([], standing=standing).splitlines()
    parts = [f"<p>{escape(line)}</p>" for line in header if line]
    for month, articles in shown:
        parts.append(f"<h2>{month_name(month)}</h2>")
        for article in articles:
            title, *rest = article.lines
            parts.append(f"<h3>{escape(title)}</h3>")
            parts += [f"<p>\n  {escape(line)}\n</p>" for line in rest]
    body = "\n".join(parts)
    return (
        "<!doctype html><html><head><title>Blog</title><style>p{}</style></head><body>"
        f"<nav><ul><li>Home</li></ul></nav><div>{body}</div>"
        "<footer><p>All rights reserved</p></footer><script>var x = '<p>no</p>'</script></body>"
    )


@pytest.fixture
def told() -> Callable[..., Told]:
    """Makes an article."""
    return Told


@pytest.fixture
def importing(tmp_path: Path) -> Callable[..., Gathered]:
    """Gathers pages given as texts."""

    def gathering(*pages: str | bytes, ending: str = "txt") -> Gathered:
        read = []
        for number, content in enumerate(pages, 1):
            path = tmp_path / f"page-{number}.{ending}"
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            read.append(read_page(path, path.name))
        return gather(read)

    return gathering


@pytest.fixture
def text_of() -> Callable[..., str]:
    """Makes the text of a page."""
    return page_text


@pytest.fixture
def html_of() -> Callable[..., str]:
    """Makes the HTML of a page."""
    return page_html
