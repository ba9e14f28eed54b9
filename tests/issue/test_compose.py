"""What is written to a file is read back to the letter."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from newsletter.issue import load_issue
from newsletter.issue.compose import WIDTH, issue_lines

LETTERS = st.characters(
    codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co", "Zl", "Zp", "Cf")
)
LINE = (
    st.text(
        st.one_of(LETTERS, st.sampled_from(" :#-'\"[]{}|>&*!%@`,?\\…")), min_size=1, max_size=200
    )
    .map(str.strip)
    .filter(bool)
)
PROSE = st.lists(LINE, min_size=1, max_size=3).map("\n\n".join)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=LINE, citation=LINE, text=PROSE)
@example(title="No", citation="12:30", text="# not a comment")
@example(title="a: b #c", citation="- x", text="- x\n\n| y")
@example(title="2023-12", citation="x  y " * 30 + "z", text="---\n\n...")
def test_an_issue_is_read_back_to_the_letter(
    publication: object, title: str, citation: str, text: str
) -> None:
    summary = {"title": title, "citation": citation, "summary": text}
    lines = issue_lines(
        {"month": "2023-12", "intro": text}, [summary | {"practice_implications": text}] * 2
    )
    path: Path = publication.write_issue("\n".join(lines) + "\n")  # type: ignore[attr-defined]
    issue = load_issue(path, publication.config()).issue  # type: ignore[attr-defined]
    first, second = issue.summaries
    assert first == second
    assert (first.title, first.citation) == (title, citation)
    assert (first.summary, first.practice_implications, issue.intro) == (text, text, text)


def test_long_titles_are_folded_and_short_ones_stay_on_their_line() -> None:
    lines = list(
        issue_lines({"month": "2023-12"}, [{"title": "word " * 40 + "end", "doi": "10.1/x"}])
    )
    assert lines[:4] == ["month: 2023-12", "summaries:", "  - title: >-", lines[3]]
    assert max(map(len, lines)) <= WIDTH
    assert lines[-1] == "    doi: 10.1/x"
