"""Statistics as they are reported, without a fault: nothing is said of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SENTENCES = Path(__file__).with_name("consistent.txt").read_text("utf-8").splitlines()
BEGINS_A_LIST = re.compile(r"[-+=]|\d+[.)]$")
"""Words that would be Markdown's signs at the start of a line."""
Remarks = Callable[..., list[Any]]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_consistent_statistics_raise_no_remark(remarks: Remarks, sentence: str) -> None:
    assert remarks(sentence.replace("*", r"\*")) == []


def test_nor_do_they_all_together(remarks: Remarks) -> None:
    text = "\n\n".join(sentence.replace("*", r"\*") for sentence in SENTENCES)
    assert remarks(text) == []


def test_nor_do_they_where_lines_end_anywhere(remarks: Remarks) -> None:
    for sentence in SENTENCES:
        words = sentence.replace("*", r"\*").split()
        if not any(BEGINS_A_LIST.match(word) for word in words):
            assert remarks("\n".join(words)) == [], sentence
