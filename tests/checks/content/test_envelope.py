"""What an inbox shows: subject and preheader."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(("count", "is_told"), [(70, False), (71, True)])
def test_a_subject_that_inboxes_cut_is_told(desk: Any, count: int, is_told: bool) -> None:
    assert bool(desk.find(desk.issue(subject="x" * count), "N108")) is is_told


@pytest.mark.parametrize(("count", "is_told"), [(24, True), (25, False), (140, False), (141, True)])
def test_a_preheader_too_short_or_too_long_is_told(desk: Any, count: int, is_told: bool) -> None:
    assert bool(desk.find(desk.issue(preheader="x" * count), "N109")) is is_told


def test_defaults_are_nobodys_fault(desk: Any) -> None:
    config = desk.configured(name="A Digest with a Name so Long that No Inbox Shows it to the End")
    issue = desk.issue(subject=None, intro=f"Words. {'word ' * 99}")
    assert desk.find(issue, "N108", "N109", config=config) == []


@pytest.mark.parametrize("empty", ["", "''", "  ", "|\n"])
def test_a_key_without_a_text_is_told(desk: Any, empty: str) -> None:
    text = f"month: 2023-12\nsubject: {empty}\npreheader: {empty}\nintro: {empty}\nsummaries:\n"
    text += f"  - title: A\n    summary: S\n    practice_implications: P\n    citation: {empty}\n"
    found = desk.find(text, "N110")
    assert [each.message.split("'")[1] for each in found] == [
        "subject", "preheader", "intro", "citation"
    ]  # fmt: skip
    assert found[0].severity == "warning"


def test_an_issue_without_a_subject_gets_a_note_that_tells_the_default(desk: Any) -> None:
    (found,) = desk.find(desk.issue(subject=None), "N111")
    assert (found.severity, found.message) == (
        "note",
        "no 'subject'; it goes out as 'Practice Digest: December 2023'",
    )
    assert desk.find(desk.issue(), "N111") == []


@pytest.mark.parametrize(
    "subject",
    ["FEELING UNDERSTOOD", "THE CBT OF PTSD", "Leaving early!!", "Why??", "Therapy for $$$"],
)
def test_a_subject_that_shouts_is_told(desk: Any, subject: str) -> None:
    assert desk.find(desk.issue(subject=subject), "N112")


@pytest.mark.parametrize(
    "subject",
    ["EMDR, CBT, ACT: PTSD", "COVID-19", "Why leave early? Ask!", "PSYCHOTHERAPY", "2023"],
)
def test_acronyms_and_single_signs_do_not_shout(desk: Any, subject: str) -> None:
    assert desk.find(desk.issue(subject=subject), "N112") == []


@pytest.mark.parametrize(
    ("keys", "said_of_it"),
    [
        ({"preheader": "Feeling understood and leaving early."}, ["the preheader says the same"]),
        ({"intro": "Feeling *understood*, and leaving early."}, ["the intro says the same"]),
        ({"preheader": "Two studies of this.", "intro": "Two studies of this"}, ["the intro says"]),
        ({"preheader": "Two studies", "intro": "Two more studies"}, []),
    ],
)
def test_a_line_that_says_the_same_as_the_one_before_is_told(
    desk: Any, keys: dict[str, str], said_of_it: list[str]
) -> None:
    found = desk.find(desk.issue(**keys), "N113")
    assert len(found) == len(said_of_it)
    assert all(
        each.message.startswith(words) for each, words in zip(found, said_of_it, strict=True)
    )
