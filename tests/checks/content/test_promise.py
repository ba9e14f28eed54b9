"""How many studies the intro promises; the issue has two."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("intro", "promised"),
    [
        ("This month: three studies on empathy.", 3),
        ("In this issue you will find 4 recent articles.", 4),
        ("This month’s digest has five papers.", 5),
        ("Welcome. I review three psychotherapy studies.", 3),
        ("…I blog about therapist empathy, the treatment of grief, and early endings.", 3),
        ("This month: *three*\nstudies on empathy.", 3),
        ("This month: three meta-analyses on empathy. The first asks why.", 3),
        ("Three studies on the alliance, and what they mean for practice.", 3),
        ("Welcome. Four articles this month.", 4),
    ],
)
def test_a_number_that_differs_is_told(desk: Any, intro: str, promised: int) -> None:
    (found,) = desk.find(desk.issue(intro=intro), "N114")
    assert found.severity == "warning"
    assert found.message.startswith(f"the intro promises {promised} studies, the issue has 2; ")


@pytest.mark.parametrize(
    "intro",
    [
        "This month: two studies on empathy.",
        "This month: two trials of empathy.",
        "This month: how three trials changed practice.",
        "Three studies of empathy and one of grief.",
        "Three studies of empathy. A review says more.",
        "This month: one study asks why, and the other how.",
        "This month: a meta-analysis of three studies, and a survey.",
        "This month: what three studies say about it, and a survey.",
        "This month: three studies on empathy, together with a review of early endings.",
        "This month we look at two decades of studies on three continents.",
        "Across 42 studies therapy helped. Three studies say more.",
        "I blog about depression, anxiety, and grief.",
        "I blog about the alliance, which matters to patients, and the early end of therapy.",
        "I blog about therapist empathy and the early end of therapy.",
        "This month I blog about two studies of empathy.",
        "Three questions, and what research has to say about them.",
    ],
)
def test_what_may_count_something_else_is_left_alone(desk: Any, intro: str) -> None:
    assert desk.find(desk.issue(intro=intro), "N114") == []


def test_trials_may_be_some_of_the_studies(desk: Any) -> None:
    issue = desk.issue(intro="This month: two trials of empathy.")
    three = {**issue, "summaries": [*issue["summaries"], {**issue["summaries"][0], "title": "A"}]}
    assert desk.find(three, "N114") == []
    assert desk.find({**three, "intro": "This month: two studies of empathy."}, "N114")


def test_only_english_is_understood(desk: Any) -> None:
    issue = desk.issue(intro="This month: three studies on empathy.", language="fr-CA")
    assert desk.find(issue, "N114") == []
