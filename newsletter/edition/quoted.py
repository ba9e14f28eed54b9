"""Quoted-printable (RFC 2045 §6.7) in stretches that can be joined in any order.

`binascii.b2a_qp` is left aside: a full line that ends in a space becomes 78 characters long
with it, and a bare CR stays one.
"""

from __future__ import annotations

import re

SOFT_BREAK = b"=\r\n"
"""What stands between two stretches, so that neither depends on the other's length."""
_PLAIN = re.compile(r"(?!\.)[ -<>-~]{0,74}[!-<>-~]")
"""What needs no encoding, as most of what is spliced into a message."""
_LINE_END = re.compile(r"\r\n?")
_ESCAPED = re.compile(rb"[^\t\n -<>-~]|[\t ]$", re.MULTILINE)
_LINE = re.compile(rb"(?:\..{0,72}|.{1,75})(?<!=)(?<!=.)")
"""A line with room for a soft break and for the escape of a leading dot; cuts no escape."""


def quoted_printable(text: str) -> bytes:
    """A stretch in lines of at most 75, so that a soft break may follow.

    No line begins with a dot, so that SMTP has none to double (RFC 5321 §4.5.2). Line ends of
    any kind become CRLF.
    """
    if _PLAIN.fullmatch(text):
        return text.encode("ascii")
    octets = _LINE_END.sub("\n", text).encode()
    escaped = _ESCAPED.sub(lambda octet: b"=%02X" % ord(octet[0]), octets)
    return b"\r\n".join(
        SOFT_BREAK.join(map(_without_dot, _LINE.findall(line))) for line in escaped.split(b"\n")
    )


def _without_dot(line: bytes) -> bytes:
    return b"=2E" + line[1:] if line.startswith(b".") else line
