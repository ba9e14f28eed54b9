"""What a POST to a reader's link asks for: our pages' forms, and RFC 8058's one click."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

Field = tuple[str, str]

ONE_CLICK: Field = ("List-Unsubscribe", "One-Click")
"""As RFC 8058 §3.1 has it, letter by letter."""
PAGE: Field = ("action", "unsubscribe")
"""Of the button on the page."""
UNDO = "undo"
"""The field of the button that takes a misclick back; its value is signed."""

_MOST = 16
"""Fields of a form, of which one is needed."""
_URLENCODED, _MULTIPART = b"application/x-www-form-urlencoded", b"multipart/form-data"


def fields_of(content_type: str | None, body: bytes) -> list[Field] | None:
    """The fields of a form; None where it is none, or malformed.

    Args:
        content_type: the header, without which a body is taken for the plainest form.
        body: as it came. Charsets are left aside, since all that counts is ASCII.
    """
    kind, options = parse_options_header(content_type)
    if kind == _MULTIPART:
        return _multipart(options.get(b"boundary", b""), body)
    return _urlencoded(body) if kind in (_URLENCODED, b"") else None


def _urlencoded(body: bytes) -> list[Field] | None:
    # A line end after the form is what some programs add; it is no part of a value.
    text = body.decode("ascii", "replace").rstrip("\r\n")
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST)
    except ValueError:
        return None


def _multipart(boundary: bytes, body: bytes) -> list[Field] | None:
    parts = _Parts()
    # What strangers send is no news for the log.
    logging.getLogger("python_multipart").setLevel(logging.CRITICAL)
    try:
        parser = MultipartParser(boundary, parts.callbacks)
        parser.write(body)
    except (FormParserError, ValueError):
        return None
    return parts.fields if parts.ended and len(parts.fields) <= _MOST else None


class _Parts:
    """The fields of a multipart form as its parser comes upon them; files are left out."""

    def __init__(self) -> None:
        self.fields: list[Field] = []
        self.ended = False
        """Whether the closing boundary came."""
        self._header, self._value, self._body = b"", b"", b""
        self._disposition = b""

    @property
    def callbacks(self) -> MultipartCallbacks:
        """What the parser calls."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._name,
            "on_header_value": self._text,
            "on_header_end": self._head,
            "on_part_data": self._data,
            "on_part_end": self._part,
            "on_end": self._end,
        }

    def _begin(self) -> None:
        self._header, self._value, self._body, self._disposition = b"", b"", b"", b""

    def _name(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _text(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _head(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header, self._value = b"", b""

    def _data(self, data: bytes, start: int, end: int) -> None:
        self._body += data[start:end]

    def _part(self) -> None:
        kind, options = parse_options_header(self._disposition)
        if kind == b"form-data" and b"filename" not in options:
            name = options.get(b"name", b"")
            self.fields.append((name.decode("latin-1"), self._body.decode("latin-1")))

    def _end(self) -> None:
        self.ended = True
