"""Keeping a spreadsheet from taking a cell for a formula (OWASP, "CSV Injection")."""

from __future__ import annotations

import re

_FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
"""What a program may take for a formula, already guarded or not."""
_GUARDED = re.compile("''*[=+\\-@\t\r\n＝＋－＠]")


def guarded(cell: str) -> str:
    """The cell with an apostrophe before it, where it begins as a formula would.

    One that already has such apostrophes gets one more, so that `unguarded` gives back just
    what was there.
    """
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    """The cell without the apostrophe that `guarded` sets, and no other."""
    return cell[1:] if _GUARDED.match(cell) else cell
