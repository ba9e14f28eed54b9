"""Where something in the rendered mail was written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from newsletter.checks.check import Remark
from newsletter.checks.subject import Subject
from newsletter.yaml_source import Place

TOP = Place(1, 1)
"""Place of what is not in the issue's own file."""


def remark_on(subject: Subject, words: str, message: str) -> Remark:
    """A remark where the words are typed; on line 1 with the file's name where in another."""
    place = words and (_in_issue(subject, words) or _in_issue(subject, unquote(words)))
    if place:
        return Remark(place, message)
    return Remark(TOP, f"{_file_with(subject, words)}: {message}")


def _in_issue(subject: Subject, words: str) -> Place | None:
    """Where a passage, or else any line of the file, has them."""
    for passage in subject.passages:
        if words in passage.typed:
            return passage.place(passage.typed.index(words))
    for number, line in enumerate(subject.file.source.text.splitlines(), 1):
        if words in line:
            return Place(number, line.index(words) + 1)
    return None


def _file_with(subject: Subject, words: str) -> str:
    config = subject.config
    for path in _other_files(subject):
        try:
            if words and words in path.read_text("utf-8"):
                return config.shown(path)
        except (OSError, UnicodeDecodeError):
            continue
    return f"{config.shown(config.templates_path)}/"


def _other_files(subject: Subject) -> Iterator[Path]:
    yield subject.config.file
    yield from sorted(each for each in subject.config.templates_path.rglob("*") if each.is_file())
