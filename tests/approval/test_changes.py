"""What has changed is told in words, whatever it is, and nothing where nothing has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.approval.evidence import Evidence, changes, summed_up

FILE = "issues/2023-12.yaml"
NAMES = [
    f"{FILE}: comments or layout", f"{FILE}: subject", f"{FILE}: summary 1, title",
    f"{FILE}: summary 1, summary", f"{FILE}: summary 10, title", f"{FILE}: summary 10, doi",
    "templates/issue.mjml", "templates/a, b: summary 1, c.txt", "newsletter.yaml: logo",
    "sender", "edition",
]  # fmt: skip
whole = st.dictionaries(st.sampled_from(NAMES) | st.text(), st.sampled_from("abc"))


@given(whole, whole)
def test_what_differs_is_told_and_nothing_else(before: dict[str, str], now: dict[str, str]) -> None:
    told = changes(Evidence(before), Evidence(now))
    assert bool(told) == (before != now) == (Evidence(before).hash != Evidence(now).hash)
    assert len(set(told)) == len(told)


@given(whole)
def test_the_order_of_the_parts_is_no_part_of_them(parts: dict[str, str]) -> None:
    turned = Evidence(dict(reversed(parts.items())))
    assert turned.hash == Evidence(parts).hash
    assert Evidence.from_json(turned.to_json()) == Evidence(parts)


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        ({"edition": "a"}, {"edition": "b"},
         ("edition: laid out otherwise, as by another version of newsletter",)),
        ({"edition": "a", "sender": "x"}, {"edition": "b", "sender": "y"},
         ("sender: y, was x",)),
        ({NAMES[0]: "a"}, {NAMES[0]: "b"}, (f"{FILE}: comments or layout",)),
        ({NAMES[0]: "a", NAMES[1]: "a"}, {NAMES[0]: "b", NAMES[1]: "b"}, (f"{FILE}: subject",)),
        ({NAMES[2]: "a"}, {NAMES[2]: "a", NAMES[4]: "a", NAMES[5]: "a"},
         (f"{FILE}: summary 10 (new)",)),
        ({NAMES[4]: "a"}, {NAMES[4]: "b", NAMES[5]: "a"},
         (f"{FILE}: summary 10, title", f"{FILE}: summary 10, doi (new)")),
        ({}, {"sender": "x"}, ("sender (new)",)),
    ],
)  # fmt: skip
def test_each_change_in_its_words(
    before: dict[str, str], now: dict[str, str], told: tuple[str, ...]
) -> None:
    assert changes(Evidence(before), Evidence(now)) == told


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("", ""),
        ("a", "a"),
        ("abcde", "a; b; c; d; e"),
        ("abcdef", "a; b; c; d; e; and 1 more"),
        ("abcdefghijklmn", "a; b; c; d; e; and 9 more"),
    ],
)
def test_the_first_changes_are_named_and_the_others_counted(told: str, words: str) -> None:
    assert summed_up(tuple(told)) == words
    assert summed_up(told, most=99) == "; ".join(told)
