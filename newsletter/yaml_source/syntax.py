"""libyaml's complaints, retold for an author.

libyaml names the place where it gave up; the slip is often earlier: at the bracket or the
quotation mark that was never closed, or on the line whose colon is missing. One table says
which of its two marks to trust and how to put it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import yaml

from newsletter.yaml_source.finding import Place
from newsletter.yaml_source.nodes import Scalar


class _Rule(NamedTuple):
    problem: str
    """A regular expression for "context: problem"."""
    at_context: bool
    """Whether the slip is where the construct began, not where it broke."""
    message: str


_RULES = (
    _Rule("tab character", False, "a tab cannot indent YAML; use spaces"),
    _Rule("quoted scalar: found unexpected end", True,
          "this quotation mark is never closed; close it"),
    _Rule("unknown escape|hexdecimal|Unicode character escape", False,
          "a backslash in double quotes starts an escape; use single quotes, or write \\\\"),
    _Rule("flow sequence", True, "this '[' is not closed as it should be; close it with ']'"),
    _Rule("flow mapping", True, "this '{' is not closed as it should be; close it with '}'"),
    _Rule("simple key: could not find expected ':'", True,
          "expected 'key: value'; a colon is missing, or this text needs more indentation"),
    _Rule("mapping values are not allowed", False,
          "a ': ' is not expected here; put a value that holds a colon in quotes, "
          "and check the indentation"),
    _Rule("alias|anchor", True, "text that begins with '*' or '&' needs quotes"),
    _Rule("parsing a block collection: did not find expected '-'", False,
          "this line is indented differently from the list it is in; align it"),
    _Rule("block mapping: did not find expected key", False,
          "this line does not fit the ones above; check indentation and quotation marks"),
    _Rule("incompatible YAML document|directive", False, "remove the line that begins with '%'"),
    _Rule("document start", False, "nothing may follow the end of the document; remove the '...'"),
    _Rule("expected node content", False, "lists are nested too deeply here"),
)  # fmt: skip
_UNFIT = "text that begins with '{}' needs quotes"
_NO_SPACE = re.compile(r"^(\s*(?:- +)?)([a-z_]+):(?=[^\s:/])")


def explain(error: yaml.MarkedYAMLError, text: str, last: Scalar | None) -> tuple[Place, str]:
    """Place and sentence for a syntax error; `last` is the scalar read before it."""
    complaint = f"{error.context}: {error.problem}"
    at = _place(error.problem_mark)
    lines = text.splitlines()
    return (
        _tab(complaint, at, lines)
        or _unclosed_quote(at, last)
        or _missing_space(complaint, at, lines)
        or _unfit_start(complaint, at, lines)
        or _by_rule(complaint, error)
    )


def _by_rule(complaint: str, error: yaml.MarkedYAMLError) -> tuple[Place, str]:
    for rule in _RULES:
        if re.search(rule.problem, complaint):
            mark = error.context_mark if rule.at_context else error.problem_mark
            return _place(mark or error.problem_mark), rule.message
    return _place(error.problem_mark), f"this is not YAML: {error.problem}"


def _tab(complaint: str, at: Place, lines: list[str]) -> tuple[Place, str] | None:
    if "cannot start any token" in complaint and _char(at, lines) == "\t":
        return at, "a tab cannot indent YAML; use spaces"
    return None


def _unclosed_quote(at: Place, last: Scalar | None) -> tuple[Place, str] | None:
    """A quote that swallowed lines and ended at the next quote, where the parser stumbled."""
    if last and last.style in ("'", '"') and last.place.line < last.end_line == at.line:
        return last.place, (
            f"the quotation that begins here ends on line {at.line}; close it, "
            "or write '' for an apostrophe within single quotes"
        )
    return None


def _missing_space(complaint: str, at: Place, lines: list[str]) -> tuple[Place, str] | None:
    if "mapping values" not in complaint:
        return None
    for number in (at.line - 1, at.line):
        line = lines[number - 1] if 0 < number <= len(lines) else ""
        match = _NO_SPACE.match(line)
        if match:
            key = match[2]
            return Place(number, len(match[1]) + 1), f"a space is missing after '{key}:'"
    return None


def _unfit_start(complaint: str, at: Place, lines: list[str]) -> tuple[Place, str] | None:
    if "cannot start any token" in complaint:
        return at, _UNFIT.format(_char(at, lines))
    return None


def _char(at: Place, lines: list[str]) -> str:
    line = lines[at.line - 1] if at.line <= len(lines) else ""
    return line[at.column - 1 : at.column]


def _place(mark: yaml.error.Mark | None) -> Place:
    return Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
