"""A new month's file: it loads, and check refuses it until it is filled in."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.checks import check_issues
from newsletter.config import Config
from newsletter.edition.markdown import inline_plain
from newsletter.issue import Issue, Summary, load_issue
from newsletter.issue.lookup import Study
from newsletter.issue.lookup.markup import on_one_line, to_markdown
from newsletter.issue.lookup.record import Notice
from newsletter.issue.skeleton import skeleton

SCHEMA = "../schema/issue.schema.json"
FOUND = Study("10.1037/a", title="One: *p* < .05", citation="A. (2023). One. *B, 1*, 2.")
UNFOUND = Study("10.1037/b")


@pytest.fixture
def written(publication: Any) -> Callable[..., Path]:
    """The skeleton of January 2024, as a file."""

    def write(*studies: Study, **settings: Any) -> Path:
        config = publication.config().model_copy(update=settings)
        path: Path = publication.write_issue(
            skeleton("2024-01", studies, config, SCHEMA), "2024-01.yaml"
        )
        return path

    return write


def test_it_loads_with_two_summaries(written: Any, publication: Any) -> None:
    issue = load_issue(written(), publication.config()).issue
    assert (issue.month, len(issue.summaries)) == ("2024-01", 2)
    assert (issue.preheader, issue.language, issue.send_at) == (None, None, None)
    for summary in issue.summaries:
        assert (summary.doi, summary.link, summary.topics) == (None, None, ())


def test_its_first_line_names_the_schema(written: Any) -> None:
    first = written().read_text("utf-8").splitlines()[0]
    assert first == f"# yaml-language-server: $schema={SCHEMA}"


def test_each_key_is_there_and_explained(written: Any) -> None:
    lines = written().read_text("utf-8").splitlines()
    words = " ".join(" ".join(line.strip(" #") for line in lines).split())
    for model in (Issue, Summary):
        for key, field in model.model_fields.items():
            assert any(re.match(rf"[ #-]*{key}:", line) for line in lines), key
            assert field.description
            assert field.description in words


def test_no_line_is_too_long_for_an_editor(written: Any) -> None:
    long = Study("10.1037/a", title="word " * 40 + "end", citation="word " * 80 + "end")
    lines = written(long, FOUND, topics=("A topic, with commas",) * 30).read_text("utf-8")
    assert max(map(len, lines.splitlines())) <= 88


def test_check_finds_every_text_that_is_to_be_written(written: Any, publication: Any) -> None:
    path = written(FOUND, UNFOUND)
    findings = [each for each in check_issues([path], publication.config()) if each.code == "N104"]
    todos = [
        number
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if "TODO" in line and not line.startswith("#")
    ]
    assert [finding.line for finding in findings] == todos
    assert {finding.severity for finding in findings} == {"error"}
    assert len(todos) == 8


def test_there_is_a_summary_for_each_study(written: Any, publication: Any) -> None:
    issue = load_issue(written(FOUND, UNFOUND, FOUND, FOUND), publication.config()).issue
    assert [summary.doi for summary in issue.summaries] == [
        "10.1037/a",
        "10.1037/b",
        "10.1037/a",
        "10.1037/a",
    ]
    assert issue.summaries[0].title == FOUND.title
    assert issue.summaries[0].citation == FOUND.citation
    assert issue.summaries[1].title.startswith("TODO")


ALL = ("Adherence", "Attendance, Attrition, and Drop-Out", "Trauma: PTSD #1", "Yes", "- x")


def test_without_its_hashes_the_list_of_topics_is_the_publication_s(
    written: Any, publication: Any
) -> None:
    path: Path = written(topics=ALL * 5)
    text = path.read_text("utf-8")
    start = text.index("    # topics: [")
    end = text.index("]\n", start)
    bare = re.sub(r"^    # ", "    ", text[start:end], flags=re.MULTILINE)
    path.write_text(text[:start] + bare + text[end:], "utf-8")
    config = publication.config().model_copy(update={"topics": ALL})
    assert load_issue(path, config).issue.summaries[0].topics == ALL * 5


def test_the_research_types_to_choose_from_are_named(written: Any) -> None:
    assert "    # One of: Meta-analysis, Naturalistic study, Survey." in written().read_text(
        "utf-8"
    )
    assert "One of" not in written(research_types=()).read_text("utf-8")


def test_it_says_when_the_schedule_would_send_it(written: Any) -> None:
    assert "\n# send_at: 2024-01-02 09:00\n" in written().read_text("utf-8")


def test_a_retraction_stands_above_its_study(written: Any) -> None:
    retracted = Study("10.1037/a", title="One", notices=(Notice(kind="retraction"),))
    assert "    # warning: this study was retracted;" in written(retracted).read_text("utf-8")


SIGNS = st.sampled_from(" :#-'\"[]{}|>&*!%@`,?\\…_~=<äß漢0\n\t\x00\x1b\x85\u2028\ufeff\ud800")
ANYTHING = st.text(st.one_of(SIGNS, st.characters()), min_size=1, max_size=120)


@given(title=ANYTHING, citation=ANYTHING)
@example(title="No", citation="12:30")
@example(title="a: b #c", citation="- x")
@example(title="TODO", citation="? ")
@example(title="x  y " * 30 + "z", citation="---")
@example(title="<i>p</i> &lt; .05", citation="*A* _b_ \\*")
def test_whatever_a_publisher_deposited_is_read_back_to_the_letter(
    shared: Any, config: Config, title: str, citation: str
) -> None:
    study = Study("10.1037/a", title=to_markdown(title), citation=to_markdown(citation))
    path = shared.write_issue(skeleton("2024-01", [study], config, SCHEMA), "2024-01.yaml")
    (summary,) = load_issue(path, config).issue.summaries
    assert summary.title == (study.title or "TODO the headline")
    assert summary.citation == (study.citation or "TODO the reference in APA style")


@given(text=st.text(st.sampled_from("xyz 09*_\\.,:#'\"[]"), min_size=1, max_size=40))
def test_its_title_reads_to_the_letter(shared: Any, config: Config, text: str) -> None:
    study = Study("10.1037/a", title=to_markdown(text) or "x")
    path = shared.write_issue(skeleton("2024-01", [study], config, SCHEMA), "2024-01.yaml")
    (summary,) = load_issue(path, config).issue.summaries
    assert inline_plain(summary.title) == (on_one_line(text) or "x")
