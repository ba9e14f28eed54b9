"""Adding summaries to an issue file, all else in it left byte for byte.

The new entries are set in below the last one. Where the list is written in brackets there
is no such place, and ruamel.yaml's round trip writes the file anew with its comments.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence

from newsletter.issue.compose import entry_lines
from newsletter.issue.load import IssueFile
from newsletter.yaml_source import Mapping as MappingNode
from newsletter.yaml_source import Scalar
from newsletter.yaml_source import Sequence as SequenceNode
from newsletter.yaml_source.text import split_lines

_ALONE = re.compile(r" *-[ \t]*(?:#.*)?")
"""A dash on a line of its own, its entry below."""
_LINE_END = re.compile("\r\n|\r|\n")


def with_summaries(file: IssueFile, entries: Sequence[Mapping[str, str]]) -> str:
    """The file's text with further entries in `summaries`."""
    lines = split_lines(file.source.text)
    dash = _dash(file, lines)
    if dash is None:
        return _round_trip(file.source.text, entries)
    line, lead = dash
    end = max(_end_of_entry(lines, line, len(lead.rstrip()) - 1), _last_quoted(file))
    spaced = _is_spaced(file, lines)
    added: list[str] = []
    for entry in entries:
        added += [*([""] if spaced else []), *entry_lines(entry, lead)]
    newline = found[0] if (found := _LINE_END.search(file.source.text)) else "\n"
    whole = [*lines[:end], *added, *(lines[end:] or [""])]
    return newline.join(whole)


def _dash(file: IssueFile, lines: list[str]) -> tuple[int, str] | None:
    """Index of the last entry's first line and what stands before its first key."""
    node = file.source.node("summaries")
    items = node.items if isinstance(node, SequenceNode) else ()
    if not items or not isinstance(items[-1], MappingNode):
        return None
    line, column = items[-1].place
    lead = lines[line - 1][: column - 1]
    if re.fullmatch(r" *- +", lead):
        return line - 1, lead
    above = next((at for at in range(line - 2, -1, -1) if not _is_blank(lines[at])), 0)
    if lead.strip() or not _ALONE.fullmatch(lines[above]):
        return None
    return above, f"{lines[above].partition('-')[0]}-".ljust(column - 1)


def _is_blank(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _end_of_entry(lines: list[str], start: int, dash: int) -> int:
    """Index behind the last line that stands deeper than the entry's dash."""
    end = start + 1
    for number in range(start + 1, len(lines)):
        line = lines[number]
        if line.strip() and len(line) - len(line.lstrip(" ")) <= dash:
            break
        if line.strip():
            end = number + 1
    return end


def _last_quoted(file: IssueFile) -> int:
    """The last line of the last entry's quotations, which may go on at the file's left edge."""
    last = file.source.node("summaries", len(file.issue.summaries) - 1)
    scalars = [value for _, value in last.pairs] if isinstance(last, MappingNode) else []
    return max(
        (
            each.end_line
            for each in scalars
            if isinstance(each, Scalar) and each.style in ("'", '"')
        ),
        default=0,
    )


def _is_spaced(file: IssueFile, lines: list[str]) -> bool:
    """Whether an empty line stands between entries; of a single entry, assume so."""
    count = len(file.issue.summaries)
    above = file.source.place("summaries", count - 1).line - 2
    return count == 1 or not lines[above].strip()


def _round_trip(text: str, entries: Sequence[Mapping[str, str]]) -> str:
    from ruamel.yaml import YAML
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 10**9
    document = yaml.load(text)
    for entry in entries:
        document["summaries"].append({k: DoubleQuotedScalarString(v) for k, v in entry.items()})
    written = io.StringIO()
    yaml.dump(document, written)
    return written.getvalue()
