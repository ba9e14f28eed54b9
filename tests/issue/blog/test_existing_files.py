"""Files that exist are compared, and only what they lack is added."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.issue import load_issue
from newsletter.issue.blog import Gathered, MonthPlan, plan

Importing = Callable[..., Gathered]
Make = Callable[..., Any]
CITATION = "Author, A. (2020). A study. Psychotherapy, 5, 1–9. https://doi.org/10.1037/a1"


@pytest.fixture
def gathered(importing: Importing, told: Make, text_of: Make) -> Gathered:
    """December 2023 with two articles, the first with a DOI."""
    return importing(text_of([("2023-12", [told("A First *Study*", CITATION), told("A Second")])]))


@pytest.fixture
def planning(publication: Any, gathered: Gathered) -> Callable[..., MonthPlan]:
    """Plans December 2023."""

    def planned(*, merge: bool = False) -> MonthPlan:
        config = publication.config()
        (month,) = plan(gathered, config.issues_path, config, merge=merge)
        return month

    return planned


@pytest.fixture
def imported(publication: Any, planning: Callable[..., MonthPlan]) -> str:
    """The file of December 2023 as it is imported into a folder without it."""
    (publication.root / "issues/2023-12.yaml").unlink()
    return str((planning().content or b"").decode())


def test_a_month_without_a_file_is_created(
    publication: Any, planning: Callable[..., MonthPlan], imported: str
) -> None:
    assert planning().action == "created"
    issue = load_issue(publication.write_issue(imported), publication.config()).issue
    assert [summary.title for summary in issue.summaries] == ["A First \\*Study\\*", "A Second"]


def test_an_equal_file_is_unchanged(
    publication: Any, planning: Callable[..., MonthPlan], imported: str
) -> None:
    publication.write_issue(imported)
    planned = planning(merge=True)
    assert (planned.action, planned.content, planned.differences) == ("unchanged", None, ())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("The team asked", "The team\n      asked"),
        ("Psychotherapy, 5, 1–9.", "*Psychotherapy, 5*, 1–9."),
        ("    doi: 10.1037/a1", "    doi: https://doi.org/10.1037/A1\n    topics: [Empathy]"),
        ("summaries:", "subject: Our own\nsummaries: # here they are"),
    ],
)
def test_layout_emphasis_and_what_pages_do_not_tell_are_no_differences(
    publication: Any, planning: Callable[..., MonthPlan], imported: str, old: str, new: str
) -> None:
    assert old in imported
    publication.write_issue(imported.replace(old, new, 1))
    assert planning().action == "unchanged"


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("asked therapists", "asked trainees", 6, "from page-1.txt:12: '…team asked trainees"),
        ("A First", "The First", 3, "'title' differs from page-1.txt:12: 'The First"),
        ("10.1037/a1", "10.1037/a2", 5, "'doi' differs"),
        ("    doi: 10.1037/a1\n", "", 3, "'doi' differs from page-1.txt:12: only the page has one"),
    ],
)  # fmt: skip
def test_a_difference_is_told_at_its_line_and_nothing_is_written(
    publication: Any, planning: Callable[..., MonthPlan], imported: str,
    old: str, new: str, line: int, said: str,
) -> None:  # fmt: skip
    publication.write_issue(imported.replace(old, new, 1))
    planned = planning()
    (difference,) = planned.differences
    assert (planned.action, planned.content, difference.line) == ("differs", None, line)
    assert said in difference.text


def test_a_file_that_cannot_be_read_differs_and_says_why(
    publication: Any, planning: Callable[..., MonthPlan]
) -> None:
    publication.write_issue("month: 2023-12\nsumaries: []\n")
    planned = planning(merge=True)
    assert (planned.action, planned.content) == ("differs", None)
    assert any("did you mean 'summaries'" in each.text for each in planned.differences)


SECOND_OF = """\
# a comment at the top
month:   2023-12   # odd spaces stay
intro: >
  Folded
  text

