"""What the checks of language say about a few words of text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

CITATION = (
    "Finsrud, I., Nissen-Lie, H. A., Fagernäs, S., DeBlaere, C., O’Brien, M., & Lo Coco, G. "
    "(2023). Being understood. *A Journal, 7*(1), 1–9."
)

Said = Callable[..., list[str]]


@pytest.fixture
def said(desk: Any) -> Said:
    """The messages of checks with a code about a summary, and about other keys of its study."""

    def messages(code: str, summary: str = "A summary.", **keys: Any) -> list[str]:
        language, config = keys.pop("language", None), keys.pop("config", None)
        content = desk.with_study(summary=summary, **{"citation": CITATION, **keys})
        content |= {"language": language} if language else {}
        return [found.message for found in desk.find(content, code, config=config)]

    return messages


@pytest.fixture
def places(desk: Any, unmarked: Callable[[str], Any]) -> Callable[[str, str], tuple[Any, Any]]:
    """Where a code's findings about marked texts are, and where the marks want them."""

    def compare(code: str, text: str) -> tuple[Any, Any]:
        whole, expected = unmarked(ISSUE.replace("TEXT", text.replace("\n", "\n      ")))
        found = desk.find(whole, code)
        return [(finding.line, finding.column) for finding in found], expected

    return compare


ISSUE = """\
month: 2023-12
subject: Feeling understood
summaries:
  - title: Being Understood
    citation: Finsrud, I. (2023). Being understood. *A Journal, 7*(1), 1–9.
    summary: |
      TEXT
    practice_implications: |
      Ask.
"""
