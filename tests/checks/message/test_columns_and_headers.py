"""The plain text's width, and the values of the header."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from newsletter.checks import check
from newsletter.config import Config
from newsletter.edition import render

LONG = "x" * 90


@pytest.mark.parametrize(
    "line",
    ["ab " * 25, f"https://a.org/{LONG}", f"[1] https://a.org/{LONG}", f"  - <{LONG}@a.org>"],
)
def test_a_line_that_fits_or_is_an_address_is_fine(
    desk: Any, with_template: Callable[..., Config], line: str
) -> None:
    assert desk.find(desk.issue(), "N408", config=with_template(line, "parts/footer.txt")) == []


def test_a_wide_line_of_a_template_is_told(desk: Any, with_template: Callable[..., Config]) -> None:
    config = with_template("Words that nobody wrapped. " * 4, "parts/footer.txt")
    (found,) = desk.find(desk.issue(), "N408", config=config)
    assert (found.line, found.severity) == (1, "warning")
    assert found.message.startswith("a line of 107 columns in the plain text: 'Words that nobody")


def test_a_wide_line_of_the_issues_words_is_told_at_their_place(
    desk: Any, with_template: Callable[..., Config]
) -> None:
    config = with_template("{{ issue.studies[0].summary }}", "parts/footer.txt")
    summary = "month: 2023-12\nsummaries:\n  - title: A\n    summary: >\n"
    text = f"{summary}      {'Some words. ' * 5}\n      {'More words. ' * 5}\n"
    (found,) = desk.find(f"{text}    practice_implications: P\n", "N408", config=config)
    assert (found.line, found.column) == (5, 7)


def test_a_word_too_long_for_a_line_is_told_at_its_place(desk: Any) -> None:
    text = f"month: 2023-12\nsummaries:\n  - title: A\n    summary: |\n      - Some {LONG} words\n"
    (found,) = desk.find(f"{text}    practice_implications: P\n", "N408")
    assert (found.line, found.column) == (5, 14)


def test_long_texts_of_every_kind_stay_within_the_width(desk: Any) -> None:
    words = f"See [it](https://www.apa.org/{LONG}), *r* = −.42, 95% CI [−.55, −.27], and more. " * 9
    issue = desk.with_study(title=words[-50:] * 9, summary=f"- {words}\n- {words}\n\n{words}")
    assert desk.find(issue, "N408") == []


@pytest.mark.parametrize("subject", ["One\r\nBcc: a@b.org", "One\x00", "x" * 998])
def test_a_subject_that_no_header_may_hold_is_an_error(desk: Any, subject: str) -> None:
    file = desk.load(desk.issue())
    edition = replace(render(file.issue, desk.config), subject=subject)
    found = [each for each in check(file, edition, desk.config) if each.code == "N410"]
    assert [each.severity for each in found] == ["error"]
    assert found[0].message.startswith("Subject ")


@pytest.mark.parametrize(
    ("name", "is_told"),
    [
        ("PPRNet", False),
        ("PPRNet, Ottawa", False),
        ("news@digest.example", False),
        ("PPRNet (digest.example)", False),
        ("service@bank.com", True),
        ("www.bank.com", True),
    ],
)
def test_a_sender_that_looks_like_another_address_is_told(
    desk: Any, name: str, is_told: bool
) -> None:
    config = desk.configured(sender={"name": name, "email": "news@digest.example"})
    found = desk.find(desk.issue(), "N410", "N411", config=config)
    assert [each.code for each in found] == (["N411"] if is_told else [])
