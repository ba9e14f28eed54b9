"""The plain text's width."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.checks.check import Remark
from newsletter.checks.message.origin import TOP
from newsletter.checks.subject import Subject
from newsletter.edition import specimen

_WIDEST = 78
"""RFC 5322 §2.1.1; mail programs of a fixed width show 80."""
_TELLING = 30
"""Letters that are enough to find a line's words in the issue."""


def wide_line(subject: Subject) -> Iterator[Remark]:
    """Lines of the plain text end at 72 columns; above 78 mail programs break them anywhere.

    A web address, or another word that cannot be broken, may be longer.
    """
    for line in subject.edition.text.fill(specimen(subject.config)).split("\n"):
        words = line.split()
        if len(line) > _WIDEST and len(words) > 1 and max(map(len, words)) < _WIDEST - len(words):
            yield _remark(subject, line.strip())


def _remark(subject: Subject, line: str) -> Remark:
    message = f"a line of {len(line)} columns in the plain text: '{line[:40]}…'"
    for passage in subject.passages:
        at = passage.text.find(line[:_TELLING])
        if at >= 0:
            return Remark(passage.place(at), f"{message}; let it break at a space")
    return Remark(TOP, f"{message}; let the template wrap it: {{{{ … | wrap }}}}")
