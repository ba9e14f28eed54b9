"""The plain text's width."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.checks.check import Remark
from newsletter.checks.message.origin import TOP
from newsletter.checks.subject import Subject
from newsletter.edition import specimen

_WIDEST = 78
"""RFC 5322 §2.1.1; mail programs of a fixed width show 80."""
_ADDRESS = re.compile(r"[ ]*(?:[-–*]|\[?\d+[.\]])?[ ]*\S*(?:://|@|www\.)\S*")
"""A line that is a web or e-mail address, after the sign of a list or a note."""
_TELLING = 30
"""Letters that are enough to find a line's words in the issue."""


def wide_line(subject: Subject) -> Iterator[Remark]:
    """Lines of the plain text end at 72 columns; above 78 mail programs break them anywhere.

    A web address may be longer.
    """
    for line in subject.edition.text.fill(specimen(subject.config)).split("\n"):
        if len(line) > _WIDEST and not _ADDRESS.fullmatch(line):
            yield _remark(subject, line.strip())


def _remark(subject: Subject, line: str) -> Remark:
    message = f"a line of {len(line)} columns in the plain text: '{line[:40]}…'"
    for words in (line[:_TELLING], max(line.split(), key=len)[:_TELLING]):
        for passage in subject.passages:
            if words in passage.text:
                place = passage.place(passage.text.index(words))
                return Remark(place, f"{message}; put a space where it may break")
    return Remark(TOP, f"{message}; let the template wrap it: {{{{ … | wrap }}}}")
