"""Header fields of a message, folded and encoded (RFC 5322 §2.2.3, RFC 2047).

`email.header` is left aside: its SMTP policy turns an unbroken token of 78 characters, such
as a long List-Unsubscribe, into encoded words, which breaks it (cpython #85725), and a long
word without a space costs it the square of its length.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from email.utils import quote

LONGEST_LINE = 76
"""Characters of a line with an encoded word (RFC 2047 §2); others may have 78 (RFC 5322 §2.1.1)."""
_FOLD = "\r\n "
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")


def unfolded(header: str, value: str) -> str:
    """A field on one line, however long.

    Raises:
        ValueError: where the value holds a control character, as all fields here do.
    """
    return f"{header}: {_checked(value)}"


def token(header: str, value: str) -> str:
    """A field whose value cannot be broken; it moves to a line of its own where it is long."""
    line = unfolded(header, value)
    return line if len(line) <= LONGEST_LINE else f"{header}:{_FOLD}{value}"


def unstructured(header: str, text: str) -> str:
    """A field of free text: as it is where ASCII and folding suffice, else in encoded words."""
    return f"{header}: {_words(_checked(text), len(header) + 2)}"


def mailbox(header: str, name: str, address: str) -> str:
    """`Name <address>`; the address alone where there is no name."""
    _checked(name + address)
    if not name:
        return token(header, address)
    phrase = _phrase(name, len(header) + 2)
    last = f"{header}: {phrase}".rsplit("\r\n", 1)[-1]
    gap = " " if len(last) + len(address) + 3 <= LONGEST_LINE else _FOLD
    return f"{header}: {phrase}{gap}<{address}>"


def _phrase(name: str, used: int) -> str:
    """A display name: atoms, a quoted string, or encoded words."""
    quoted = f'"{quote(name)}"'
    fits = name.isascii() and "=?" not in name and used + len(quoted) <= LONGEST_LINE
    if fits and not _ATOMS.fullmatch(name):
        return quoted
    if _ATOMS.fullmatch(name):
        return _words(name, used)
    return _FOLD.join(_encoded_words(name, used))


def _words(text: str, used: int) -> str:
    simple = text.isascii() and "=?" not in text and "  " not in text and text == text.strip()
    if simple and max(map(len, text.split(" "))) < LONGEST_LINE - used:
        return _folded(text, used)
    return _FOLD.join(_encoded_words(text, used))


def _folded(text: str, used: int) -> str:
    """ASCII text with line breaks at spaces; `used` characters of the first line are taken."""
    lines: list[str] = []
    line, room = "", LONGEST_LINE - used
    for word in text.split(" "):
        if line and len(line) + 1 + len(word) > room:
            lines.append(line)
            line, room = "", LONGEST_LINE - 1
        line = f"{line} {word}" if line else word
    return _FOLD.join([*lines, line])


def _encoded_words(text: str, used: int) -> Iterator[str]:
    """Base64 words of whole characters, at most 75 long (RFC 2047 §2)."""
    room = LONGEST_LINE - used
    chunk = b""
    for char in text:
        encoded = char.encode()
        if len(chunk) + len(encoded) > (room - 12) // 4 * 3:
            yield f"=?utf-8?b?{b64encode(chunk).decode()}?="
            chunk, room = b"", LONGEST_LINE - 1
        chunk += encoded
    yield f"=?utf-8?b?{b64encode(chunk).decode()}?="


def _checked(text: str) -> str:
    if _CONTROL.search(text):
        raise ValueError(f"a header may hold no control character: {text!r}")
    return text
