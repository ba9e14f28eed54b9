"""Plain text as if written by hand, at 72 columns.

Lines break at ordinary spaces only, so that addresses and statistics stay whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from newsletter.edition import markdown
from newsletter.edition.nobreak import GLUE, bind

WIDTH = 72
_WHITE_SPACE = re.compile(r"[ \n\t]+")
"""Where lines may break; a no-break space that was typed is none of it."""


def wrap(text: Any, indent: int = 0, first: str | None = None) -> str:
    """A paragraph at 72 columns; `first` stands before its first line instead of the indent."""
    return fold(bind(str(text)), indent, first)


@lru_cache(maxsize=512)
def fold(bound: str, indent: int = 0, first: str | None = None) -> str:
    """Fill lines word by word; a word longer than a line gets one of its own.

    `textwrap` would do, at four times the cost and with hyphens to switch off.
    """
    margin = " " * indent
    line, lines, empty = margin if first is None else first, [], True
    for word in _WHITE_SPACE.split(bound.strip(" \n\t")):
        if not empty and len(line) + 1 + len(word) > WIDTH:
            lines.append(line)
            line, empty = margin, True
        line, empty = line + word if empty else f"{line} {word}", False
    return "\n".join([*lines, line]).replace(GLUE, " ")


def underline(text: Any, stroke: str = "-") -> str:
    """A title, wrapped, with a line below as long as its longest line."""
    wrapped = wrap(text)
    return f"{wrapped}\n{stroke * max(map(len, wrapped.split(chr(10))))}"


def rule(stroke: str = "-") -> str:
    """A line across the page."""
    return stroke * WIDTH


FILTERS: dict[str, Callable[..., Any]] = {
    "title": markdown.inline_plain,
    "wrap": wrap,
    "underline": underline,
}
