"""What the query of an address is read as."""

from __future__ import annotations

import pytest

from newsletter.web.preview.look import Look


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("  Ada \n Lovelace ", "Ada Lovelace"),
        ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e"),
        ("\u0d28\u0d4d\u200d", "\u0d28\u0d4d\u200d"),
        ("A\u200bda\u202e", "Ada"),
        ("A\x00da", "A da"),
    ],
)
def test_a_name_is_one_line_of_visible_characters(typed: str, name: str) -> None:
    assert Look.of({"name": typed}).name == name
