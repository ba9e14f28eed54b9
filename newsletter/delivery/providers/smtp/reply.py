"""What an SMTP server says (RFC 5321 §4.2), read as it comes in, in pieces of any size."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

_LINE = re.compile(rb"([2-5][0-9]{2})(?:([ -])(.*))?")
_WHOLE = re.compile(rb"([2-5][0-9]{2}) ([ -~]*)\r\n")
"""A reply as nearly all are: one line of ASCII."""
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?!\S)")
_LONGEST = 64 * 1024


class Gibberish(Exception):
    """The server says what is no SMTP."""


class Reply(NamedTuple):
    """One reply; its lines are joined by spaces."""

    code: int
    text: str

    @property
    def positive(self) -> bool:
        """Whether it is a yes (2yz)."""
        return self.code // 100 == 2

    @property
    def intermediate(self) -> bool:
        """Whether it asks for more (3yz)."""
        return self.code // 100 == 3

    @property
    def negative(self) -> bool:
        """Whether it is a no, for now (4yz) or for good (5yz)."""
        return self.code // 100 in (4, 5)

    @property
    def enhanced(self) -> str:
        """The enhanced status code, such as `5.1.1` (RFC 3463), if there is one."""
        found = _ENHANCED.match(self.text)
        return found[0] if found else ""

    def __str__(self) -> str:
        return f"{self.code} {self.text}".rstrip()


class Replies:
    """Puts replies together."""

    def __init__(self) -> None:
        self._rest = b""
        self._lines: list[bytes] = []
        self.ahead = False
        """Whether something followed the last reply in the same piece."""

    @property
    def begun(self) -> bool:
        """Whether a part of a reply has come."""
        return bool(self._rest or self._lines)

    def feed(self, received: bytes) -> Iterator[Reply]:
        """The replies that are complete with these bytes.

        Raises:
            Gibberish: where they are no replies.
        """
        begin = 0
        while not self.begun and (whole := _WHOLE.match(received, begin)):
            begin = whole.end()
            self.ahead = begin < len(received)
            yield Reply(int(whole[1]), whole[2].strip().decode("ascii"))
        if begin == len(received):
            return
        lines = deque((self._rest + received[begin:]).split(b"\n"))
        self._rest = lines.pop()
        while lines:
            reply = self._add(lines.popleft())
            if reply:
                self.ahead = bool(lines or self._rest)
                yield reply
        if len(self._rest) + sum(map(len, self._lines)) > _LONGEST:
            raise Gibberish("with a reply without an end")

    def _add(self, line: bytes) -> Reply | None:
        """The reply that ends with this line, if one does."""
        read = _LINE.fullmatch(line.removesuffix(b"\r"))
        if read is None:
            raise Gibberish(f"with no reply of SMTP: {_words(line[:80])!r}")
        code, separator, text = read.groups()
        self._lines.append(text or b"")
        if separator == b"-":
            return None
        said, self._lines = b" ".join(self._lines), []
        return Reply(int(code), _words(said))


def _words(text: bytes) -> str:
    """Printable characters alone, since it will stand in a ledger and on a terminal."""
    words = text.decode("utf-8", "replace").strip()
    if words.isprintable():
        return words
    return "".join(each if each.isprintable() else " " for each in words)
