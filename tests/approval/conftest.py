"""An approval station: what an issue's files come to, and what changed between two looks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from newsletter.approval.evidence import Evidence, changes
from newsletter.checks import clear

Look = Callable[[], Evidence]
Changed = Callable[[Evidence], tuple[str, ...]]


@pytest.fixture
def look(publication: Any) -> Look:
    """The evidence of December 2023 as its files are now."""

    def found() -> Evidence:
        path = publication.root / "issues" / "2023-12.yaml"
        return clear(path, publication.config(), datetime.now(UTC)).evidence

    return found


@pytest.fixture
def changed_since(look: Look) -> Changed:
    """What has changed since, in words; a change that cannot be told, or is told, is a change."""

    def found(before: Evidence) -> tuple[str, ...]:
        now = look()
        told = changes(before, now)
        assert bool(told) == (before.hash != now.hash)
        return told

    return found
