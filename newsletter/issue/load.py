"""An issue file → an `Issue`, or every reason why not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from newsletter.config import Config
from newsletter.errors import RefusedSource
from newsletter.issue.model import MONTH, Issue
from newsletter.suggest import did_you_mean
from newsletter.yaml_source import (
    MAX_FINDINGS,
    Finding,
    Node,
    Scalar,
    Sequence,
    Source,
    in_order,
    read_source,
    validate,
)


@dataclass(frozen=True)
class IssueFile:
    """An issue together with where each part of it stands in its file."""

    path: Path
    source: Source
    issue: Issue


def load_issue(path: Path, config: Config) -> IssueFile:
    """Read one month's file.

    Raises:
        RefusedSource: with all problems of the file, in the order of their places.
    """
    source = read_source(path, config.shown(path))
    issue, findings = validate(Issue, source, _is_blank)
    findings += _month_findings(source, path)
    findings += islice(_vocabulary_findings(source, config), MAX_FINDINGS)
    if issue is None or findings:
        raise RefusedSource(in_order(findings))
    return IssueFile(path, source, issue)


def _is_blank(scalar: Scalar) -> bool:
    return not scalar.text.strip()


def _month_findings(source: Source, path: Path) -> Iterator[Finding]:
    node = source.node("month")
    month = node.text.strip() if isinstance(node, Scalar) else ""
    if node and MONTH.fullmatch(month) and path.name != f"{month}.yaml":
        message = (
            f"month {month} does not agree with the file name {path.name}; "
            f"change the month, or rename the file to {month}.yaml"
        )
        yield source.finding(message, node.place)


def _vocabulary_findings(source: Source, config: Config) -> Iterator[Finding]:
    summaries = source.node("summaries")
    count = len(summaries.items) if isinstance(summaries, Sequence) else 0
    for index in range(count):
        kind = source.node("summaries", index, "research_type")
        topics = source.node("summaries", index, "topics")
        entries = topics.items if isinstance(topics, Sequence) else ()
        yield from _unknown(source, "research type", [kind], config.research_types)
        split = _split_topic(entries, config.topics)
        if split:
            message = f"'{split}' has commas in it; put quotes around the whole"
            yield source.finding(message, entries[0].place)
        else:
            yield from _unknown(source, "topic", entries, config.topics)


def _split_topic(entries: tuple[Node, ...], known: tuple[str, ...]) -> str:
    """A known topic whose commas split it into several entries of a `[…]` list, or nothing."""
    texts = [entry.text.strip() for entry in entries if isinstance(entry, Scalar)]
    written = ", ".join(texts)
    split = (topic for topic in known if ", " in topic and topic not in texts)
    return next((topic for topic in split if topic in written), "")


def _unknown(
    source: Source, what: str, nodes: Iterable[object], known: tuple[str, ...]
) -> Iterator[Finding]:
    for node in nodes:
        if known and isinstance(node, Scalar) and node.text.strip() not in ("", *known):
            hint = did_you_mean(node.text.strip(), known) or "; the configuration lists them"
            yield source.finding(f"unknown {what} '{node.text.strip()}'{hint}", node.place)
