"""What operators are told of an issue that goes out, and of what became of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from newsletter.delivery.claim import Claim

FEBRUARY = "2024-02"


def is_notice(claim: Claim) -> bool:
    return claim.letter.purpose == "operators"


def texts(bureau: Any, kind: str) -> list[str]:
    """What messages of a kind say."""
    return [row.text for row in bureau.notices() if row.kind == kind]


def test_after_it_went_out_operators_hear_all_counts(due: Any) -> None:
    due.subscribe("left@example.org", status="unsubscribed")
    due.subscribe("nobody@example.org", consent=None)
    due.attend()
    due.attend(1)

    assert due.post.subjects == ["2024-02 went out: 3 accepted, 2 left out"]
    (text,) = texts(due, "result")
    told = dict(
        line.split()[:2] for line in text.splitlines() if line[:2] == "  " and "," not in line
    )
    assert [told[name] for name in ("total", "accepted", "failed", "skipped", "doubtful")] == [
        "5", "3", "0", "2", "0",
    ]  # fmt: skip
    assert "1 unsubscribed" in text
    assert "1 no consent on record" in text


def test_a_result_that_a_crash_kept_back_is_told_by_the_next_pass(
    due: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("newsletter.schedule.words.result", die)
        with pytest.raises(KeyboardInterrupt):
            due.attend()
    assert due.mailing(FEBRUARY).state == "finished"
    assert due.told() == []

    due.attend(1)

    assert due.told() == [(FEBRUARY, "result")]


def test_more_than_5_percent_of_failures_are_told_while_mail_still_leaves(
    due: Any, clock: Any, lines: Callable[..., str]
) -> None:
    due.configure(lines().replace("provider: smtp", "provider: smtp, brake: 50%"))
    due.subscribe(*(f"r{number}@example.org" for number in range(147)))
    heard: list[int] = []

    def verdict(claim: Claim) -> Any:
        if is_notice(claim):
            heard.append(len(due.post.handed()))
            return "accepted"
        from time import sleep

        sleep(0.005)
        return "failed" if claim.reader.email.endswith("1@example.org") else "accepted"

    due.post.verdict = verdict
    due.attend()
    clock.on(days=1)
    due.attend(1)

    assert due.told() == [(FEBRUARY, "failures"), (FEBRUARY, "result")]
    assert 100 <= heard[0] < 150
    assert "failed" in due.post.subjects[0]
    assert "newsletter deliveries 2024-02 --state failed" in texts(due, "failures")[0]


def test_failures_of_a_few_are_told_in_the_end(due: Any) -> None:
    due.post.verdict = lambda claim: "failed" if claim.reader.email[0] == "b" else "accepted"
    due.attend()
    due.attend(1)

    assert due.post.subjects == [
        "2024-02: 33% of the mails failed",
        "2024-02 went out: 2 accepted, 1 failed",
    ]


def test_a_doubtful_mail_is_told_while_mail_still_leaves(due: Any) -> None:
    from time import sleep

    heard: list[int] = []

    def verdict(claim: Claim) -> Any:
        if is_notice(claim):
            heard.append(len(due.post.handed()))
            return "accepted"
        sleep(0.12)
        return "doubtful" if claim.reader.email[0] == "a" else "accepted"

    due.subscribe("d@example.org", "e@example.org")
    due.post.verdict = verdict
    due.attend()
    due.attend(1)

    assert due.told() == [(FEBRUARY, "doubtful"), (FEBRUARY, "result")]
    assert heard[0] < 5
    assert due.post.subjects[0] == "2024-02: 1 mail may or may not have arrived"
    assert "newsletter doubtful 2024-02" in texts(due, "doubtful")[0]


def test_what_the_brake_has_paused_is_told_and_goes_on_only_when_resumed(
    due: Any, clock: Any
) -> None:
    due.subscribe(*(f"r{number}@example.org" for number in range(147)))
    due.post.verdict = lambda claim: "accepted" if is_notice(claim) else "failed"
    found = due.attend()
    clock.on(hours=1)
    due.attend(1)

    assert [ending.why.name for ending in found.endings] == ["BRAKE"]
    assert due.told() == [(FEBRUARY, "failures")]
    assert "newsletter resume 2024-02" in texts(due, "failures")[0]
