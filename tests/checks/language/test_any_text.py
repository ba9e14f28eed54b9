"""Whatever is typed, the checks of language answer, and point into the file."""

from __future__ import annotations

import json
import re
import time
from typing import Any, cast

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from newsletter.checks import Remark
from newsletter.checks.language import CHECKS
from newsletter.checks.subject import Subject
from newsletter.edition import Edition
from newsletter.errors import RefusedSource
from newsletter.issue import Archive

NO_EDITION = cast("Edition", None)

SIGNS = "aAbé'’‘“”\"«»()[]-‑–−=.,;:!?%0129 \n\u0301\u00ad\u200bßæ漢и*_\\`<>@/#&{}|~…"
FRAGMENTS = [
    "Finsrund and colleagues", "the the", "the\nthe", "95% CI [-.55, −.27]", "metnalize", "teh",
    "a) ", "1) ", "- ", "“", "”", '"', "(", "]", "[x](https://digest.example)", "Nissen-Lie’s",
    "THerapist", "did'nt", "https://", "co-", "‘90s", "[0, 1)", ":-)", "\n\n", " ", ". ", "*",
]  # fmt: skip
TEXT = st.lists(
    st.one_of(
        st.sampled_from(FRAGMENTS),
        st.text(SIGNS, max_size=12),
        st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn", "Co", "Zl", "Zp")), max_size=8),
    ),
    max_size=20,
).map("".join)
WRITTEN = TEXT.map("Some {}".format)
LINE = WRITTEN.map(lambda text: " ".join(text.split()))


def remarks(desk: Any, content: dict[str, Any] | str) -> list[tuple[Remark, str]]:
    """What all checks of language say about an issue, each with the text at its place."""
    try:
        file = desk.load(content)
    except RefusedSource:
        assume(False)
    subject = Subject(file, NO_EDITION, desk.config, Archive())
    lines = file.source.text.splitlines()
    said = [remark for check in CHECKS for remark in check.ask(subject)]
    for (line, column), _ in said:
        assert 1 <= line <= len(lines)
        assert 1 <= column <= len(lines[line - 1])
    return [(each, lines[each.place.line - 1][each.place.column - 1 :]) for each in said]


@given(summary=WRITTEN, title=LINE, citation=LINE, intro=WRITTEN)
def test_any_text_is_read_and_places_lie_within(
    desk: Any, summary: str, title: str, citation: str, intro: str
) -> None:
    study = {"title": title, "citation": citation, "summary": summary}
    remarks(desk, desk.issue(intro=intro, summaries=[{**study, "practice_implications": intro}]))


@given(text=TEXT)
def test_what_is_quoted_stands_at_its_place(desk: Any, text: str) -> None:
    block = "\n".join(f"      {line}" for line in text.split("\n"))
    for remark, at in remarks(desk, ISSUE + block + "\n"):
        quoted = re.match(
            r"'(.+?)' (?:is in no|stands twice|has no|is never|was never)", remark.message
        )
        assert quoted is None or at.startswith(quoted[1])


ISSUE = """\
month: 2023-12
summaries:
  - title: A
    citation: Finsrud, I., & Nissen-Lie, H. A. (2023). B. *C, 7*(1), 1–9.
    practice_implications: D
    summary: |
      E
"""


@given(
    word=st.text(st.characters(categories=("Ll", "Lu")), min_size=1, max_size=30),
    count=st.integers(1, 3),
)
def test_what_is_listed_is_never_told(desk: Any, word: str, count: int) -> None:
    config = desk.configured(words="listed.txt")
    path = desk.root / "listed.txt"
    path.write_text(word, "utf-8")
    content = desk.with_study(summary=" ".join([word] * count))
    subject = Subject(desk.load(content), NO_EDITION, config, Archive())
    spelling = next(check for check in CHECKS if check.code == "N301")
    assert list(spelling.ask(subject)) == []
    desk.configured()


@pytest.mark.parametrize(
    "unit",
    ["a", "a-", "a'", "(", ") ", "a) b) ", '" a ', "“a ", "‘", "« ", "the ", "-1 ", "-.1,−.2,",
     "1,", "[1, ", "a@", "http://", "CI ", "Abc and colleagues ", "pre", "a\u0301", "THerapist"],
)  # fmt: skip
def test_a_long_text_of_one_kind_takes_no_longer_than_its_length_tells(
    desk: Any, unit: str
) -> None:
    lines = [unit * (60 // len(unit))] * 2_000
    content = json.loads(json.dumps(desk.with_study(summary="x")))
    content["summaries"] = [{**content["summaries"][0], "summary": "".join(lines)}]
    subject = Subject(desk.load(content), NO_EDITION, desk.config, Archive())
    began = time.perf_counter()
    for check in CHECKS:
        assert sum(1 for _ in zip(check.ask(subject), range(2), strict=False)) <= 2
    assert time.perf_counter() - began < 10
