"""Quoted-printable (RFC 2045 §6.7) in stretches that can be joined in any order."""

from __future__ import annotations

import re
from binascii import b2a_qp

SOFT_BREAK = b"=\r\n"
"""What stands between two stretches, so that neither depends on the other's length."""
_DOT = re.compile(rb"^\.([^\r\n]*)", re.MULTILINE)
_LONGEST = 76


def quoted_printable(text: str) -> bytes:
    """A stretch whose last line leaves room for the soft break that may follow.

    No line begins with a dot, so that SMTP has none to double (RFC 5321 §4.5.2).
    """
    # b2a_qp fills up a line that ends the text, so it is given one character more. It also
    # ends soft breaks as it sees the first line end, hence LF, which become CRLF afterwards.
    encoded = b2a_qp(f"{text}_".encode(), istext=True, quotetabs=False)
    encoded = encoded[:-1].removesuffix(b"=\n").replace(b"\n", b"\r\n")
    while encoded.startswith(b".") or b"\n." in encoded:
        encoded = _DOT.sub(_without_dot, encoded)
    return encoded


def _without_dot(line: re.Match[bytes]) -> bytes:
    rest = line[1]
    return b"=2E" + (rest if len(rest) <= _LONGEST - 3 else SOFT_BREAK + rest)
