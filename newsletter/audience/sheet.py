"""A list of subscribers as a file: its delimiter, its columns, its rows with their lines."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from io import BufferedReader
from itertools import chain, islice
from typing import NamedTuple

from newsletter.audience.columns import Columns, meaning, read_columns
from newsletter.audience.decoding import lines_of
from newsletter.errors import UnreadableList

_DELIMITERS = (",", ";", "\t")
_HEAD = 50
"""Lines within which the header row must end."""
_EMPTY = "the file is empty; it needs a row of column names, such as email,first_name,last_name"


Row = tuple[int, list[str]]
"""The physical line on which a record begins, counted from 1, and its cells."""


class Sheet(NamedTuple):
    """A list whose header has been read."""

    columns: Columns
    rows: Iterator[Row]
    """Those below the header; reading on raises UnreadableList where the file is broken."""


def open_sheet(file: BufferedReader, name: str, encoding: str | None = None) -> Sheet:
    """Read the header of a list, and get ready to read its rows one by one.

    Comma, semicolon or tab: whichever makes the header row hold most of the columns that are
    known. Excel's first line `sep=;` decides where there is one.

    Args:
        file: the list, opened for reading bytes.
        name: the file as messages name it.
        encoding: other than UTF-8, or than UTF-16 with its mark.

    Raises:
        UnreadableList: for a file without a header that can be used.
    """
    lines = lines_of(file, name, encoding)
    head = list(islice(lines, _HEAD))
    told = _told_delimiter(head)
    delimiter = told or max(_DELIMITERS, key=lambda each: _recognised(head, each))
    rows = _rows(chain(head, lines), delimiter, name)
    if told:
        next(rows)
    header = next((row for row in rows if any(map(str.strip, row[1]))), None)
    if header is None:
        raise UnreadableList(f"{name}: error: {_EMPTY}")
    line, cells = header
    return Sheet(read_columns(cells, f"{name}:{line}"), rows)


def _told_delimiter(head: list[str]) -> str | None:
    """What Excel's `sep=;` names, in a line of its own."""
    first = head[0].strip('\r\n"') if head else ""
    return first[4:] if first[:4].lower() == "sep=" and len(first) == 5 else None


def _recognised(head: Iterable[str], delimiter: str) -> tuple[int, int]:
    """How many known columns the header row holds, and how many at all."""
    try:
        rows = csv.reader(head, delimiter=delimiter, strict=True, skipinitialspace=True)
        cells = next((row for row in rows if any(map(str.strip, row))), [])
    except csv.Error:
        return 0, 0
    return sum(meaning(cell) is not None for cell in cells), len(cells)


def _rows(lines: Iterable[str], delimiter: str, name: str) -> Iterator[Row]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
    line = 1
    try:
        for cells in reader:
            if cells:
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableList(f"{name}:{line}: error: {_broken(str(error))}") from error


def _broken(said: str) -> str:
    """The csv module's error in our words."""
    for known, words in _IN_WORDS.items():
        if known in said:
            return words
    return f"the row cannot be read ({said})"


_IN_WORDS = {
    "unexpected end of data": "the file ends inside a quoted field that begins in this row; it "
    "may be cut off, or lack a closing quote",
    "field larger than field limit": "a field of this row is longer than "
    f"{csv.field_size_limit():,} characters; a closing quote may be missing",
    "expected after": "text follows a closing quote in this row; write a quote within a quoted "
    'field twice ("")',
}
