"""A saved page of the old blog → its lines, each with its number in the file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from newsletter.errors import UnreadablePage
from newsletter.issue.blog.decode import BOMS, decoded_text
from newsletter.issue.markdown_escape import escape_inline, escape_prose
from newsletter.yaml_source.text import split_lines, without_untypeable

MAX_PAGE_BYTES = 20_000_000
"""Size above which a file is no saved page; ten years of the blog have some 3 MB."""

_BREAKS = re.compile("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
"""Line breaks that editors do not count."""
_HTML = re.compile(
    rb"\s*+(?:<!--(?>.*?-->)\s*+)*+<(?:!doctype\s+html|html|head|body|div|main)\b",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class Line:
    """A line that is not empty: a title, a citation, a paragraph."""

    number: int
    text: str
    """To the letter, without markup and the white space around it."""
    heading: bool = False
    """Whether HTML says it is one."""
    inline: str | None = None
    """HTML's emphasis as Markdown; None where the page has no markup."""
    prose: str | None = None
    """HTML's emphasis, links and list entries as Markdown."""
    addresses: tuple[str, ...] = ()
    """Where HTML's links lead."""

    @property
    def as_inline(self) -> str:
        """Markdown for a title or citation."""
        return escape_inline(self.text) if self.inline is None else self.inline

    @property
    def as_prose(self) -> str:
        """Markdown for a paragraph."""
        return escape_prose(self.text) if self.prose is None else self.prose


@dataclass(frozen=True)
class Page:
    """A saved page."""

    name: str
    """As it was named on the command line."""
    lines: tuple[Line, ...]
    left_out: tuple[Line, ...] = ()
    """What HTML marks as navigation, menus and footers."""


def read_page(path: Path, name: str) -> Page:
    """The lines of a page that was saved as text or as HTML.

    Raises:
        UnreadablePage: for what cannot be opened, is too large, or is in no encoding we know.
    """
    content = _content(path, name)
    if path.suffix.lower() in (".html", ".htm", ".xhtml") or _HTML.match(content):
        from newsletter.issue.blog.html import html_lines

        return Page(name, *html_lines(content, name))
    return Page(name, text_lines(decoded_text(content, name)))


def _content(path: Path, name: str) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_PAGE_BYTES + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UnreadablePage(f"{name}: error: cannot be read: {reason}; check the path") from error
    if len(content) > MAX_PAGE_BYTES:
        raise UnreadablePage(f"{name}: error: larger than 20 MB; this is no saved page")
    if b"\0" in content and not content.startswith(tuple(BOMS)):
        raise UnreadablePage(f"{name}: error: this is no text; save the page as text or as HTML")
    return content


def text_lines(text: str) -> tuple[Line, ...]:
    """The lines of a plain text that are not empty."""
    return tuple(
        Line(number, part)
        for number, line in enumerate(split_lines(text), 1)
        for piece in _BREAKS.split(line)
        if (part := without_untypeable(piece).strip())
    )
