"""What the checks of statistics say about a text, each remark with what stands at its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, cast

import pytest

from newsletter.checks.statistics import CHECKS
from newsletter.checks.subject import Subject
from newsletter.edition import Edition
from newsletter.issue import Archive

NO_EDITION = cast("Edition", None)


class Found(NamedTuple):
    """A remark."""

    code: str
    at: str
    """The rest of the line from its place on."""
    message: str


@pytest.fixture(scope="session")
def remarks(desk: Any) -> Callable[..., list[Found]]:
    """Remarks of all checks of statistics about an issue with this summary, or these texts."""

    def ask(summary: str | None = None, **texts: str) -> list[Found]:
        content = desk.with_study(**({"summary": summary} if summary else {}), **texts)
        file = desk.load(content)
        subject = Subject(file, NO_EDITION, desk.config, Archive())
        lines = file.source.text.split("\n")
        return [
            Found(check.code, lines[place.line - 1][place.column - 1 :], message)
            for check in CHECKS
            for place, message in check.ask(subject)
        ]

    return ask
