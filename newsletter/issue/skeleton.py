"""A new month's file: every key explained, and a TODO for each text to be written.

It passes the loader as it is. `check` refuses it until the last TODO is gone, since a
placeholder that is left is an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

import yaml

from newsletter.config import Config
from newsletter.issue.compose import WIDTH, mapping_lines, schema_comment
from newsletter.issue.lookup import Study, is_grave, notice_lines
from newsletter.issue.model import Issue, Summary
from newsletter.issue.planned import scheduled_day

_NONE = Study(doi="")
_USUAL = (_NONE, _NONE)
_HOW = (
    "Write over each TODO. 'newsletter check {month}' lists what is left, and 'newsletter "
    "preview {month}' shows what readers will get. Lines that begin with # are yours alone."
)
_TODO = {
    "subject": "TODO what this month is about",
    "intro": "TODO what the studies of this month have in common",
    "title": "TODO the headline",
    "citation": "TODO the reference in APA style",
    "summary": "TODO what was done and found",
    "practice_implications": "TODO what it means for practice",
}


def skeleton(month: str, studies: Sequence[Study], config: Config, schema: str) -> str:
    """The text of a month's file, with what is known of its studies.

    `schema` is the address of the JSON Schema as seen from the file.
    """
    return "\n".join(_lines(month, studies or _USUAL, config, schema)) + "\n"


def _lines(month: str, studies: Sequence[Study], config: Config, schema: str) -> Iterator[str]:
    yield schema_comment(schema)
    yield from _comment(_HOW.format(month=month))
    for key in Issue.model_fields:
        yield ""
        yield from _explanation(Issue, key)
        yield from _MONTH_LINES.get(key, _to_be_written)(key, month, config)
    for number, study in enumerate(studies):
        if number:
            yield ""
        yield from _entry(study, config, explain=not number)


def _to_be_written(key: str, _: str, __: Config) -> Iterator[str]:
    return mapping_lines({key: _TODO[key]})


def _month(key: str, month: str, _: Config) -> Iterator[str]:
    yield f"{key}: {month}"


def _preheader(key: str, _: str, __: Config) -> Iterator[str]:
    yield f"# {key}:"


def _language(key: str, _: str, config: Config) -> Iterator[str]:
    yield f"# {key}: {config.language}"


def _send_at(key: str, month: str, config: Config) -> Iterator[str]:
    """What the schedule says, to be changed where it does not fit."""
    year, number = map(int, month.split("-"))
    day = scheduled_day(year, number, config.schedule.day)
    yield f"# {key}: {day} {config.schedule.time:%H:%M}"


def _summaries(key: str, _: str, __: Config) -> Iterator[str]:
    yield f"{key}:"


_MONTH_LINES = {
    "month": _month,
    "preheader": _preheader,
    "language": _language,
    "send_at": _send_at,
    "summaries": _summaries,
}
"""How keys begin that are not to be written in any case."""


def _entry(study: Study, config: Config, *, explain: bool) -> Iterator[str]:
    """A summary; `- ` stands before its first key, whatever comments come before that."""
    grave = filter(is_grave, study.notices)
    for sentence in notice_lines(grave):
        yield from _comment(sentence, "    ")
    for key in Summary.model_fields:
        if explain:
            yield from (f"    {line}" for line in _explanation(Summary, key, WIDTH - 4))
        lead = "  - " if key == "title" else "    "
        for number, line in enumerate(_study_lines(key, study, config, in_full=explain)):
            yield f"{'    ' if number else lead}{line}"


def _study_lines(key: str, study: Study, config: Config, *, in_full: bool) -> Iterator[str]:
    known = getattr(study, key, "")
    if known or key in _TODO:
        yield from mapping_lines({key: known or _TODO[key]}, WIDTH - 4)
    elif key == "topics":
        yield from _topics(key, config.topics if in_full else ())
    else:
        if key == "research_type" and config.research_types and in_full:
            yield from _comment(f"One of: {', '.join(config.research_types)}.", "", WIDTH - 4)
        yield f"{key}:" if key == "doi" else f"# {key}:"


def _topics(key: str, choices: Sequence[str]) -> Iterator[str]:
    """A list of all topics, to be shortened; a comment, since not all can fit."""
    if choices:
        yield "# Keep those that fit, and take the # away."
    listed = yaml.safe_dump(
        list(choices), default_flow_style=True, width=float("inf"), allow_unicode=True
    )
    lines = wrap(f"{key}: {listed}", WIDTH - 8, break_long_words=False, break_on_hyphens=False)
    yield from (f"# {'  ' if number else ''}{line}" for number, line in enumerate(lines))


def _explanation(model: type[Issue | Summary], key: str, width: int = WIDTH) -> Iterator[str]:
    return _comment(model.model_fields[key].description or "", "", width)


def _comment(text: str, indent: str = "", width: int = WIDTH) -> Iterator[str]:
    room = width - len(indent) - len("# ")
    lines = wrap(text, room, break_long_words=False, break_on_hyphens=False)
    return (f"{indent}# {line}" for line in lines)
