"""What an unattended pass goes on with after one before it died."""

from __future__ import annotations

import os
import signal
import warnings
from collections.abc import Callable
from typing import Any

import pytest

from newsletter.delivery.claim import Claim

FEBRUARY = "2024-02"


def crash(bureau: Any, at: int = 0) -> None:
    """A pass in another process, killed when it is about to hear of its `at`th message."""
    for each in bureau.schedulers:
        each.office.engine.dispose()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads, which matter not
        child = os.fork()
    if not child:
        left = [at]

        def die(claim: Claim) -> None:
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)

        bureau.post.before = die
        try:
            bureau.restart(0)
            bureau.attend()
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


@pytest.mark.parametrize("place", [1, 4])
def test_after_a_crash_the_next_start_goes_on_and_doubt_stays_doubt(
    due: Any, clock: Any, place: int
) -> None:
    due.attend(1)  # so that operators have heard of it already
    due.write("2024-03")
    due.approve("2024-03")
    clock.to("2024-03-05 09:00")
    crash(due, place)
    clock.on(hours=11)

    due.attend(1)

    states = due.states("2024-03")
    assert "planned" not in states.values()
    assert due.standing("2024-03").state == "finished"
    for reader in states:
        handed = [each for each in due.post.handed(issue="2024-03") if each.to == reader]
        assert len(handed) <= 1


@pytest.mark.parametrize(("hours", "goes_on"), [(11, True), (13, False)])
def test_what_a_crash_interrupted_goes_on_while_the_outage_is_shorter_than_the_grace(
    due: Any, clock: Any, lines: Callable[..., str], hours: int, goes_on: bool
) -> None:
    due.configure(lines(operators=()))
    due.subscribe("d@example.org", "e@example.org")
    crash(due, at=1)
    assert due.mailing(FEBRUARY).is_begun
    clock.on(hours=hours)

    found = due.attend(1)

    states = sorted(due.states(FEBRUARY).values())
    if goes_on:
        assert states == ["accepted"] * 3 + ["doubtful"] * 2
        assert due.told() == [(FEBRUARY, "doubtful"), (FEBRUARY, "result")]
    else:
        assert states == ["accepted"] + ["doubtful"] * 2 + ["planned"] * 2
        assert due.entry(FEBRUARY, found).state == "held"
        assert (FEBRUARY, "overdue") in due.told()
        again = due.attend(1)
        assert not again.endings
        assert not again.told


def test_a_crash_before_the_first_mail_lets_the_issue_be_planned_anew(
    due: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("newsletter.schedule.sending.run", die)
        with pytest.raises(KeyboardInterrupt):
            due.attend()
    assert due.mailing(FEBRUARY).state == "planned"
    due.write(FEBRUARY, "Another subject")
    due.approve(FEBRUARY)

    due.attend(1)

    assert {each.subject for each in due.post.handed()} == {"Another subject"}
    assert len(due.post.handed()) == 3