summaries:   # two of them
{items}
# a comment at the end
subject: "It's last"
"""
ITEMS = {
    "indented": "  - title: A Second # why\n    summary: |\n      Text\n\n      # no comment\n    "
    "practice_implications: P\n",
    "flush": "- title: A Second\n  summary: S\n  practice_implications: |\n    P\n",
    "deep": "    -   title: A Second\n        summary: S\n        practice_implications: P\n\n",
    "quotation at the edge": "- title: A Second\n  summary: S\n"
    '  practice_implications: "P\n\n and more"\n',
    "dash alone": "  -   # why\n    # here\n    title: A Second\n    summary: S\n"
    "    practice_implications: P\n",
    "two": "  - title: Own\n    summary: S\n    practice_implications: P\n  - title: A Second\n"
    "    practice_implications: P\n    # in between\n    summary: S\n",
}


@pytest.mark.parametrize("items", ITEMS.values(), ids=ITEMS.keys())
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_merging_adds_what_is_missing_and_leaves_the_rest_byte_for_byte(
    publication: Any, planning: Callable[..., MonthPlan], items: str, newline: str
) -> None:
    text = SECOND_OF.format(items=items).replace("\n", newline)
    path: Path = publication.write_issue(text)
    planned = planning(merge=True)
    assert planned.action == "merged"
    merged = (planned.content or b"").decode()
    kept, added = _without_added(text.splitlines(True), merged.splitlines(True))
    assert "".join(kept) == text
    assert all(line.endswith(newline) for line in added)
    path.write_bytes(planned.content or b"")
    issue = load_issue(path, publication.config()).issue
    assert issue.summaries[-1].title == "A First \\*Study\\*"
    assert issue.summaries[-1].doi == "10.1037/a1"
    assert issue.subject == "It's last"
    assert planning(merge=True).content is None


def _without_added(before: list[str], after: list[str]) -> tuple[list[str], list[str]]:
    """The lines of `after` that were there before, and one run of lines that were not."""
    start = next(n for n, line in enumerate(after) if n >= len(before) or line != before[n])
    count = len(after) - len(before)
    return after[:start] + after[start + count :], after[start : start + count]


def test_a_list_in_brackets_is_written_anew_with_its_comments(
    publication: Any, planning: Callable[..., MonthPlan]
) -> None:
    path = publication.write_issue(
        "# top\nmonth: 2023-12 # here\n"
        "summaries: [{title: A Second, summary: S, practice_implications: P}]\n"
    )
    planned = planning(merge=True)
    path.write_bytes(planned.content or b"")
    issue = load_issue(path, publication.config()).issue
    assert [each.title for each in issue.summaries] == ["A Second", "A First \\*Study\\*"]
    assert path.read_text("utf-8").startswith("# top\nmonth: 2023-12 # here\n")


def test_what_the_author_changed_in_other_articles_stays_and_is_told(
    publication: Any, planning: Callable[..., MonthPlan], imported: str
) -> None:
    """The month still differs from its pages, so the command will not call it done."""
    head = imported[: imported.index("  - title: A Second")]
    publication.write_issue(head.replace("asked therapists", "asked trainees", 1))
    planned = planning(merge=True)
    assert planned.action == "merged"
    assert b"asked trainees" in (planned.content or b"")
    (difference,) = planned.differences
    assert "'summary' differs" in difference.text


def test_a_byte_order_mark_and_a_missing_last_line_end_are_kept_in_order(
    publication: Any, planning: Callable[..., MonthPlan]
) -> None:
    path = publication.write_issue(
        b"\xef\xbb\xbfmonth: 2023-12\nsummaries:\n- title: A Second\n  summary: S\n"
        b"  practice_implications: P"
    )
    planned = planning(merge=True)
    path.write_bytes(planned.content or b"")
    assert (planned.content or b"").startswith(b"\xef\xbb\xbfmonth")
    assert len(load_issue(path, publication.config()).issue.summaries) == 2


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(cut=st.integers(0, 1), comment=st.sampled_from(["", "# x\n", "\n\n", "    # deep\n"]))
def test_whatever_stands_around_merging_ends_in_an_unchanged_month(
    publication: Any, planning: Callable[..., MonthPlan], imported: str, cut: int, comment: str
) -> None:
    head, first, second = imported.replace("  - title: ", "\0  - title: ").split("\0")
    path = publication.write_issue(head + (first, second)[cut].rstrip("\n") + "\n" + comment)
    path.write_bytes(planning(merge=True).content or b"")
    assert planning().action == "unchanged"
    assert comment in path.read_text("utf-8")
