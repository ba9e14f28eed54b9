"""What a check is, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from newsletter.checks.subject import Subject
from newsletter.yaml_source import Place, Severity


class Remark(NamedTuple):
    """A check's answer: where, what is wrong, and what to do."""

    place: Place
    message: str


@dataclass(frozen=True)
class Check:
    """A question asked of every issue.

    Errors stop a mailing, so a check is one only where readers would get something broken:
    what Gmail clips, placeholders left over, headers and links that do not work.
    """

    code: str
    """`N101`; stable, and never used again for another check."""
    severity: Severity
    title: str
    """What it finds, in a few words; heading of its section in docs/reference/checks.md."""
    ask: Callable[[Subject], Iterator[Remark]]
    """The check itself; its docstring is its page in the reference, rule and reason."""
    of_edition: bool = False
    """Whether it looks at what readers get, which a broken template leaves them without."""
