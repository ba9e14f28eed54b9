"""Text from elsewhere made safe to stand in an issue: rendered, it reads to the letter.

Only what an issue's Markdown would take for markup is escaped, since an author has to read
the file: `.42*` keeps its star where no second one could pair with it.
"""

from __future__ import annotations

import re

_PUNCTUATION = r"[!-/:-@\[-`{-~]"
_BACKSLASH = re.compile(rf"\\(?={_PUNCTUATION})")
_STAR = re.compile(r"\*")
_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
"""An underscore within a word marks no emphasis (CommonMark §6.2)."""
_AUTOLINK = re.compile(r"<(?=[A-Za-z][A-Za-z0-9+.-]{1,31}:|[^\s<>@]+@)")
_BULLET = re.compile(r"^(?=[-+*](?:\s|$))")
_NUMBER = re.compile(r"^(\d{1,9})(?=[.)](?:\s|$))")


def escape_inline(text: str) -> str:
    """A title or citation, in which only emphasis is markup."""
    text = _BACKSLASH.sub(r"\\\\", text)
    for mark in (_STAR, _UNDERSCORE):
        if len(mark.findall(text)) > 1:
            text = mark.sub(lambda found: f"\\{found[0]}", text)
    return text


def escape_prose(paragraph: str) -> str:
    """A paragraph on one line, in which links and lists are markup too."""
    text = escape_inline(paragraph)
    last = text.rfind("](")  # no bracket behind it opens a link
    text = text[: max(last, 0)].replace("[", "\\[") + text[max(last, 0) :]
    text = _AUTOLINK.sub(lambda found: f"\\{found[0]}", text)
    return escape_start(text)


def escape_start(paragraph: str) -> str:
    """A paragraph whose first signs would make it an entry of a list."""
    return _NUMBER.sub(r"\1\\", _BULLET.sub(r"\\", paragraph))
