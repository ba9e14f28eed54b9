"""Text that YAML takes for a comment."""

from __future__ import annotations

from typing import Any

import pytest

HASHED = """\
month: 2023-12 # a comment
subject: {subject}
summaries:
  - title: {title}
    summary: S
    practice_implications: P
  - title: B
    citation: Author, A. (2023).
      Thing #3, vol. 2.
    summary: "It's #1"
    practice_implications: |
      We are #1
"""


def test_text_that_yaml_takes_for_a_comment_is_told(desk: Any) -> None:
    findings = desk.find(HASHED.format(subject="S", title="The #1 predictor"), "N102")
    assert [(found.line, found.column) for found in findings] == [(4, 16), (9, 13)]
    assert {found.severity for found in findings} == {"warning"}


@pytest.mark.parametrize("title", ["'The #1'", "The#1", "A # a comment", "A"])
def test_comments_and_quoted_hashes_are_fine(desk: Any, title: str) -> None:
    findings = desk.find(HASHED.format(subject="S  # why", title=title), "N102")
    assert [found.line for found in findings] == [9]


@pytest.mark.parametrize("key", ["intro", "research_type", "summary", "practice_implications"])
def test_every_text_is_looked_at(desk: Any, key: str) -> None:
    study = {"title": "A", "summary": "S", "practice_implications": "P", key: "The #1 reason"}
    lines = [f"{name}: {text}" for name, text in study.items() if name != "intro"]
    intro = "intro: The #1 reason\n" if key == "intro" else ""
    text = f"month: 2023-12\n{intro}summaries:\n  - " + "\n    ".join(lines) + "\n"
    (found,) = desk.find(text, "N102")
    assert "put the text in quotes" in found.message
