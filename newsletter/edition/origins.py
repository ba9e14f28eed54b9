"""Which line of which template a piece of output came from.

Templates rendered with `LineMarks` carry a mark before each line of their text and each
`{{ … }}`; `Origins` reads the marks. Names are written in hexadecimal, so that a filter over
a whole block, such as `upper`, leaves them readable.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

_MARK = re.compile("\ue000(\\d+):((?:[0-9A-Fa-f]{2})+)\ue001")


class LineMarks(Extension):
    """Puts marks of the template and the line into what a template writes."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """The template's tokens, with marks."""
        name = (stream.name or "").encode().hex()
        for token in stream:
            if token.type == "variable_begin":
                yield Token(token.lineno, "data", _marked("", token.lineno, name))
            is_text = token.type == "data"
            marked = _marked(str(token.value), token.lineno, name) if is_text else token.value
            yield token._replace(value=marked)


def _marked(text: str, first: int, name: str) -> str:
    lines = enumerate(text.split("\n"), first)
    return "\n".join(f"\ue000{number}:{name}\ue001{line}" for number, line in lines)


class Origins:
    """Leads from places of a template's output back to lines of templates."""

    def __init__(self, traced: str, template: str) -> None:
        self.traced = traced
        """The output with its marks."""
        self._lines = traced.split("\n")
        self._start = template, 1

    def of(self, line: int, column: int) -> tuple[str, int]:
        """Template and line of a line and column, both from 1, of the output without marks."""
        for number in range(min(line, len(self._lines)), 0, -1):
            found = self._last_mark(number, column if number == line else None)
            if found:
                return _read(found)
        return self._start

    def before(self, offset: int) -> tuple[str, int]:
        """Template and line of an offset in `traced`."""
        *_, last = (None, *_MARK.finditer(self.traced, 0, offset))
        return _read(last) if last else self._start

    def _last_mark(self, number: int, column: int | None) -> re.Match[str] | None:
        found, removed = None, 0
        for mark in _MARK.finditer(self._lines[number - 1]):
            if column is not None and mark.start() - removed >= column and found:
                break
            found, removed = mark, removed + len(mark[0])
        return found


def _read(mark: re.Match[str]) -> tuple[str, int]:
    return bytes.fromhex(mark[2]).decode(errors="replace"), int(mark[1])
