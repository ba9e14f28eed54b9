"""Bytes on disk → text, and the characters in it that nobody typed."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from newsletter.errors import RefusedSource
from newsletter.yaml_source.finding import Finding, Place

MAX_BYTES = 1_000_000
"""Size above which a file is refused; an issue has some 15 kB."""
MAX_UNTYPEABLE = 20
"""Untypeable characters reported of one file: more of them is a binary file."""

_UNTYPEABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufdd0-\ufdef\ufffe\uffff"
    "\ufeff\U0001fffe\U0001ffff]"
)
"""Characters no editor means to write; U+2028 and U+0085 are line ends to YAML alone."""
_UNTYPEABLE_IN_SCALAR = re.compile(_UNTYPEABLE.pattern + "|\r")
_LINE_END = re.compile("\r\n|\r|\n")


def read_text(path: Path, shown_as: str) -> str:
    """The text of a UTF-8 file, without its byte order mark.

    Raises:
        RefusedSource: for what cannot be opened, is too large or is not UTF-8.
    """
    if path.exists() and not path.is_file():
        raise RefusedSource([Finding(shown_as, 1, 1, "this is not a file; put one in its place")])
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = f"cannot be read: {error.strerror or error}; check the path and its permissions"
        raise RefusedSource([Finding(shown_as, 1, 1, reason)]) from error
    if len(content) > MAX_BYTES:
        message = "the file is larger than 1 MB; an issue is a few pages of text"
        raise RefusedSource([Finding(shown_as, 1, 1, message)])
    if _is_utf16(content):
        message = "this is UTF-16; save the file as UTF-8"
        raise RefusedSource([Finding(shown_as, 1, 1, message)])
    return _decode(content, shown_as)


def split_lines(text: str) -> list[str]:
    """A text's lines without their ends, as YAML and editors count them."""
    return _LINE_END.split(text)


def untypeable(text: str) -> list[tuple[Place, str]]:
    """Place and sentence for the first untypeable characters of a text."""
    return [
        (
            _place_after(text[: match.start()]),
            f"the invisible character {_name(match[0])} is not allowed here; delete it",
        )
        for match in islice(_UNTYPEABLE.finditer(text), MAX_UNTYPEABLE)
    ]


def without_untypeable(text: str) -> str:
    """The text as it is once they are deleted, so that the search can go on."""
    return _UNTYPEABLE.sub("", text)


def restored(place: Place, deleted: Iterable[Place]) -> Place:
    """Where a place stood before characters were deleted, left to right."""
    for gone in deleted:
        if gone.line == place.line and gone.column <= place.column:
            place = Place(place.line, place.column + 1)
    return place


def escaped_untypeable(text: str) -> str:
    """The sentence for a scalar that holds an untypeable character by an escape, or ''."""
    match = _UNTYPEABLE_IN_SCALAR.search(text)
    return f"the escape for {_name(match[0])} is not allowed; delete it" if match else ""


def _is_utf16(content: bytes) -> bool:
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return marked or content[:4:2] == b"\0\0" or content[1:4:2] == b"\0\0"


def _decode(content: bytes, shown_as: str) -> str:
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        place = _place_after(content[: error.start].decode())
        message = f"byte 0x{content[error.start]:02X} is not UTF-8; save the file as UTF-8"
        raise RefusedSource([Finding(shown_as, *place, message)]) from error


def _name(char: str) -> str:
    return f"U+{ord(char):04X}"


def _place_after(before: str) -> Place:
    lines = split_lines(before)
    return Place(len(lines), len(lines[-1]) + 1)
