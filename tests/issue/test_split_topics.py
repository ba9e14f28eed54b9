"""Topics with commas in their names."""

from __future__ import annotations

import os
from typing import Any

import pytest

from newsletter.errors import RefusedSource
from newsletter.issue import load_issue

TOPIC = "Attendance, Attrition, and Drop-Out"


@pytest.fixture
def load(publication: Any, issue_text: str) -> Any:
    """Load an issue with these topics, where the topic with the commas is permitted."""
    settings = publication.root / "newsletter.yaml"
    source = settings.read_text("utf-8")
    settings.write_text(source.replace("topics: [", f'topics: ["{TOPIC}", '), "utf-8")

    def load_with(topics: str) -> Any:
        text = issue_text.replace("[Empathy, Training]", topics)
        return load_issue(publication.write_issue(text), publication.config()).issue

    return load_with


@pytest.mark.parametrize("topics", [f"[{TOPIC}]", f"[Empathy, {TOPIC}, Training]"])
def test_a_topic_that_its_commas_split_is_told_once(load: Any, topics: str) -> None:
    with pytest.raises(RefusedSource) as caught:
        load(topics)
    (finding,) = caught.value.findings
    assert finding.message == f"'{TOPIC}' has commas in it; put quotes around the whole"
    assert (finding.line, finding.column) == (10, 14)


@pytest.mark.parametrize("topics", [f'["{TOPIC}"]', f'[Empathy, "{TOPIC}"]'])
def test_in_quotes_it_is_fine(load: Any, topics: str) -> None:
    assert TOPIC in load(topics).summaries[0].topics


def test_what_is_no_file_is_refused_rather_than_waited_for(publication: Any) -> None:
    path = publication.root / "issues" / "2024-01.yaml"
    os.mkfifo(path)
    with pytest.raises(RefusedSource, match="this is not a file"):
        load_issue(path, publication.config())
