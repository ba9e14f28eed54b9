"""No line ends within a statistic, in the page and in the plain text."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.edition.nobreak import bind

Page = Any
PageOf = Callable[..., Page]

STATISTICS = [
    "r = −.42",
    "r = -.42",
    "r = –.42",
    "r = ‒.42",
    "r = − .42",
    "r = - .42",
    "r = – .42",
    "r = ‒ .42",
    "d = –0.42",
    "d = ‒0.42",
    "r = .42",
    "r=−.42",
    "p < .001",
    "p > .05",
    "p ≤ .05",
    "p <= .05",
    "R² = .12",
    "I² = 45.2 %",
    "t(45) = 2.31",
    "F(2, 45) = 3.1",
    "χ²(1) = 3.84",
    "N = 1,734",
    "SD = 1.2",
    "95% CI [−.55, −.27]",
    "95% CI [-.55, -.27]",
    "95% CI [–0.55, –0.27]",
    "95 % CI [.55, .27]",
    "95% CI (0.16, 0.75)",
    "95% CI: 0.16, 0.75",
    "95% CI: 0.10–0.57",
    "95% CI: 0.26-0.42",
    "95% CI: 0.10 – 0.57",
    "95% CI -0.349, 1.068",
    "95% CI −0.349, 1.068",
    "95% CI -0.50 to -0.10",
    "95% CI = 0.10 to 0.57",
    "99.9% CI [.1; .2]",
    "(n = 4; SMD = -0.30)",
    "(N = 631, p < .001)",
    "40 %",
    "χ²(1, N = 90) = 0.89",
    "[1.2, 3.4]",
    "CI [.1, .2]",
    "95% CIs [1, 2]",
    "95%-CI [1, 2]",
    "95% CI from 0.1 to 0.7",
    "d = 0.30 to 0.50",
    "−.42 to −.27",
    "10 to 20%",
    "p = 1.2 × 10⁻⁵",
    "M = 0.5 ± 0.1",
    "M = 3.4 (1.2)",
    "M(SD) = 3.4",
    "p ≠ .05",
    "p(two-tailed) = .03",
    "d′ = 1.2",
    "0.10–0.57",
    "0.26-0.42",
]
NOT_STATISTICS = ["of them, 40 patients", "see Table 2 for", "CI and p alone", "in 2019 the"]

BREAK_AFTER = re.compile("[ \n]|(?<=\\d)-(?=\\d)|-(?=\u00a0)|[–‒](?=[\\d\u00a0])")
"""Where Chromium was seen to end a line. It ends one after a dash even before a no-break space."""


def laid_out(page: Page, path: str) -> tuple[str, set[int]]:
    """The text of an element, and the offsets after which a browser may end a line."""
    text, kept = "", set()
    (element,) = page.xpath(path)
    for string in element.xpath(".//text()"):
        holder = string.getparent() if string.is_text else string.getparent().getparent()
        if "nowrap" in (holder.get("style") or ""):
            kept |= set(range(len(text), len(text) + len(string) - 1))
        text += string
    return text, {match.end() - 1 for match in BREAK_AFTER.finditer(text)} - kept


def broken(page: Page, path: str, statistic: str) -> set[int]:
    """The offsets within the statistic at which a browser may end a line."""
    text, breaks = laid_out(page, path)
    start = text.replace("\u00a0", " ").replace("\n", " ").index(statistic)
    return {offset - start for offset in breaks if start <= offset < start + len(statistic) - 1}


@pytest.mark.parametrize("statistic", STATISTICS)
def test_a_browser_keeps_a_statistic_on_one_line(page_of: PageOf, statistic: str) -> None:
    page = page_of(
        intro=f"They found that {statistic} held.",
        summary=f"They found ({statistic}).\n\n- {statistic}, they say",
        title=f"A Study with {statistic} in It",
        citation=f"Author ({statistic}).",
    )
    assert broken(page, "//p[starts-with(., 'They found that')]", statistic) == set()
    assert broken(page, "//p[starts-with(., 'They found (')]", statistic) == set()
    assert broken(page, "//li[contains(., 'they say')]", statistic) == set()
    assert broken(page, "//h2", statistic) == set()
    assert broken(page, "//p[@class='citation']", statistic) == set()


def test_the_measure_of_these_tests_sees_a_break(page_of: PageOf) -> None:
    page = page_of(summary="They found it – 12 of them")
    assert broken(page, "//p[starts-with(., 'They found')]", "it – 12") == {2, 4}


@pytest.mark.parametrize("text", NOT_STATISTICS)
def test_other_words_may_be_parted(text: str) -> None:
    assert bind(text) == text


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("as *p* < .001 shows", "p < .001"),
        ("as **r** = –.42 shows", "r = –.42"),
        ("as *F*(2, 45) = 3.1 shows", "F(2, 45) = 3.1"),
        ("as *p*\n< .001 shows", "p < .001"),
        ("as p <\n.001 shows", "p < .001"),
        ("as r = −\n.42 shows", "r = − .42"),
        ("as F(2,\n45) = 3.1 shows", "F(2, 45) = 3.1"),
        ("as 95% CI\n[−.55,\n−.27] shows", "95% CI [−.55, −.27]"),
        ("as (n = 4;\nSMD = -0.30) shows", "(n = 4; SMD = -0.30)"),
        ("as 95% CI:\n0.10–0.57 shows", "95% CI: 0.10–0.57"),
        ("as 40\n% shows", "40 %"),
        ("as [*p* < .05](https://a.example/) shows", "p < .05"),
    ],
)
def test_emphasis_and_hard_wrapped_lines_do_not_part_a_statistic(
    page_of: PageOf, text_of: Callable[..., str], source: str, shown: str
) -> None:
    assert broken(page_of(summary=source), "//p[starts-with(., 'as ')]", shown) == set()
    for filler in range(40, 72):
        lines = text_of(summary=f"{'x' * filler} {source}").splitlines()
        assert any(shown in line.replace("*", "") for line in lines)


def test_a_group_too_long_for_a_phone_is_parted_between_its_statistics(page_of: PageOf) -> None:
    page = page_of(summary="so (SMD = 0.359; 95% CI −0.349, 1.068, p > .05) it is")
    path = "//p[starts-with(., 'so ')]"
    assert broken(page, path, "SMD = 0.359") == set()
    assert broken(page, path, "95% CI −0.349, 1.068") == set()
    assert broken(page, path, "p > .05") == set()
    assert broken(page, path, "(SMD = 0.359; 95% CI −0.349, 1.068, p > .05)") != set()


words = st.lists(st.integers(1, 30).map(lambda length: "w" * length), max_size=30).map(" ".join)


@given(before=words, after=words, statistic=st.sampled_from(STATISTICS), kind=st.integers(0, 4))
def test_the_plain_text_keeps_a_statistic_on_one_line_wherever_it_falls(
    text_of: Callable[..., str], before: str, after: str, statistic: str, kind: int
) -> None:
    paragraph = f"w {before} {statistic} {after} w"
    fields = [
        {"intro": paragraph},
        {"practice_implications": paragraph},
        {"summary": f"- {paragraph}\n  1. {paragraph}"},
        {"title": " ".join(paragraph.split())},
        {"citation": " ".join(paragraph.split())},
    ]
    lines = text_of(**fields[kind]).splitlines()
    assert any(statistic in line for line in lines)


def test_the_plain_text_has_ordinary_spaces_in_its_statistics(
    text_of: Callable[..., str],
) -> None:
    text = text_of(summary="They found p < .001.", title="With p < .05", citation="So r = .2.")
    assert not re.search("[\u00a0\ufdd0]", text)


def test_nothing_of_the_glue_is_left_in_the_page(html_of: Callable[..., str]) -> None:
    html = html_of(intro="So p < .001.", summary="[r = .3](https://a.example/)", title="If d = 1")
    assert not re.search("[\ufdd0-\ufdef]", html)


@pytest.mark.parametrize("text", ["9" * 60_000, "1-" * 30_000, "(1 " * 20_000, "x = " * 15_000])
def test_long_runs_of_number_like_text_are_laid_out_too(page_of: PageOf, text: str) -> None:
    shown = page_of(summary=text).xpath("string(//body)")
    assert "".join(text.split()) in "".join(shown.split())
