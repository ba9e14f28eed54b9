"""Bytes that are no text, and characters that nobody typed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from newsletter.errors import RefusedSource
from newsletter.yaml_source import MAX_BYTES, Finding, Scalar, Source, read_source

Problems = Callable[[str | bytes], list[Finding]]
Read = Callable[[str | bytes], Source]
Unmarked = Callable[[str], tuple[str, list[tuple[int, int]]]]

RAW = {
    "NUL": "\x00",
    "bell": "\x07",
    "backspace": "\x08",
    "vertical tab": "\x0b",
    "form feed": "\x0c",
    "escape": "\x1b",
    "delete": "\x7f",
    "a C1 control": "\x80",
    "next line": "\x85",
    "line separator": "\u2028",
    "paragraph separator": "\u2029",
    "byte order mark": "\ufeff",
    "no character": "\uffff",
}
ESCAPES = {
    "NUL": r"\0",
    "bell": r"\a",
    "bell in hexadecimal": r"\x07",
    "escape": r"\e",
    "carriage return": r"\r",
    "next line": r"\N",
    "line separator": r"\u2028",
    "paragraph separator": r"\P",
    "byte order mark": r"\ufeff",
    "long escape": r"\U0000001b",
}
FINE = {
    "smart quotes": "“Empathy” isn’t ‘soft’",
    "an emoji of several characters": "👩🏽‍⚕️ cares",
    "right to left": "אמפתיה والتعاطف",
    "a soft hyphen and a no-break space": "psycho\u00adtherapy\u00a0works",
    "a combining accent": "Fagerna\u0308s",
    "the last plane": "\U0010fffd",
    "a replacement character": "\ufffd",
}


@pytest.mark.parametrize("char", RAW.values(), ids=RAW.keys())
def test_an_untypeable_character_is_named_with_its_place(problems: Problems, char: str) -> None:
    (finding,) = problems(f"month: 2023-12\ntitle: Em{char}pathy\n")
    assert (finding.line, finding.column) == (2, 10)
    assert f"the invisible character U+{ord(char):04X} is not allowed here" in finding.message


@pytest.mark.parametrize("escape", ESCAPES.values(), ids=ESCAPES.keys())
def test_an_untypeable_character_by_an_escape_is_named(problems: Problems, escape: str) -> None:
    (finding,) = problems(f'month: 2023-12\ntitle: "Em{escape}pathy"\n')
    assert (finding.line, finding.column) == (2, 8)
    assert "the escape for U+" in finding.message


def test_an_untypeable_character_in_a_key_is_named(problems: Problems) -> None:
    (finding,) = problems('a: b\n"c\\x07": d\n')
    assert (finding.line, finding.column) == (2, 1)


def test_an_untypeable_character_in_a_list_in_a_list_is_named(problems: Problems) -> None:
    (finding,) = problems('a:\n  - [b, "\\x07"]\n')
    assert (finding.line, finding.column) == (2, 9)


def test_the_search_goes_on_behind_an_untypeable_character(
    problems: Problems, unmarked: Unmarked
) -> None:
    text, places = unmarked("a‸\x00: b ‸\x07c\n‸a: {x: ‸\x07y, ‸x: z}\nb: ‸'")
    found = problems(text)
    assert [(finding.line, finding.column) for finding in found] == places


def test_a_place_right_behind_an_untypeable_character_is_exact(
    problems: Problems, unmarked: Unmarked
) -> None:
    text, places = unmarked("a: ‸\x07‸!!str b\n‸\x00‸a: c\n")
    assert [(finding.line, finding.column) for finding in problems(text)] == places


def test_an_untypeable_character_between_line_ends_joins_none(problems: Problems) -> None:
    found = problems("a: b\r\x00\na: c\n")
    assert [(finding.line, finding.column) for finding in found] == [(2, 1), (3, 1)]


def test_a_byte_order_mark_before_a_key_hides_nothing(read: Read, problems: Problems) -> None:
    text = "month: 2023-12\n\ufeffsubject: x\n"
    assert [(found.line, found.column) for found in problems(text)] == [(2, 1)]
    assert [key.text for key, _ in read(text).root.pairs] == ["month", "subject"]


def test_a_binary_file_is_refused_with_twenty_findings(problems: Problems) -> None:
    found = problems("PNG " + "\x00" * 5000)
    assert len(found) == 20
    assert {finding.line for finding in found} == {1}


@pytest.mark.parametrize("text", FINE.values(), ids=FINE.keys())
def test_a_text_of_any_script_is_read_as_it_is(read: Read, text: str) -> None:
    node = read(f"title: {text}\n").node("title")
    assert isinstance(node, Scalar)
    assert node.text == text


def test_tabs_and_line_ends_by_escapes_are_fine(read: Read) -> None:
    node = read('title: "a\\tb\\nc"\n').node("title")
    assert isinstance(node, Scalar)
    assert node.text == "a\tb\nc"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_line_ends_of_all_systems_are_read_alike(read: Read, problems: Problems, end: str) -> None:
    lines = [
        "month: 2023-12",
        "intro: |",
        "  one",
        "",
        "  two",
        "topics:",
        "  - x",
        "  - 'y",
        "    z'",
    ]
    source = read(end.join([*lines, ""]))
    assert source.node("intro") == Scalar(source.place("intro"), "one\n\ntwo\n", "|", 6)
    assert source.place("topics", 1) == (8, 5)
    (finding,) = problems(end.join([*lines, "month: 2023-11", ""]))
    assert (finding.line, finding.column) == (10, 1)


def test_a_byte_order_mark_at_the_start_is_passed_over(read: Read) -> None:
    source = read("\ufeffmonth: 2023-12\n")
    assert source.key_place("month") == (1, 1)


LATIN_1 = "month: 2023-12\nsubject: Études\n".encode("latin-1")


@pytest.mark.parametrize(
    ("content", "place", "phrase"),
    [
        (LATIN_1, (2, 10), "byte 0xC9 is not UTF-8"),
        (b"a: b\r\nc: \x93quoted\x94\r\n", (2, 4), "byte 0x93 is not UTF-8"),
        (b"\xef\xbb\xbfa: \xe9\n", (1, 4), "byte 0xE9 is not UTF-8"),
        ("a: é".encode()[:-1], (1, 4), "byte 0xC3 is not UTF-8"),
        ("a: é👍".encode()[:-1], (1, 5), "byte 0xF0 is not UTF-8"),
        (b"a: \xed\xa0\x80\n", (1, 4), "byte 0xED is not UTF-8"),
        (b"a: \xc0\x80\n", (1, 4), "byte 0xC0 is not UTF-8"),
        ("a: b\n".encode("utf-16"), (1, 1), "this is UTF-16; save the file as UTF-8"),
        ("a: b\n".encode("utf-16-le"), (1, 1), "this is UTF-16"),
        ("a: b\n".encode("utf-16-be"), (1, 1), "this is UTF-16"),
    ],
    ids=[
        "Latin-1",
        "Windows quotes",
        "Latin-1 after a byte order mark",
        "cut off",
        "cut off after other letters",
        "a surrogate",
        "an overlong NUL",
        "UTF-16 with a mark",
        "UTF-16, little end first",
        "UTF-16, big end first",
    ],
)
def test_bytes_that_are_not_utf_8_are_named(
    problems: Problems, content: bytes, place: tuple[int, int], phrase: str
) -> None:
    (finding,) = problems(content)
    assert (finding.line, finding.column) == place
    assert phrase in finding.message


def test_a_file_of_one_megabyte_is_read(read: Read) -> None:
    text = "a: |\n  "
    source = read(text + "x" * (MAX_BYTES - len(text)))
    node = source.node("a")
    assert isinstance(node, Scalar)
    assert len(node.text) == MAX_BYTES - len(text)


def test_a_file_over_one_megabyte_is_refused(problems: Problems) -> None:
    (finding,) = problems("a: " + "x" * MAX_BYTES)
    assert (finding.line, finding.column) == (1, 1)
    assert "larger than 1 MB" in finding.message


def _refusal(path: Path) -> str:
    with pytest.raises(RefusedSource) as refused:
        read_source(path, "file.yaml")
    return str(refused.value)


def test_a_folder_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    assert _refusal(tmp_path) == "file.yaml:1:1: error: this is not a file; put one in its place"


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert "cannot be read: No such file" in _refusal(tmp_path / "none.yaml")


def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    loop = tmp_path / "loop.yaml"
    loop.symlink_to(loop)
    assert "file.yaml:1:1: error: cannot be read: " in _refusal(loop)
