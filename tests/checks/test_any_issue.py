"""Checks answer, at places within the file, whatever an issue holds."""

from __future__ import annotations

from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from newsletter.errors import RefusedSource

WORDS = st.sampled_from(
    "TODO […] *a* _b_ [x](https://a.org) [x]( ](http://) <b> {{ -unsubscribe- (2020) (2019–20) "
    "10.1037/x) https://doi.org/10.1037/x Cooper, D. colleagues (2019) et al. … & r = -.3 95% CI "
    "[.1, .2] XXX xx–xx “ ” ( ) \\* three studies This month: ? . , : *Journal, 7*(1),".split(" ")
) | st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=8)
LINE = st.lists(WORDS, min_size=1, max_size=20).map(lambda words: " ".join(" ".join(words).split()))
TEXT = st.lists(LINE, min_size=1, max_size=4).map("\n\n- ".join)
STUDY = st.fixed_dictionaries(
    {"title": LINE, "summary": TEXT, "practice_implications": TEXT},
    optional={
        "citation": LINE,
        "doi": st.sampled_from(["10.1037/cou0000708", "10.1037/a)", "10.1037/a?b"]),
        "link": st.sampled_from(["https://a.org/x", "http://localhost/", "https://example.org"]),
    },
)
ISSUE = st.fixed_dictionaries(
    {"month": st.just("2023-12"), "summaries": st.lists(STUDY, min_size=1, max_size=3)},
    optional={"subject": LINE, "preheader": LINE, "intro": TEXT},
)


@given(ISSUE, ISSUE)
def test_checks_answer_whatever_an_issue_holds(
    desk: Any, issue: dict[str, Any], earlier: dict[str, Any]
) -> None:
    try:
        findings = desk.find(issue, "N", others=[{**earlier, "month": "2022-10"}])
    except RefusedSource:
        assume(False)
    lines = (desk.root / "issues" / "2023-12.yaml").read_text("utf-8").split("\n")
    for found in findings:
        assert 1 <= found.line <= len(lines)
        assert 1 <= found.column <= len(lines[found.line - 1]) + 1
