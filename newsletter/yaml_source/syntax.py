"""libyaml's complaints, retold for an author.

libyaml names the place where it gave up; the slip is often earlier: at the bracket or the
quotation mark that was never closed, or on the line whose colon is missing. `_READERS` look
for such slips in the lines themselves; what they do not know, one table puts into words.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import yaml

from newsletter.yaml_source.builder import TOO_DEEP, Builder, place_of
from newsletter.yaml_source.finding import Place
from newsletter.yaml_source.nodes import Mapping, Scalar
from newsletter.yaml_source.quotation import swallowed_key, unclosed_before
from newsletter.yaml_source.slip import Slip, Told, indent_of

_NEEDS_QUOTES = "text that begins with '{}' needs quotes"
_TAB = "a tab cannot indent YAML; use spaces"
_OPEN_QUOTE = "this quotation mark is never closed; close it"
_NO_COLON = "expected 'key: value'; a colon is missing, or this text needs more indentation"
_NOT_ALIGNED = "this line is not aligned with the ones around it; indent it like them"
_READ_ON = (
    "this line is read as part of the text above; indent it like the other keys, "
    "or put the whole text in quotes if the ':' belongs to it"
)
_COLON = "a ': ' within a text needs quotes around the text"
_NO_SPACE_AFTER_KEY = re.compile(r"( *(?:- +)?)([a-z_]+):(?=[^ \t:/])")
_NO_SPACE_AFTER_DASH = re.compile(r"( *)-(?=[\w\"'])")
_VALUE = re.compile(r" *(?:- +)*(?:[\w-]+: +)?")


class _Rule(NamedTuple):
    complaint: str
    """A regular expression for libyaml's "context: problem"."""
    at_start: bool
    """Whether the slip is where the construct began, not where it broke."""
    message: str
    """The sentence; `{char}` is the character at the place."""


_RULES = (
    _Rule("quoted scalar: found unexpected (end|document)", True, _OPEN_QUOTE),
    _Rule("simple key: could not find expected ':'", True, _NO_COLON),
    _Rule("alias|anchor| tag|mapping keys|block sequence entries|indentation indicator", True,
          _NEEDS_QUOTES.format("{char}")),
    _Rule("expected comment or line break", True,
          "text after '{char}' must begin on the next line, indented; "
          "or put text that begins with '{char}' in quotes"),
    _Rule("expected '-'", False,
          "this line does not fit the list it is in; begin it with '- ', "
          "or align it with the lines of its entry"),
    _Rule("unexpected ':'", False, "text with a ':' within brackets needs quotes"),
    _Rule("directive", True, "remove the line that begins with '%'"),
    _Rule("maximum nesting depth", False, TOO_DEEP),
    _Rule("expected node content", False,
          "a value is missing before this '{char}'; put text that begins with it in quotes"),
)  # fmt: skip

_OPEN_BRACKET = {
    "sequence": "this '[' is not closed as it should be; close it with ']'",
    "mapping": "this '{' is not closed as it should be; close it with '}'",
}
_STRAY = {
    "]": "this ']' closes nothing; remove it, or put the text in quotes",
    "}": "this '}' closes nothing; remove it, or put the text in quotes",
    "-": "this '-' is not aligned with the other entries of its list; indent it like them",
    ":": "a key is missing before this ':'",
}
"""What is out of place where libyaml expected a key."""


def explain(error: yaml.MarkedYAMLError, builder: Builder) -> Told:
    """Place and sentence for a syntax error; `builder` was fed what came before it."""
    at = place_of(error.problem_mark, builder.lines)
    start = place_of(error.context_mark, builder.lines) if error.context_mark else at
    slip = Slip(f"{error.context}: {error.problem}", at, start, builder)
    return next(
        (told for read in _READERS if (told := read(slip))),
        (at, f"this is not YAML: {error.problem}"),
    )


def _tab(slip: Slip) -> Told | None:
    bad_start = "cannot start any token" in slip.complaint and slip.char(slip.at) == "\t"
    return (slip.at, _TAB) if bad_start or "tab character" in slip.complaint else None


def _no_break_space(slip: Slip) -> Told | None:
    """Indentation copied from a web page."""
    for number in (slip.start.line, slip.at.line):
        line = slip.line(number)
        plain = len(line) - len(line.lstrip(" "))
        odd = line[plain : plain + 1]
        if odd.isspace() and odd != "\t":
            return Place(number, plain + 1), "a no-break space cannot indent YAML; use plain spaces"
    return None


def _swallowing_quote(slip: Slip) -> Told | None:
    """A quotation that broke on a later line, behind keys that it should not hold."""
    if "quoted scalar" not in slip.complaint:
        return None
    column = indent_of(slip.line(slip.start.line))
    key = swallowed_key(slip.builder.lines, slip.start.line, slip.at.line, column)
    return (slip.start, unclosed_before(key)) if key else None


def _escape(slip: Slip) -> Told | None:
    if not re.search("unknown escape|hexdecimal|Unicode character escape", slip.complaint):
        return None
    backslash = slip.line(slip.at.line).rfind("\\", 0, slip.at.column)
    return Place(slip.at.line, backslash + 1), (
        "a backslash in double quotes starts an escape; use single quotes, or write \\\\"
    )


