"""The bytes of a list → its lines, in the encodings that spreadsheets write."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from io import BufferedReader, BytesIO, StringIO, TextIOWrapper
from itertools import chain

from newsletter.errors import UnreadableList, UsageError

_BOM = "\ufeff"
_NO_TEXT = {
    b"PK\x03\x04": "a workbook (.xlsx, .ods or .numbers)",
    b"\xd0\xcf\x11\xe0": "an Excel workbook (.xls)",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a gzip archive",
    b"\x89PNG": "a picture (PNG)",
    b"\xff\xd8\xff": "a picture (JPEG)",
    b"GIF8": "a picture (GIF)",
}
"""How files begin that are mistaken for lists."""
_SAVE_AS = "open the list in a spreadsheet and save it as 'CSV UTF-8'"
_WORD_END = re.compile(rb"[\s,;\"]")
_NEVER_TEXT = re.compile(rb"[\x00-\x08\x0e-\x19\x1c-\x1f]")
"""Bytes that no encoding of one byte a letter has in a text."""
_CHUNK = 1 << 16
LONGEST_LINE = 1_000_000
"""Characters; a file without line ends must not be read into memory."""


def lines_of(file: BufferedReader, name: str, encoding: str | None = None) -> Iterator[str]:
    """The physical lines of a list, with their ends (LF, CRLF or CR).

    UTF-8, or UTF-16 where a byte order mark says so, unless an encoding is named. Another
    encoding is never guessed at: Windows-1252 and Mac Roman differ in nothing but the letters,
    and a wrong guess would spoil names for good.

    Raises:
        UnreadableList: at the line that cannot be read.
        UsageError: for an encoding that Python does not know.
    """
    beginning = file.peek(4)[:4]
    for signature, kind in _NO_TEXT.items():
        if beginning.startswith(signature):
            raise UnreadableList(f"{name}: error: this is {kind}, not a list; {_SAVE_AS}")
    marked = beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    codec = _codec(encoding or ("utf-16" if marked else "utf-8"))
    # Split by the thousand in C: to look at each line would take as long as csv does.
    return chain.from_iterable(StringIO(text, newline="") for text in _pieces(file, name, codec))


def _codec(encoding: str) -> str:
    try:
        TextIOWrapper(BytesIO(), encoding).close()  # this tells, too, what is none of text
        return codecs.lookup(encoding).name
    except (LookupError, ValueError) as error:
        raise UsageError(
            f"the encoding '{encoding}' is not known; name one such as utf-8 or windows-1252"
        ) from error


def _pieces(file: BufferedReader, name: str, codec: str) -> Iterator[str]:
    """The text in pieces, each of whole lines."""
    decoder = codecs.getincrementaldecoder(codec)()
    line, rest, chunk = 1, _BOM, b" "
    while chunk:
        chunk = file.read(_CHUNK)
        try:
            text = rest + decoder.decode(chunk, not chunk)
        except UnicodeDecodeError as error:
            here = line + _ends(rest + error.object[: error.start].decode(error.encoding, "ignore"))
            raise UnreadableList(f"{name}:{here}: error: {_undecoded(error)}") from error
        if line == 1:
            text = text.lstrip(_BOM)
        piece, rest = _cut(text) if chunk else (text, "")
        _refuse_unfit(piece, rest, line, name)
        yield piece
        line += _ends(piece)


def _ends(text: str) -> int:
    """How many lines end in a text, be it with LF, CRLF or CR."""
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def _cut(text: str) -> tuple[str, str]:
    """The whole lines of a text, and what is left; a last CR may be half of a CRLF."""
    end = max(text.rfind("\n"), text.rfind("\r", 0, -1)) + 1
    return text[:end], text[end:]


def _refuse_unfit(piece: str, rest: str, line: int, name: str) -> None:
    if "\0" in piece:
        here = line + _ends(piece[: piece.index("\0")])
        utf16 = _unmarked_utf16(piece.encode("latin-1", "replace"))
        what = f"or {utf16}" if utf16 else f"and no list; {_SAVE_AS}"
        raise UnreadableList(
            f"{name}:{here}: error: there is a NUL byte, so this is no text, {what}"
        )
    if len(rest) > LONGEST_LINE:
        here = line + _ends(piece)
        raise UnreadableList(
            f"{name}:{here}: error: the line is longer than {LONGEST_LINE:,} characters; "
            "this is no list of subscribers"
        )


def _unmarked_utf16(sample: bytes) -> str:
    """UTF-16, where half of the bytes are NUL as in European text; else nothing."""
    odd, even = sample[1::2].count(0), sample[::2].count(0)
    if max(odd, even) * 3 < len(sample):
        return ""
    codec = "utf-16-le" if odd > even else "utf-16-be"
    return f"UTF-16 without its mark; save it as 'CSV UTF-8', or add --encoding {codec}"


def _undecoded(error: UnicodeDecodeError) -> str:
    """What is wrong, and how Windows would read the word, so that one sees what is meant."""
    codec = error.encoding.upper()
    if codec == "UTF-8" and _NEVER_TEXT.search(error.object):
        utf16 = _unmarked_utf16(error.object)
        return f"this is {utf16}" if utf16 else f"this is no text, and no list; {_SAVE_AS}"
    if error.reason in ("unexpected end of data", "truncated data"):
        return f"the file ends within a character of {codec}; it may be cut off"
    before = _WORD_END.split(error.object[max(0, error.start - 20) : error.start])[-1]
    after = _WORD_END.split(error.object[error.start : error.start + 20])[0]
    word = (before + after).decode("cp1252", "replace")
    guess = f", or add --encoding windows-1252 if '{word}' is what should stand there"
    byte = error.object[error.start]
    return f"byte 0x{byte:02X} is not {codec}; save the file as 'CSV UTF-8'" + (
        guess if codec == "UTF-8" else ""
    )
