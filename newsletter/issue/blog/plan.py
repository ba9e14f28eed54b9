"""What is to be written: each gathered month beside the file it has, or has not yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from newsletter.config import Config
from newsletter.errors import RefusedSource
from newsletter.issue.blog.articles import Article
from newsletter.issue.blog.compare import Difference, differences, missing_articles
from newsletter.issue.blog.gather import Gathered
from newsletter.issue.blog.merge import with_summaries
from newsletter.issue.compose import SCHEMA_FILE, issue_lines, schema_address
from newsletter.issue.load import load_issue

Action = Literal["created", "unchanged", "differs", "merged"]


@dataclass(frozen=True)
class MonthPlan:
    """One month, and what becomes of its file."""

    month: str
    path: Path
    action: Action
    articles: tuple[Article, ...]
    differences: tuple[Difference, ...] = ()
    """What the file will still have otherwise than the pages."""
    content: bytes | None = None
    """What is to be written, if anything is."""


def plan(gathered: Gathered, folder: Path, config: Config, *, merge: bool) -> list[MonthPlan]:
    """Every month, oldest first; nothing is written yet."""
    return [
        _month_plan(month, gathered, folder / f"{month}.yaml", config, merge=merge)
        for month in gathered.months
    ]


def _month_plan(
    month: str, gathered: Gathered, path: Path, config: Config, *, merge: bool
) -> MonthPlan:
    articles = gathered.months[month]
    line = gathered.intros.get(month)
    intro = line.as_prose if line else None
    if not path.exists():
        lines = _new_file(month, intro, articles, path, config)
        content = "\n".join(lines).encode() + b"\n"
        return MonthPlan(month, path, "created", articles, content=content)
    try:
        file = load_issue(path, config)
    except RefusedSource as error:
        broken = tuple(Difference(f.line, f.column, f.message) for f in error.findings)
        return MonthPlan(month, path, "differs", articles, broken)
    different = tuple(differences(articles, intro, file))
    missing = missing_articles(articles, file)
    if not different:
        return MonthPlan(month, path, "unchanged", articles)
    if not merge or not missing:
        return MonthPlan(month, path, "differs", articles, different)
    kept = tuple(article for article in articles if article not in missing)
    content = with_summaries(file, [_entry(article) for article in missing]).encode()
    bom = b"\xef\xbb\xbf" if path.read_bytes().startswith(b"\xef\xbb\xbf") else b""
    still = tuple(differences(kept, intro, file))
    return MonthPlan(month, path, "merged", articles, still, bom + content)


def _new_file(
    month: str, intro: str | None, articles: tuple[Article, ...], path: Path, config: Config
) -> Iterator[str]:
    values = {"month": month} | ({"intro": intro} if intro else {})
    has_schema = (config.root / SCHEMA_FILE).is_file()
    schema = schema_address(path, config) if has_schema else ""
    yield from issue_lines(values, [_entry(article) for article in articles], schema=schema)


def _entry(article: Article) -> dict[str, str]:
    values = {
        "title": article.title,
        "citation": article.citation,
        "doi": article.doi,
        "summary": article.summary,
        "practice_implications": article.practice_implications,
    }
    return {key: value for key, value in values.items() if value}
