"""Messages to operators that do not reach them: tried again, kept, and shown."""

from __future__ import annotations

import json
import logging
import os
import signal
import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from newsletter.delivery.claim import Claim, Outcome
from newsletter.errors import ConfigurationError, NewsletterError

FEBRUARY = "2024-02"
CHAIR, EDITOR = "chair@operators.example", "editor@operators.example"
DEAD = "127.0.0.1:25 does not answer; check 'delivery.smtp'"
"""Why nothing can be sent."""


def is_notice(claim: Claim) -> bool:
    return claim.letter.purpose == "operators"


def test_without_operators_it_is_logged_and_kept(
    due: Any, lines: Callable[..., str], caplog: pytest.LogCaptureFixture
) -> None:
    due.configure(lines(operators=()))
    caplog.set_level(logging.INFO)
    found = due.attend()
    due.attend(1)

    assert due.told() == [(FEBRUARY, "result")]
    assert due.post.handed("notice") == []
    assert not found.untold
    logged = [json.loads(record.getMessage()) for record in caplog.records]
    results = [each for each in logged if each["event"] == "result"]
    assert [(each["issue"], each["text"]) for each in results] == [
        (FEBRUARY, "2024-02 went out: 3 accepted")
    ]


def test_where_the_provider_is_dead_a_file_says_so_until_word_gets_through(
    due: Any, clock: Any
) -> None:
    due.post.dead = DEAD
    found = due.attend()

    assert found.untold
    assert due.post.dead in due.file
    assert "2024-02 did not go out: the provider takes no mail" in due.file
    assert CHAIR in due.file
    assert EDITOR in due.file

    due.post.dead = ""
    clock.on(minutes=6)
    due.attend(1)

    assert due.file is None
    assert due.standing(FEBRUARY).state == "finished"
    assert due.post.subjects[-2:] == [
        "2024-02 did not go out: the provider takes no mail",
        "2024-02 went out: 3 accepted",
    ]
    assert {copy.state for copy in due.copies()} == {"accepted"}


def test_a_provider_that_cannot_even_be_opened_leaves_nothing_in_doubt(
    due: Any, clock: Any
) -> None:
    def refuse() -> Any:
        raise ConfigurationError("newsletter.yaml: error: no such provider")

    clock.to("2024-02-05 09:00")
    first = due.schedulers[0]
    office = first.office
    first.office = replace(office, open_provider=refuse)
    with pytest.raises(NewsletterError):
        due.attend()
    first.office = office
    due.attend()

    assert {copy.state for copy in due.copies()} == {"accepted"}


def test_a_dead_provider_is_tried_for_three_days_and_the_file_stays_for_a_month(
    due: Any, clock: Any
) -> None:
    due.post.dead = DEAD
    for _ in range(5):
        due.attend()
        clock.on(days=1)
    due.post.dead = ""
    due.attend()

    assert "2024-02 did not go out" in due.file
    assert "(failed)" in due.file
    clock.on(days=31)
    due.attend()
    assert FEBRUARY not in (due.file or "")


def test_an_operators_address_that_is_refused_keeps_no_other_from_hearing(due: Any) -> None:
    due.post.verdict = lambda claim: (
        Outcome(0, "failed", "no such mailbox", "550 5.1.1 unknown")
        if claim.reader.email == CHAIR
        else "accepted"
    )
    found = due.attend()
    due.attend(1)

    assert found.untold
    assert {copy.email: copy.state for copy in due.copies()} == {
        CHAIR: "failed",
        EDITOR: "accepted",
    }
    assert "550 5.1.1 unknown" in due.file
    assert EDITOR not in due.file
    assert len(due.post.handed("notice")) == 2


def test_word_that_was_leaving_in_a_crash_is_not_sent_again_and_stands_in_the_file(
    due: Any, clock: Any
) -> None:
    clock.to("2024-02-05 09:00")
    for each in due.schedulers:
        each.office.engine.dispose()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads, which matter not
        child = os.fork()
    if not child:
        due.post.before = lambda claim: os.kill(os.getpid(), signal.SIGKILL)
        try:
            due.restart(0)
            due.attend()
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL

    clock.on(hours=1)
    due.attend(1)
    clock.on(hours=1)
    due.attend()

    assert {copy.state for copy in due.copies()} == {"doubtful"}
    assert len(due.post.handed("notice")) == 1
    assert CHAIR in due.file
    assert "goes out on Tuesday 2024-02-06 09:00" in due.file


def test_a_file_that_cannot_be_written_stops_nothing(due: Any) -> None:
    (due.root / "operator-messages.txt").mkdir()
    due.post.verdict = lambda claim: "failed" if is_notice(claim) else "accepted"

    due.attend()

    assert due.standing(FEBRUARY).state == "finished"


def test_the_log_holds_no_address(due: Any, clock: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    due.subscribe("d@example.org")
    due.post.verdict = lambda claim: Outcome(
        0, "doubtful" if claim.reader.email[0] in "ae" else "failed", "no", claim.reader.email
    )
    clock.to("2024-02-05 09:00")
    due.attend()
    clock.to("2024-02-06 09:00")
    due.attend()
    due.write("2024-03")
    clock.to("2024-03-06 09:00")
    due.attend()

    assert len(caplog.records) > 5
    assert "@" not in caplog.text
