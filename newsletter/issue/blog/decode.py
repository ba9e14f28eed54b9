"""The bytes of a page → its text."""

from __future__ import annotations

import codecs
import re

from newsletter.errors import UnreadablePage

BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_CHARSET = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_WINDOWS = frozenset(("iso-8859-1", "iso8859-1", "latin1", "latin-1", "us-ascii", "ascii"))


def decoded_text(content: bytes, name: str) -> str:
    """A plain text, which must be UTF-8, or say by a byte order mark what it is.

    Raises:
        UnreadablePage: with the line that is not.
    """
    encoding = next((name for bom, name in BOMS.items() if content.startswith(bom)), "utf-8")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadablePage(
            f"{name}:{line}: error: byte 0x{content[error.start]:02X} is not UTF-8; "
            "save the page as UTF-8"
        ) from error


def decoded_html(content: bytes, name: str) -> str:
    """The page as text: UTF-8, or as it declares; what calls itself Latin-1 is Windows' own.

    So browsers read it (WHATWG Encoding §4.2), or typographic quotes would be control characters.

    Raises:
        UnreadablePage: for a page that declares UTF-8 and is none.
    """
    bom = next((bom for bom in BOMS if content.startswith(bom)), None)
    try:
        return content.decode(BOMS[bom] if bom else "utf-8")
    except UnicodeDecodeError as error:
        found = _CHARSET.search(content[:4096])
        declared = found[1].decode("ascii").lower() if found else "windows-1252"
        line = content.count(b"\n", 0, error.start) + 1
    if declared in ("utf-8", "utf8"):
        raise UnreadablePage(
            f"{name}:{line}: error: this is not the UTF-8 it declares; save it again"
        )
    try:
        return content.decode("cp1252" if declared in _WINDOWS else declared, "replace")
    except LookupError:
        return content.decode("cp1252", "replace")
