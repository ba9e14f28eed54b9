"""Checks of the style sheets that premailer writes into the elements.

premailer and cssutils drop what they do not understand, and after a forgotten brace every
rule that follows, without a word. So these sheets are held to what survives: plain rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_PIECE = re.compile(r"([^{}]*)([{}]?)")
_DECLARATION = re.compile(r"\s*[\w-]+\s*:\s*(?:[^:;@]|url\([^)]*\))+", re.ASCII)
_KEPT = 'put it into <style data-premailer="ignore"> in an <mj-raw> of the head'

Fault = tuple[int, str]
"""An offset in the sheet, and the sentence for it."""


@lru_cache(maxsize=16)
def faults_of(sheet: str) -> tuple[Fault, ...]:
    """What is wrong with a sheet, in the order of places."""
    blank = _COMMENT.sub(lambda comment: re.sub(r"\S", " ", comment[0]), sheet)
    unclosed = blank.find("/*")
    if unclosed >= 0:
        return ((unclosed, "this comment is never closed; end it with */"),)
    return tuple(_faults(blank))


def _faults(sheet: str) -> Iterator[Fault]:
    opened = None
    for piece in _PIECE.finditer(sheet):
        text, end = piece[1], piece[2]
        at = piece.start() + len(text) - len(text.lstrip())
        if opened is None and (fault := _selector_fault(text, end)):
            yield at, fault
            return
        if opened is not None and end == "{":
            yield opened, "this rule is not closed before the next one begins; close it with '}'"
            return
        if opened is not None:
            yield from _declaration_faults(text, piece.start())
        opened = at if end == "{" else None if end else opened
    if opened is not None:
        yield opened, "this rule is never closed; close it with '}'"


def _selector_fault(text: str, end: str) -> str:
    selector = text.strip()
    if selector.startswith("@"):
        return f"'{selector.split()[0]}' is dropped or broken on the way; {_KEPT}"
    if "*" in selector:
        return f"rules for '*' are dropped on the way; name the elements, or {_KEPT}"
    if end == "}":
        return "this '}' closes nothing; remove it"
    if not end and selector:
        return f"expected a rule such as 'p {{ margin: 0; }}', found '{selector[:40]}'"
    return _unreadable(selector) if end else ""


def _unreadable(selector: str) -> str:
    from cssselect import SelectorError, parse

    try:
        parse(selector)
    except SelectorError:
        return f"'{selector[:40]}' is not a selector; write one such as '.citation a'"
    return ""


def _declaration_faults(text: str, start: int) -> Iterator[Fault]:
    offset = start
    for declaration in text.split(";"):
        if declaration.strip() and not _DECLARATION.fullmatch(declaration):
            at = offset + len(declaration) - len(declaration.lstrip())
            found = " ".join(declaration.split())[:40]
            yield at, f"expected 'property: value;', found '{found}'"
        offset += len(declaration) + 1
