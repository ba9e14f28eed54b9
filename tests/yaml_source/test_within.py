"""Where a character of a value stands in its file, however the value is quoted and folded."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.yaml_source import Place, Scalar, Source
from newsletter.yaml_source.text import split_lines

Read = Callable[[str], Source]

_ESCAPE = re.compile(r"\\(?:x(..)|u(....)|U(.{8})|(.))", re.DOTALL)
_NAMED = {'"': '"', "\\": "\\", "/": "/"}


def text_of(source: Source) -> Scalar:
    """The value of the key `text`."""
    scalar = source.node("text")
    assert isinstance(scalar, Scalar)
    return scalar


def letters(source: Source) -> list[tuple[str, Place]]:
    """Its letters, each with its place."""
    scalar = text_of(source)
    return [
        (letter, source.place_within(scalar, offset))
        for offset, letter in enumerate(scalar.text)
        if not letter.isspace()
    ]


def typed_at(source: Source, place: Place) -> str:
    """The letter that stands at a place, its escape read."""
    rest = split_lines(source.text)[place.line - 1][place.column - 1 :]
    escape = _ESCAPE.match(rest) if text_of(source).style == '"' else None
    if not escape:
        return rest[0]
    code = escape[1] or escape[2] or escape[3]
    return chr(int(code, 16)) if code else _NAMED[escape[4]]


def check(source: Source) -> None:
    """Each letter stands where it is said to, and after the one before it."""
    found = letters(source)
    places = [place for _, place in found]
    assert places == sorted(set(places))
    assert [typed_at(source, place) for place in places] == [letter for letter, _ in found]


WORDS = st.text("abc#:'\"\\[é’\U0001f600", min_size=1, max_size=5)
GAPS = st.sampled_from([" ", "  ", "\n  ", " \n    ", "\n\n  ", "\n \n\n  "])


def typed(words: st.SearchStrategy[str], gaps: st.SearchStrategy[str] = GAPS) -> st.SearchStrategy:
    """Words with gaps between them."""
    pairs = st.lists(st.tuples(gaps, words), max_size=8)
    return st.builds(
        lambda first, rest: first + "".join(gap + word for gap, word in rest), words, pairs
    )


PLAIN = typed(st.text("ab.é’\U0001f600'\"\\", min_size=1, max_size=5).map("w{}".format))
SINGLE = typed(WORDS.map(lambda word: word.replace("'", "''")))
ESCAPED = st.sampled_from(
    [r"\"", r"\\", r"\/", r"\x41", r"\u2019", r"\U0001F600", r"\n", r"\t", r"\_", r"\x20", r"\N"]
)
DOUBLE = typed(
    st.lists(ESCAPED | st.sampled_from("ab'#é"), min_size=1, max_size=5).map("".join),
    GAPS | st.just("\\\n  ") | st.just("\\\n  \\ "),
)
LINES = st.lists(st.text("ab#:'\"\\ é\t", max_size=6), min_size=1, max_size=6)


@given(PLAIN, st.sampled_from(["text: {}\n", "{{text: {}}}\n", "a: b\ntext:\n  {}\nc: d\n"]))
def test_a_plain_value_over_many_lines(read: Read, text: str, around: str) -> None:
    check(read(around.format(text)))


@given(SINGLE, st.sampled_from(["text: '{}'\n", "{{text: '{}', b: c}}\n", "text:\n   '{}' # d\n"]))
def test_a_value_in_single_quotes_whose_own_quotes_are_doubled(
    read: Read, text: str, around: str
) -> None:
    check(read(around.format(text)))


@given(DOUBLE, st.sampled_from(['text: "{}"\n', '{{text: "{}", b: c}}\n', 'text:\n   "{}"\n']))
def test_a_value_in_double_quotes_with_escapes(read: Read, text: str, around: str) -> None:
    source = read(around.format(text))
    if not source.problems:  # \N is one
        check(source)


@given(LINES, st.sampled_from("|>"), st.sampled_from(["", "-", "+"]), st.sampled_from(["", " # c"]))
def test_a_literal_or_folded_block_with_an_indentation_indicator(
    read: Read, lines: list[str], style: str, chomping: str, comment: str
) -> None:
    block = "".join(f"  {line}\n" for line in lines)
    check(read(f"a: b\ntext: {style}2{chomping}{comment}\n{block}c: d\n"))


@given(LINES, st.sampled_from("|>"), st.integers(1, 9))
def test_a_literal_or_folded_block_whose_first_line_sets_the_indentation(
    read: Read, lines: list[str], style: str, indent: int
) -> None:
    block = "".join(f"{' ' * indent}{line}\n" for line in ["x", *lines])
    check(read(f"text: {style}\n\n{block}# a comment\nc: d\n"))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_other_systems(read: Read, end: str) -> None:
    check(read("a: b\ntext: |\n  one\n   two\n\n  three\n".replace("\n", end)))


@pytest.mark.parametrize(
    "typed",
    [
        "&same 'it''s'",
        '&same  "a\\"b"',
        "&same one\n  two",
        "&same |\n  one\n  two",
        "&same\n |\n  b",
    ],
)
def test_the_name_of_a_repeated_value_is_no_part_of_it(read: Read, typed: str) -> None:
    check(read(f"text: {typed}\nagain: *same\n"))


@pytest.mark.parametrize("typed", ["&same one", "&same |\n  one"])
def test_a_repeated_value_stands_where_it_is_repeated(read: Read, typed: str) -> None:
    source = read(f"first: {typed}\ntext: *same\n")
    line = source.text[: source.text.index("text")].count("\n") + 1
    assert {place for _, place in letters(source)} == {(line, 7)}


def test_white_space_stands_where_the_next_letter_does(read: Read) -> None:
    source = read("text: >-\n  one\n  two\n")
    scalar = text_of(source)
    assert source.place_within(scalar, 3) == source.place_within(scalar, 4) == (3, 3)


def test_places_count_what_was_typed_where_invisible_characters_are_passed_over(
    read: Read,
) -> None:
    source = read("text: a\x07b\n")
    assert source.place_within(text_of(source), 1) == (1, 9)
