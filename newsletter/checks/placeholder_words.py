"""Words that hold a place for text to come, and are not meant for a reader."""

from __future__ import annotations

import re
from collections.abc import Iterator

_NAMED = (
    r"title|authors?|name|year|journal|citation|doi|summary|text|topics?|subject|intro|link|url"
)
_ELLIPSIS = r"\[[ ]?(?:…|\.[ ]?\.[ ]?\.)[ ]?\]"
_IN_BRACKETS = (
    rf"\[(?i:(?:insert|fill in|placeholder)\b[^\[\]\n]{{0,60}}|your (?:{_NAMED})"
    rf"|(?:{_NAMED})(?: goes)? here)\]"
)
_IN_ANGLES = rf"<(?i:(?:your|the|insert|add)?[ ]?(?:{_NAMED}|month|date|preheader)s?(?:[ ]here)?)>"
_KINDS = (
    (
        ("todo", "tbd", "fixme", "tktk"),
        r"\b(?:TODO|TBD|FIXME|TKTK)\b|(?m:^)(?i:todo|tbd|fixme)[ ]?[:–-]",
    ),
    (("lorem", "dolor"), r"\b(?i:lorem ipsum|dolor sit amet|lorem)\b(?!, [A-Z]\.)"),
    (("[",), rf"{_ELLIPSIS}|{_IN_BRACKETS}"),
    (("<",), _IN_ANGLES),
    (("goes",), r"\b(?i:text|summary|title|citation|implications?|intro)[ ](?i:goes[ ]here)\b"),
    (("xx",), r"\b(?i:(x{2,4})[ ]?[-–][ ]?\1)\b|(?<![\w–-])(?:X{3,}|x{3,})(?![\w–-])"),
    (("???",), r"\?{3,}"),
)
"""Kinds of placeholder. Each has words, in lower case, without which a text holds none of it."""
_PLACEHOLDERS = tuple((hints, re.compile(pattern)) for hints, pattern in _KINDS)
_THIRTY_FOLLOWS = re.compile(
    r"(?i:\b(?:vol(?:ume)?|part|chapter|book|no|number|section|series|table|figure|appendix|congress"
    r"|conference|meeting|type|phase|pp?)\.?[ ]|47,[ ]?)$"
)
"""Words before the Roman XXX, and the karyotype."""
_VOLUME = re.compile(r"[ ]*\([\dIVX]|[ ]*,[ ]*(?:\d|e\d)")
"""After a volume's number: its issue's, or its pages."""
_LETTER = re.compile(r"[^\W_]")


def placeholders(text: str) -> Iterator[re.Match[str]]:
    """The placeholders in a text; a text without a single letter is one as a whole."""
    if not _LETTER.search(text):
        whole = re.search(r"\S(?:.*\S)?", text, re.DOTALL)
        return iter([whole] if whole else [])
    lower = text.lower()
    return (
        found
        for hints, pattern in _PLACEHOLDERS
        if any(hint in lower for hint in hints)
        for found in pattern.finditer(text)
        if not _is_thirty(found)
    )


def is_unwritten(text: str) -> bool:
    """Whether a placeholder is left in a text, which need not be told anything else then."""
    return next(placeholders(text), None) is not None


def _is_thirty(found: re.Match[str]) -> bool:
    if found[0] not in ("XXX", "xxx"):
        return False
    before = found.string[max(0, found.start() - 16) : found.start()]
    return bool(_THIRTY_FOLLOWS.search(before) or _VOLUME.match(found.string, found.end()))
