"""The lists that spreadsheets write, and those that something has gone wrong with."""

from __future__ import annotations

import codecs
import csv
import io
import os
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.audience.decoding import lines_of
from newsletter.audience.gathering import gathered
from newsletter.audience.sheet import open_sheet
from newsletter.errors import NewsletterError, UnreadableList, UsageError

Read = Callable[..., list[tuple[int, list[str]]]]
ROWS = [["ann@example.org", "Zoë", "Ottawa; Ontario"], ["bo@example.org", "Bo", "a,b"]]
TABLE = [["email", "first_name", "city"], *ROWS]


def written(delimiter: str, end: str = "\r\n") -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(TABLE)
    return out.getvalue()


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ],
)
def test_excel_numbers_and_libreoffice_are_read(
    read: Read, mark: bytes, encoding: str, delimiter: str, end: str
) -> None:
    rows = read(mark + written(delimiter, end).encode(encoding))
    assert [cells for _, cells in rows] == ROWS
    assert [line for line, _ in rows] == [2, 3]


def test_excels_first_line_decides_on_the_delimiter(read: Read) -> None:
    assert read("sep=|\r\nemail|first_name, or so\r\nann@example.org|A,B\r\n") == [
        (3, ["ann@example.org", "A,B"])
    ]


def test_the_delimiter_is_that_of_the_known_columns(read: Read) -> None:
    rows = read('email;"Notes, remarks, thoughts, and more"\na@example.org;x\n')
    assert rows == [(2, ["a@example.org", "x"])]


def test_a_single_column_needs_no_delimiter(read: Read) -> None:
    assert read("email\na@example.org\n\n\nb@example.org") == [
        (2, ["a@example.org"]),
        (5, ["b@example.org"]),
    ]


def test_lines_are_those_of_the_file_though_cells_have_line_ends(read: Read) -> None:
    text = '\n\nemail,"first\nname"\r\na@example.org,"one\r\ntwo\nthree"\nb@example.org,x\n'
    assert [line for line, _ in read(text)] == [5, 8]


def test_a_space_may_stand_before_a_quote(read: Read) -> None:
    assert read('email, first_name\na@example.org, "A, B"\n') == [(2, ["a@example.org", "A, B"])]


def test_another_encoding_is_read_where_it_is_named(read: Read) -> None:
    text = "email;first_name\r\na@example.org;Zoë “Z”\r\n"
    assert read(text.encode("cp1252"), "windows-1252") == [(2, ["a@example.org", "Zoë “Z”"])]
    assert read(text.encode("utf-16-le"), "utf-16-le") == [(2, ["a@example.org", "Zoë “Z”"])]
    assert read(codecs.BOM_UTF8 + text.encode(), "utf-8")[0][1][1] == "Zoë “Z”"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "list.csv: error: the file is empty"),
        (b"\n\r\n \n", "list.csv: error: the file is empty"),
        (codecs.BOM_UTF8, "list.csv: error: the file is empty"),
        (codecs.BOM_UTF16_LE, "list.csv: error: the file is empty"),
        (b"sep=;\r\n", "list.csv: error: the file is empty"),
        (b"name,phone\nAnn,1\n", "list.csv:1: error: there is no column 'email' (found: name, ph"),
        (b"\nemial,x\n", "list.csv:2: error: there is no column 'email' (found: emial, x); rename"),
        (b"a@example.org,Ann\n", "list.csv:1: error: the first row holds an address"),
        (b"email,E-Mail\n", "list.csv:1: error: the columns 'email' and 'E-Mail' mean the same"),
        (b"email,City,city \n", "list.csv:1: error: the columns 'City' and 'city' mean the same"),
        (b"email,,x\n", "list.csv:1: error: column 2 has no name"),
        (b"email,x\x07y\n", "list.csv:1: error: the name of column 2 holds a control character"),
        (b"email\na@example.org\nb\0@example.org\n", "list.csv:3: error: there is a NUL byte"),
        (b'email,name\na@example.org,"cut o', "list.csv:2: error: the file ends inside a quoted"),
        (b'email\na@example.org\n"b@example.org\n', "list.csv:3: error: the file ends inside"),
        (b'email,name\na@example.org,"Bo" Li\n', "list.csv:2: error: text follows a closing quote"),
        (b'email,name\n\na@example.org,"' + b"x\n" * 70_000, "list.csv:3: error: a field of this"),
        (b"email,first_name\na@example.org,Zo\xeb;x\n", "windows-1252 if 'Zo\u00eb' is what"),
        (b"email,first_name\na@example.org,Zo\xeb\n", "list.csv:2: error: byte 0xEB is not UTF-8"),
        (b"email,first_name\r\na@example.org,Zo\xc3", "ends within a character of UTF-8"),
        ("email\na@example.org\n".encode("utf-16-le"), "NUL byte, so this is no text, or UTF-16"),
        ("email\na@example.org\n".encode("utf-16-be"), "add --encoding utf-16-be"),
        ("email,city\na@example.org,Montréal\n".encode("utf-16-le"), "add --encoding utf-16-le"),
        ("ém,email\na@example.org,Montréal\n".encode("utf-16-be"), "add --encoding utf-16-be"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "list.csv: error: this is a picture (PNG), not a list"),
        (b"\x7fELF\x02\x01\x01\0\xf0(", "list.csv:1: error: this is no text, and no list; open"),
        (b"email\na\0@example.org\n", "a NUL byte, so this is no text, and no list; open"),
        (codecs.BOM_UTF16_LE + b"e\0m\0a\0i\0l\0\n\0a", "ends within a character of UTF-16"),
        (b"PK\x03\x04junk", "list.csv: error: this is a workbook"),
        (b"\xd0\xcf\x11\xe0junk", "list.csv: error: this is an Excel workbook"),
        (b"%PDF-1.7", "list.csv: error: this is a PDF"),
        (b"email\n" + b"x" * 1_100_000, "list.csv:2: error: the line is longer than 1,000,000"),
    ],
)
def test_what_cannot_be_read_whole_is_refused_at_its_line(
    read: Read, content: bytes, told: str
) -> None:
    with pytest.raises(UnreadableList) as refused:
        read(content)
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("encoding", ["klingon", "rot13", "hex"])
def test_an_encoding_that_is_none_is_wrong_usage(read: Read, encoding: str) -> None:
    with pytest.raises(UsageError, match=f"'{encoding}' is not known"):
        read("email\n", encoding)


