"""HTML in a text, which the mail shows as it was typed."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It <b>helped</b> them.", "<b>"),
        ("One.<br/>Two.", "<br/>"),
        ('<a href="https://www.apa.org">it</a>', '<a href="https://www.apa.org">'),
        ("patients&nbsp;and", "&nbsp;"),
        ("therapist&#8217;s", "&#8217;"),
    ],
)
def test_html_is_told_once_a_text(desk: Any, text: str, found: str) -> None:
    (told,) = desk.find(desk.with_study(summary=text), "N118")
    assert told.severity == "warning"
    assert told.message.startswith(f"'{found}' is HTML")


@pytest.mark.parametrize(
    "text", ["p < .05 and n > 3", "a <b and c> d", "R&D; Q&A", "<https://a.org>"]
)
def test_comparisons_and_ampersands_are_no_html(desk: Any, text: str) -> None:
    assert desk.find(desk.with_study(summary=text), "N118") == []