def _ended_quote(slip: Slip) -> Told | None:
    """A quotation that ended at a quotation mark within the text."""
    last = slip.builder.last_scalar
    if not last or last.style not in ("'", '"') or last.end_line != slip.at.line:
        return None
    if last.place.line < last.end_line:
        return last.place, (
            f"the quotation that begins here ends on line {last.end_line}; close it, "
            "or write '' for an apostrophe within single quotes"
        )
    if "expected key" not in slip.complaint and "expected '-'" not in slip.complaint:
        return None
    doubled = "''" if last.style == "'" else '\\"'
    return slip.at, (
        f"the quotation ends before this; write {doubled} for a quotation mark within it, "
        "or put the whole text in quotes"
    )


def _no_space(slip: Slip) -> Told | None:
    """`title:Word` and `-title: Word`."""
    for number in _suspects(slip):
        line = slip.line(number)
        key, dash = _NO_SPACE_AFTER_KEY.match(line), _NO_SPACE_AFTER_DASH.match(line)
        if key:
            odd = " (a no-break space is none)" if line[key.end()].isspace() else ""
            return Place(number, len(key[1]) + 1), f"a space is missing after '{key[2]}:'{odd}"
        if dash:
            return Place(number, len(dash[1]) + 1), "a space is missing after '-'"
    return None


def _suspects(slip: Slip) -> tuple[int, ...]:
    """Lines that may lack a space, the likeliest first."""
    if "simple key" in slip.complaint:
        return (slip.start.line,)
    if "mapping values" in slip.complaint:
        indent = indent_of(slip.line(slip.at.line))
        return slip.above(slip.at.line, indent), slip.at.line
    return (slip.at.line,) if "expected '-'" in slip.complaint else ()


def _unfit_start(slip: Slip) -> Told | None:
    if "cannot start any token" in slip.complaint:
        return slip.at, _NEEDS_QUOTES.format(slip.char(slip.at))
    return None


def _misread_colon(slip: Slip) -> Told | None:
    """A ': ' where no key can be: in a text, or on a line that was taken for one."""
    if "mapping values" not in slip.complaint:
        return None
    line = slip.line(slip.at.line)
    if re.search(r":\s", line[: slip.at.column - 1]):
        return slip.at, _COLON
    indent = indent_of(line)
    above = slip.above(slip.at.line, indent)
    upper = indent_of(slip.line(above))
    if above and upper == indent and not re.search(r":(\s|$)", slip.line(above)):
        return Place(above, upper + 1), _NO_COLON
    before = slip.above(above, indent)
    if upper < indent and before and indent_of(slip.line(before)) == indent:
        return Place(above, upper + 1), _NOT_ALIGNED
    return Place(slip.at.line, indent + 1), _READ_ON


def _no_key(slip: Slip) -> Told | None:
    """A line that broke off a mapping or a list of items."""
    if "expected key" not in slip.complaint:
        return None
    char, line = slip.char(slip.at), slip.line(slip.at.line)
    value = _VALUE.match(line)
    begin = value.end() if value else 0
    if begin < slip.at.column - 1 and line[begin] in "[{&*" and char not in _STRAY:
        return Place(slip.at.line, begin + 1), _NEEDS_QUOTES.format(line[begin])
    return slip.at, _STRAY.get(char, _NOT_ALIGNED)


def _open_bracket(slip: Slip) -> Told | None:
    match = re.search("parsing a flow (sequence|mapping)", slip.complaint)
    if match:
        return slip.start, _OPEN_BRACKET[match[1]]
    opened = slip.builder.open_brackets
    if opened and "expected node content" in slip.complaint and not slip.char(slip.at):
        return opened[0], _OPEN_BRACKET[opened[1]]
    return None


def _no_comma(slip: Slip) -> Told | None:
    """Two quotations in a list on one line with nothing between."""
    quoted = slip.char(slip.at) in ("'", '"')
    if "flow" in slip.complaint and quoted and slip.at.line == slip.start.line:
        return slip.at, "a comma is missing before this"
    return None


def _after_the_end(slip: Slip) -> Told | None:
    """Text behind '...', or a first line that the others do not go on from."""
    if "document start" not in slip.complaint:
        return None
    builder = slip.builder
    if builder.ended:
        return builder.ended, "nothing may follow the end of the document; remove the '...'"
    root = builder.root
    if isinstance(root, Scalar):
        return root.place, _NO_COLON
    if isinstance(root, Mapping) and len(root.pairs) == 1:
        return root.place, f"this line is indented, but line {slip.at.line} is not; align them"
    return slip.at, _NOT_ALIGNED


def _by_rule(slip: Slip) -> Told | None:
    for rule in _RULES:
        if re.search(rule.complaint, slip.complaint):
            place = slip.start if rule.at_start else slip.at
            return place, rule.message.format(char=slip.char(place))
    return None


_READERS = (
    _tab,
    _no_break_space,
    _swallowing_quote,
    _escape,
    _ended_quote,
    _no_space,
    _unfit_start,
    _misread_colon,
    _no_comma,
    _open_bracket,
    _no_key,
    _after_the_end,
    _by_rule,
)