def test_the_line_of_a_bad_byte_is_told_however_far_down_it_is(read: Read) -> None:
    rows = "".join(f"reader{number}@example.org,Zoë\n" for number in range(20_000))
    with pytest.raises(UnreadableList, match=r"list\.csv:20002: error: byte 0xFF"):
        read(f"email,first_name\n{rows}".encode() + b"last@example.org,\xff\n")


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
@pytest.mark.parametrize(
    ("content", "encoding", "told"),
    [
        (b"last@example.org,\xff", "utf-8", "byte 0xFF is not UTF-8"),
        (b"last@example.org,\0", "utf-8", "there is a NUL byte"),
        (b"x" * 1_100_000, "utf-8", "the line is longer"),
        (b"\x00\xdc\x00\xdc", "utf-16", "byte 0x00 is not UTF-16"),
    ],
)
def test_lines_are_counted_by_whatever_ends_them(
    read: Read, content: bytes, encoding: str, told: str, end: str
) -> None:
    rows = "".join(f"reader{number}@example.org,Zoë{end}" for number in range(9_000))
    text = f"email,first_name{end}{rows}".encode(encoding)
    with pytest.raises(UnreadableList, match=rf"list\.csv:9002: error: {told}"):
        read(text + content)


def test_what_comes_without_end_is_not_gathered_for_ever(tmp_path: Path) -> None:
    with (
        Path("/dev/zero").open("rb") as endless,
        pytest.raises(UnreadableList, match=r"^zero: error: more than 100,000 bytes have come"),
        gathered(endless, "zero", most=100_000),
    ):
        pass


def test_a_pipe_is_read_as_a_file_is(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = Thread(target=lambda: pipe.write_text("email\na@example.org\n"))
    writer.start()
    with pipe.open("rb") as opened:
        rows = list(open_sheet(opened, "pipe").rows)
    writer.join()
    assert rows == [(2, ["a@example.org"])]


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=200))
def test_no_text_is_lost_between_lines(read: Read, tmp_path_factory: Any, text: str) -> None:
    file = tmp_path_factory.getbasetemp() / "text.csv"
    file.write_bytes(b"x" + text.encode())
    with file.open("rb") as opened:
        assert "".join(lines_of(opened, "text.csv")) == "x" + text


@given(st.binary(max_size=300), st.sampled_from([b"", b"email\n", b'email,first_name\r\n"']))
def test_any_bytes_are_read_or_refused_in_a_sentence(read: Read, junk: bytes, head: bytes) -> None:
    told = ""
    try:
        rows = read(head + junk)
    except NewsletterError as error:
        told, rows = str(error), []
    assert all(cells for _, cells in rows)
    assert "\n" not in told
    assert not told or told.startswith("list.csv")


CELL = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)


@given(
    st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=5),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_csv_writes_is_read_back(
    read: Read, rows: list[list[str]], delimiter: str, encoding: str
) -> None:
    out = io.StringIO(newline="")
    table = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    table.writerows([["email", "first_name", "city"], *rows])
    found = [cells for _, cells in read(out.getvalue().encode(encoding))]
    assert found == rows
