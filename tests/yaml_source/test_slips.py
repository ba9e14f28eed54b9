"""Each slip of an author's is named at the place where the author would look for it.

In the tables '‸' stands before the place that must be named.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from newsletter.yaml_source import Finding

Problems = Callable[[str | bytes], list[Finding]]
Unmarked = Callable[[str], tuple[str, list[tuple[int, int]]]]

TABS = {
    "before the first key": "‸\tmonth: 2023-12\n",
    "before a key": "month: 2023-12\n‸\tsubject: x\n",
    "after spaces": "summaries:\n  - title: x\n   ‸\tdoi: y\n",
    "before a key of an entry": "summaries:\n  - title: x\n‸\tdoi: y\n",
    "before a key after a text block": "a: |\n  text\n‸\tb: c\n",
    "before an entry": "summaries:\n  - title: x\n‸\t- title: y\n",
    "before the first entry": "topics:\n‸\t- Empathy\n",
    "after an entry's dash": "topics:\n  -‸\ttitle: x\n",
    "before the first line of a text": "summary: |\n‸\ttext\n",
    "before the second line of a text": "summary: |\n  text\n‸\tmore\n",
    "before the second line of a plain text": "summary: text\n‸\tmore\n",
}

QUOTES = {
    "open to the end of the file": ('month: 2023-12\nsubject: ‸"x\n', "never closed"),
    "open to the end, without a line end": ("subject: ‸'x", "never closed"),
    "open over keys to the end": ('subject: ‸"x\nmonth: 2023-12\n', "before line 2"),
    "open over keys to a later quotation": ('a: ‸"x\nb: y\nc: "z"\n', "before line 2"),
    "open over keys to an apostrophe": ("a: ‸'x\nb: |\n  It's text\n", "before line 2"),
    "open over keys to a later line's end": ('a: ‸"x\nb: y"\nc: z\n', "before line 2"),
    "open over keys to a later comment": ('a: ‸"x\nb: "#1"\n', "before line 2"),
    "open over keys to a backslash": ('a: ‸"x\nb: C:\\q\n', "before line 2"),
    "open over keys to a '---'": ('a: ‸"x\nb: y\n---\n', "before line 2"),
    "open over keys to a tab": ('a: ‸"x\nb: y\n\tc: "z"\n', "before line 2"),
    "open in an entry": ("s:\n  - t: ‸'x\n    c: y\n  - t: 'z'\n", "before line 3"),
    "open in an entry to the next": ('s:\n  - t: ‸"x\n  - t: "y"\n', "before line 3"),
    "open in a list": ("t: [‸'x, y]\nu: |\n  It's\n", "before line 2"),
    "open over text to an apostrophe": (
        "a: ‸'x\n  y\n  it's text'\nb: c\n",
        "write '' for an apostrophe",
    ),
    "open before a key": ('‸"subject: x\nmonth: 2023-12\n', "before line 2"),
    "around a key and its value": ('‸"subject: x"\nmonth: 2023-12\n', "a colon is missing"),
    "an apostrophe in single quotes": ("subject: 'Therapist'‸s view'\n", "write '' for"),
    "an apostrophe at a word's end": ("a: 'Patients' ‸view'\n", "write '' for"),
    "a quotation in double quotes": ('a: "A "‸good" study"\nb: c\n', 'write \\" for'),
    "text after a quotation": ('a: "Good" ‸study\nb: c\n', "put the whole text in quotes"),
    "text after a quotation in a list": ("s:\n  - 'x' ‸y\n  - z\n", "quotation ends before"),
    "a backslash in double quotes": ('a: "x ‸\\q"\n', "starts an escape"),
    "a path in double quotes": ('a: "C:‸\\Users"\n', "starts an escape"),
    "half a character by an escape": ('a: "‸\\ud800"\n', "starts an escape"),
}

COLONS = {
    "missing": ("month: 2023-12\n‸subject x\nintro: y\n", "a colon is missing"),
    "missing on the first line": ("‸month 2023-12\nsubject: x\n", "a colon is missing"),
    "missing on the last line": ("month: 2023-12\n‸subject x", "a colon is missing"),
    "missing on an entry's first line": (
        "s:\n  - ‸title x\n    doi: y\n",
        "a colon is missing",
    ),
    "missing on an entry's first line of two": (
        "s:\n  - ‸title x\n      more\n    doi: y\n",
        "a colon is missing",
    ),
    "missing before a text block": ("a: b\n‸intro |\n  text\nc: d\n", "a colon is missing"),
    "missing before a list": ("a: b\n‸topics [x, y]\nc: d\n", "a colon is missing"),
    "missing before entries": ("a: b\n‸summaries\n  - t: x\n", "a colon is missing"),
    "full-width": ("‸month：2023-12\nsubject: x\n", "a colon is missing"),
    "an equals sign in its place": ("a: b\n‸subject = x\nc: d\n", "a colon is missing"),
    "without a space": ("a: b\n‸subject:x\nc: d\n", "space is missing after 'subject:'"),
    "without a space on the first line": (
        "‸month:2023-12\nsubject: x\n",
        "space is missing after 'month:'",
    ),
    "without a space on the last line": (
        "month: 2023-12\n‸subject:x\n",
        "space is missing after 'subject:'",
    ),
    "without a space on an entry's first line": (
        "s:\n  - ‸title:x\n    doi: y\n",
        "space is missing after 'title:'",
    ),
    "without a space before a text block": (
        "a: b\n‸intro:|\n  text\nc: d\n",
        "space is missing after 'intro:'",
    ),
    "without a space before a quotation": (
        'a: b\n‸intro:"x"\nc: d\n',
        "space is missing after 'intro:'",
    ),
    "without a space before an address": (
        "a: b\n‸link:https://x.example\nc: d\n",
        "space is missing after 'link:'",
    ),
    "with a no-break space": (
        "‸month:\u00a02023-12\nsubject: x\n",
        "space is missing after 'month:' (a no-break space is none)",
    ),
    "without a key": ("a: b\n‸: x\nc: d\n", "a key is missing"),
    "in a text": ("subject: Empathy‸: a review\n", "needs quotes around the text"),
    "at the end of a text": ("subject: Empathy‸:\n", "needs quotes around the text"),
    "in an entry's first text": (
        "s:\n  - title: Empathy‸: a review\n    doi: x\n",
        "needs quotes around the text",
    ),
    "in a text's second line": ("a: A text\n  ‸with: a colon\n", "if the ':' belongs to it"),
    "at the start of a text": ("a: ‸: x\n", "needs quotes around the text"),
}

INDENTATION = {
    "a key too deep": ("a: b\n  ‸c: d\n", "indent it like the other keys"),
    "a key too deep in an entry": (
        "s:\n  - t: x\n      ‸c: y\n    d: z\n",
        "indent it like the other keys",
    ),
    "a key with a text block too deep": ("a: b\n  ‸c: |\n    text\n", "indent it like the other"),
    "a key too shallow in an entry": ("s:\n  - t: x\n   ‸c: y\n", "align it with the lines"),
    "a key as shallow as the dash": ("s:\n  - t: x\n  ‸c: y\n", "begin it with '- '"),
    "a key fully to the left": (
        "s:\n  - t: x\n    c: y\n‸d: 10.1/x\n    e: z\n",
        "not aligned with the ones around it",
    ),
    "the first key alone": ("  ‸a: b\nc: d\ne: f\n", "is indented, but line 2 is not"),
    "a late key alone": ("  a: b\n  c: d\n‸e: f\n", "not aligned"),
    "a text block to the left": ("a: |\n‸text\nb: c\n", "needs more indentation"),
    "a text block as deep as its key": (
        "s:\n  - a: |\n    ‸text\n    b: c\n",
        "needs more indentation",
    ),
    "a text's second line too shallow": (
        "s:\n  - a: |\n      text\n    ‸more\n    b: c\n",
        "needs more indentation",
    ),
    "a text's second paragraph too shallow": (
        "a: |\n  text\n\n‸more\nb: c\n",
        "needs more indentation",
    ),
    "a text's last paragraph too shallow": ("a: |\n  text\n\n‸more.\n", "needs more indentation"),
    "a text's second line shallower than its first": (
        "a: |\n    text\n  ‸more\nb: c\n",
        "not aligned",
    ),
    "a text behind a comment in a text": ("a: |\n  x\n# c\n  ‸y\nb: z\n", "not aligned"),
    "a list entry too deep": ("s:\n  - t: |\n      x\n    ‸- t: y\n", "this '-' is not aligned"),
    "a list entry too shallow": ("s:\n  - x\n ‸- y\n", "this '-' is not aligned"),
    "a list entry to the left": ("s:\n  - x\n‸- y\n", "this '-' is not aligned"),
    "a list under a text": ("a: x\n‸- y\n", "this '-' is not aligned"),
    "an entry without a dash": ("s:\n  - x\n  ‸y\nt: z\n", "a colon is missing"),
    "an entry's dash without a space": ("s:\n  - t: x\n  ‸-t: y\n", "missing after '-'"),
    "the first entry's dash without a space": (
        "s:\n  ‸-title: x\n    doi: y\n",
        "a space is missing after '-'",
    ),
    "a plain entry's dash without a space": (
        "s:\n  - x\n  ‸-y\nt: z\n",
        "a space is missing after '-'",
    ),
    "a no-break space": ("a: |\n  x\n‸\u00a0\n  y\nb: z\n", "no-break space cannot indent"),
    "no-break spaces before a key": ("a: b\n‸\u00a0\u00a0c: d\n", "no-break spaces stand around"),
}

BRACKETS = {
    "an open [": ("a: ‸[x, y\nb: c\n", "'[' is not closed"),
    "an open [ at the end": ("a: ‸[x, y\n", "'[' is not closed"),
    "an open [ over lines": ("a: ‸[x,\n  y\nb: c\n", "'[' is not closed"),
    "an open [ over a line with a tab": ("a: ‸[x,\n\ty\nb: c\n", "'[' is not closed"),
    "an open [ before nothing": ("a: ‸[x,", "'[' is not closed"),
    "an open { before nothing": ("a: [x, ‸{", "'{' is not closed"),
    "an open [ before a comment": ("a: ‸[x, #y]\nb: c\n", "'[' is not closed"),
    "an open {": ("a: ‸{x: y\nb: c\n", "'{' is not closed"),
    "an open { at the end": ("a: ‸{x: y\n", "'{' is not closed"),
    "a [ closed by }": ("a: ‸[x, y}\nb: c\n", "close it with ']'"),
    "a [ closed by )": ("a: ‸[x, y)\nb: c\n", "close it with ']'"),
    "a ] too many": ("a: [x, y]‸]\nb: c\n", "this ']' closes nothing"),
    "a } too many": ("a: {x: y}‸}\nb: c\n", "this '}' closes nothing"),
    "a missing comma": ('a: ["x" ‸"y"]\n', "a comma is missing"),
    "a missing entry": ("a: [x, ‸, y]\n", "a value is missing before this ','"),
    "text after ]": ("a: ‸[Review] of studies\nb: c\n", "begins with '[' needs quotes"),
    "text after }": ("a: ‸{{ x }} of studies\nb: c\n", "begins with '{' needs quotes"),
    "a colon before }": ("a: {b‸:}\n", "text with a ':' within brackets needs quotes"),
    "braces alone": ("a: {‸{ x }}\n", "put text with brackets in quotes"),
}

FIRST_CHARACTERS = {
    "@": ("a: ‸@first\n", "text that begins with '@' needs quotes"),
    "`": ("a: ‸`first`\n", "text that begins with '`' needs quotes"),
    "%": ("a: ‸%50 of\n", "text that begins with '%' needs quotes"),
    "*": ("a: ‸*Emphasis* first\n", "text that begins with '*' needs quotes"),
    "**": ("a: ‸**Bold** first\n", "text that begins with '*' needs quotes"),
    "* and a space": ("a: ‸* first\n", "text that begins with '*' needs quotes"),
    "* of one word": ("a: ‸*first\n", "'*first' refers to nothing"),
    "* of a known word and more": ("a: &x y\nb: ‸*x y\n", "begins with '*' needs quotes"),
    "*, on a line of its own": ("a:\n  ‸**Bold** text\n", "begins with '*' needs quotes"),
    "&": ("a: ‸&first words\n", "put text that begins with '&' in quotes"),
    "& and a space": ("a: ‸& first\n", "text that begins with '&' needs quotes"),
    "& twice": ("a: ‸&x &y z\nb: *x\n", "text that begins with '&' needs quotes"),
    "!": ("a: ‸!Important\n", "put text that begins with '!' in quotes"),
    "! and a space": ("a: ‸! x\n", "put text that begins with '!' in quotes"),
    "!…!": ("a: ‸!x!y z\n", "text that begins with '!' needs quotes"),
    "!<": ("a: ‸!<x y\n", "text that begins with '!' needs quotes"),
    "|": ("a: ‸| text\n", "text after '|' must begin on the next line"),
    ">": ("a: ‸> text\n", "text after '>' must begin on the next line"),
    "|0": ("a: ‸|0\n  text\n", "text that begins with '|' needs quotes"),
    ",": ("a: ‸, text\n", "a value is missing before this ','"),
    "]": ("a: ‸] text\n", "a value is missing before this ']'"),
    "?": ("a: ‸? text\n", "text that begins with '?' needs quotes"),
    "-": ("a: ‸- text\n", "text that begins with '-' needs quotes"),
}

REFUSED_YAML = {
    "a tag": ("a: ‸!!str 5\n", "the tag !!str is not allowed"),
    "an unknown tag": ("a: ‸!foo 5\n", "the tag !foo is not allowed"),
    "a tag on a list": ("a: ‸!!set [x]\n", "the tag !!set is not allowed"),
    "a tag on a key": ("‸!!str a: b\n", "the tag !!str is not allowed"),
    "a tag that would run a command": (
        "a: ‸!!python/object/apply:os.system [id]\n",
        "the tag !!python/object/apply:os.system is not allowed",
    ),
    "a merge key": ("a: &x {b: c}\nd:\n  ‸<<: *x\n", "merge keys ('<<') are not allowed"),
    "a duplicate key": ("a: b\nc: d\n‸a: e\n", "duplicate key 'a', first on line 1"),
    "a duplicate key in quotes": ("a: b\n‸'a': c\n", "duplicate key 'a', first on line 1"),
    "a duplicate key in brackets": ("a: {b: c, ‸b: d}\n", "duplicate key 'b'"),
    "a list as a key": ("? ‸[a, b]\n: c\n", "a key must be a word"),
    "a mapping as a key": ("? ‸{a: b}\n: c\n", "a key must be a word"),
    "an alias to nothing": ("a: ‸*b\n", "'*b' refers to nothing"),
    "an alias inside of its target": ("a: &x [‸*x]\n", "'*x' stands inside of what it repeats"),
    "an anchor for nothing": ("a: ‸&x b\nc: d\n", "'&x' names nothing"),
    "an anchor given twice": ("a: ‸&x b\nc: &x d\ne: *x\n", "'&x' names nothing"),
    "a second document": ("a: b\n‸---\nc: d\n", "a second document begins here"),
    "a rule within a text": ("a: |\n  x\n\n‸---\n\n  y\n", "indent it where it is part of a text"),
    "a second document without keys": ("a: b\n‸---\n", "a second document begins here"),
    "text after the end": ("a: b\n‸...\nc: d\n", "remove the '...'"),
    "a document after the end": ("a: b\n...\n‸---\nc: d\n", "a second document begins here"),
    "%YAML": ("‸%YAML 1.2\n---\na: b\n", "remove the line that begins with '%'"),
    "%TAG": ("‸%TAG ! tag:x,2000:\n---\na: b\n", "remove the line that begins with '%'"),
    "an unknown directive": ("# x\n\n‸%FOO bar\n---\na: b\n", "remove the line that begins with"),
    "%YAML without ---": ("‸%YAML 1.2\na: b\n", "remove the line that begins with '%'"),
    "a directive between keys": ("a: b\n‸%c: d\n", "remove the line that begins with '%'"),
}

ROOTS = {
    "an empty file": ("‸", "the file is empty"),
    "line ends only": ("‸\n\n", "the file is empty"),
    "comments only": ("‸# one\n# two\n", "the file is empty"),
    "a document's start only": ("‸---\n", "the file is empty"),
    "a list": ("‸- a\n- b\n", "must hold keys and values"),
    "a list behind a comment": ("# x\n‸- a\n", "must hold keys and values"),
    "a text": ("‸Hello there\n", "must hold keys and values"),
    "a number": ("‸42\n", "must hold keys and values"),
    "a web page": ('‸<!DOCTYPE html>\n<html lang="en">\n', "must hold keys and values"),
}


def _table(
    kinds: dict[str, tuple[str, str]],
) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("marked", "phrase"), kinds.values(), ids=kinds.keys())


def _assert_told_once(problems: Problems, unmarked: Unmarked, marked: str, phrase: str) -> None:
    text, (place,) = unmarked(marked)
    (finding,) = problems(text)
    assert (finding.line, finding.column) == place, finding
    assert phrase in finding.message


@pytest.mark.parametrize("marked", TABS.values(), ids=TABS.keys())
def test_a_tab_in_indentation_is_named(problems: Problems, unmarked: Unmarked, marked: str) -> None:
    _assert_told_once(problems, unmarked, marked, "a tab cannot indent YAML; use spaces")


@_table(QUOTES)
def test_a_slip_with_quotes_is_named(
    problems: Problems, unmarked: Unmarked, marked: str, phrase: str
) -> None:
    _assert_told_once(problems, unmarked, marked, phrase)


@_table(COLONS)
def test_a_slip_with_a_colon_is_named(
    problems: Problems, unmarked: Unmarked, marked: str, phrase: str
) -> None:
    _assert_told_once(problems, unmarked, marked, phrase)


@_table(INDENTATION)
def test_a_slip_of_indentation_is_named(
    problems: Problems, unmarked: Unmarked, marked: str, phrase: str
) -> None:
    _assert_told_once(problems, unmarked, marked, phrase)


@_table(BRACKETS)
def test_a_slip_with_brackets_is_named(
    problems: Problems, unmarked: Unmarked, marked: str, phrase: str
) -> None:
    _assert_told_once(problems, unmarked, marked, phrase)


@_table(FIRST_CHARACTERS)
def test_text_that_begins_with_a_character_of_yaml_needs_quotes(
    problems: Problems, unmarked: Unmarked, marked: str, phrase: str
) -> None:
    _assert_told_once(problems, unmarked, marked, phrase)


@_table(REFUSED_YAML)
def test_what_yaml_has_and_an_author_does_not_need_is_refused(
    problems: Problems, unmarked: Unmarked, marked: str, phrase: str
) -> None:
    _assert_told_once(problems, unmarked, marked, phrase)


@_table(ROOTS)
def test_a_file_that_is_no_mapping_is_refused(
    problems: Problems, unmarked: Unmarked, marked: str, phrase: str
) -> None:
    _assert_told_once(problems, unmarked, marked, phrase)


def test_no_message_is_libyamls_own_jargon(problems: Problems, unmarked: Unmarked) -> None:
    tables = (QUOTES, COLONS, INDENTATION, BRACKETS, FIRST_CHARACTERS, REFUSED_YAML, ROOTS)
    texts = [unmarked(marked)[0] for table in tables for marked, _ in table.values()]
    messages = [finding.message for text in texts for finding in problems(text)]
    jargon = ("scalar", "token", "stream", "node", "flow", "indicator", "found ", "did not")
    assert not [said for said in messages if any(word in said for word in jargon)]


def test_problems_before_a_syntax_error_are_told_with_it(problems: Problems) -> None:
    found = problems("a: !!str x\na: y\nb: 'z\nc: !!str d\n")
    assert [(finding.line, finding.column) for finding in found] == [(1, 4), (2, 1), (3, 4)]


def test_a_finding_prints_as_a_compiler_would(problems: Problems) -> None:
    (finding,) = problems("a: b\na: c\n")
    message = "file.yaml:2:1: error: duplicate key 'a', first on line 1; keep one of them"
    assert str(finding) == message
