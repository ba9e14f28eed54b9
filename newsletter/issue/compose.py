"""An issue as YAML that an author would have typed.

Long titles and citations are folded, texts stand in literal blocks with a paragraph a line,
so that what is read back is to the letter what was given.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import wrap

import yaml

from newsletter.config import Config

WIDTH = 88
"""Columns at which folded text is wrapped."""
SCHEMA_FILE = "schema/issue.schema.json"
"""Where a publication keeps the schema of its issues."""
PROSE = frozenset({"intro", "summary", "practice_implications"})
"""Keys whose texts have paragraphs."""

_UNFOLDABLE = re.compile(r"[ ]{2}|[^\S ]|^ | $")
"""White space that folding would change."""


def issue_lines(
    values: Mapping[str, str], summaries: Sequence[Mapping[str, str]], *, schema: str = ""
) -> Iterator[str]:
    """A whole file: the month's own keys, then its summaries.

    `schema` is the address of the JSON Schema, for editors with yaml-language-server.
    """
    if schema:
        yield schema_comment(schema)
    yield from mapping_lines(values)
    yield "summaries:"
    for number, summary in enumerate(summaries):
        if number:
            yield ""
        yield from entry_lines(summary, "  - ")


def schema_address(path: Path, config: Config) -> str:
    """The publication's schema as an issue file names it."""
    schema = config.root / SCHEMA_FILE
    return Path(os.path.relpath(schema, path.absolute().parent)).as_posix()


def schema_comment(schema: str) -> str:
    """The line by which editors find the schema of a file."""
    return f"# yaml-language-server: $schema={schema}"


def entry_lines(values: Mapping[str, str], dash: str) -> Iterator[str]:
    """An entry of a list; `dash` is all that stands before its first key."""
    for number, line in enumerate(mapping_lines(values, WIDTH - len(dash))):
        lead = " " * len(dash) if number else dash
        yield f"{lead}{line}".rstrip() if line else ""


def mapping_lines(values: Mapping[str, str], width: int = WIDTH) -> Iterator[str]:
    """Keys and values, a key a line or more."""
    for key, text in values.items():
        yield from _pair(key, text, width)


def _pair(key: str, text: str, width: int) -> Iterator[str]:
    if key in PROSE:
        yield f"{key}: |"
        yield from (f"  {line}" if line else "" for line in text.strip("\n").split("\n"))
        return
    short = f"{key}: {quoted(text)}"
    if len(short) <= width or _UNFOLDABLE.search(text):
        yield short
        return
    yield f"{key}: >-"
    lines = wrap(text, width - 2, break_long_words=False, break_on_hyphens=False)
    yield from (f"  {line}" for line in lines)


def quoted(text: str) -> str:
    """A text on one line, in quotes where YAML would take it for something else."""
    dumped: str = yaml.safe_dump(text, width=float("inf"), allow_unicode=True)
    return dumped.removesuffix("\n").removesuffix("\n...")
