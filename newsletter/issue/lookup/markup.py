"""Titles and citations as publishers deposit them → as our issues hold them.

They come with HTML, JATS or MathML tags, with entities escaped once or twice, indented, and
with characters that no editor types. Italics become our emphasis; other marks are dropped,
their words kept.
"""

from __future__ import annotations

import html
import re

from newsletter.issue.doi import normalise_doi
from newsletter.issue.markdown_escape import escape_inline

_TAG = re.compile(r"<(/?)(?:[a-z]+:)?([a-z][a-z0-9-]*)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_KNOWN = frozenset(
    "b bold em i inf italic jats monospace named-content p roman sans-serif sc scp small span "
    "strike strong styled-content sub sup title tt u underline".split()
)
"""Tags that an author of a title can't have meant; `<self>` he may have."""
_BREAKS = frozenset("br break".split())
_ITALIC = frozenset("em i italic".split())
_MATH = re.compile(r"<(mml:)?math\b.*?</(mml:)?math>", re.IGNORECASE | re.DOTALL)
_ANY_TAG = re.compile(r"<[^<>]*>")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_OPEN, _CLOSE = "\ue000", "\ue001"
"""Stand for the start and end of italics; private characters of the text itself are gone."""
_ITALICS = re.compile(rf"{_OPEN}([^{_OPEN}{_CLOSE}]*){_CLOSE}")
_ADJACENT = re.compile(rf"{_CLOSE}(\s*){_OPEN}")
_SPACE = re.compile("[ \t-\r\x1c-\x1f\x85\u2028\u2029]+")
_UNTYPED = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u200b\u2060\ufeff\ud800-\udfff\ue000-\uf8ff"
    "\ufdd0-\ufdef\ufffe\uffff\U0001fffe\U0001ffff\U000f0000-\U0010ffff]"
)
"""What the loader refuses, private characters, and the layout of the publisher's page."""
_TRAILING_DOI = re.compile(
    r"(?<![\s,;])[\s,;]*+(?<![\w/])(?:available at:?\s*|retrieved from\s*)?"
    r"((?:https?://)?(?:dx\.|www\.)?doi\.org/|doi:?\s*)(10\.\S+)\s*$",
    re.IGNORECASE,
)


def on_one_line(deposited: str) -> str:
    """The text without line ends, indentation, and characters that nobody types."""
    return _SPACE.sub(" ", _UNTYPED.sub("", deposited)).strip()


def split_doi(citation: str) -> tuple[str, str]:
    """A citation, ended as a sentence, and the DOI that stood at its end, or nothing."""
    found = _TRAILING_DOI.search(citation)
    if not found:
        return citation, ""
    bare = _unescaped(found[2]).rstrip(".,;")
    prefix = "https://doi.org/" if "/" in found[1] else ""
    try:
        doi = normalise_doi(prefix + bare)
    except ValueError:
        return citation, ""
    rest = citation[: found.start()]
    return (rest if not rest or rest.endswith((".", "?", "!", "…")) else f"{rest}."), doi


def to_markdown(deposited: str) -> str:
    """A title or citation in our Markdown, on one line: rendered, it reads to the letter."""
    text = _plain(deposited)
    if any(sign in text for sign in "*_\\"):
        return escape_inline(on_one_line(text))
    return on_one_line(_ITALICS.sub(_emphasis, _ADJACENT.sub(r"\1", text)))


def _plain(deposited: str) -> str:
    """Bare words; of all marks those of italics are left."""
    text = _MATH.sub(lambda found: _ANY_TAG.sub("", found[0]), on_one_line(deposited))
    text = _without_tags(text)
    return _without_tags(_unescaped(text))  # tags that were escaped like text


def _unescaped(text: str) -> str:
    """Entities decoded, also `&amp;amp;`; what lacks its semicolon is text."""
    for _ in range(2):
        text = _ENTITY.sub(lambda found: _UNTYPED.sub("", html.unescape(found[0])), text)
    return text


def _without_tags(text: str) -> str:
    return _TAG.sub(_instead_of_tag, text)


def _instead_of_tag(found: re.Match[str]) -> str:
    name = found[2].lower()
    if name in _ITALIC:
        return _CLOSE if found[1] else _OPEN
    if name in _BREAKS:
        return " "
    return "" if name in _KNOWN else found[0]


def _emphasis(found: re.Match[str]) -> str:
    """Stars around what is in italics, where Markdown takes them for emphasis.

    They have to touch a letter or digit on the inside (CommonMark §6.2); white space at an
    end moves out.
    """
    inner = found[1].strip()
    if not inner or not (inner[0].isalnum() and inner[-1].isalnum()):
        return found[1]
    before, _, after = found[1].partition(inner)
    return f"{before}*{inner}*{after}"
