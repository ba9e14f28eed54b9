"""Faults and a full disk: what they keep from going out, and for how long."""

from __future__ import annotations

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest

from newsletter.delivery.claim import Claim
from newsletter.errors import StoreUnavailable
from newsletter.schedule.attend import Rests

FEBRUARY = "2024-02"


def test_a_fault_with_one_issue_keeps_no_other_from_going_out(
    due: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from newsletter.schedule import shelf

    due.write("2024-03", send_at="2024-02-06 09:00")
    due.approve("2024-03")
    clear = shelf.clear

    def faulty(path: Any, *more: Any) -> Any:
        if path.stem == FEBRUARY:
            raise RecursionError("too deep")
        return clear(path, *more)

    monkeypatch.setattr(shelf, "clear", faulty)
    due.restart()

    due.attend()

    assert due.standing("2024-03").state == "finished"
    assert due.mailing(FEBRUARY) is None
    assert (FEBRUARY, "refused") in due.told()


def test_a_fault_while_one_issue_is_sent_lets_the_next_pass_send_the_others(
    due: Any, clock: Any
) -> None:
    due.write("2024-03", send_at="2024-02-06 09:00")
    due.approve("2024-03")

    def stumble(claim: Claim) -> Any:
        if claim.letter.purpose != "operators" and claim.letter.month == FEBRUARY:
            raise LookupError("a fault of the provider's code")
        return "accepted"

    due.post.verdict = stumble
    with pytest.raises(LookupError):
        due.attend()

    due.attend()

    assert due.standing("2024-03").state == "finished"


def test_an_issue_rests_longer_after_each_attempt_that_came_to_nothing(due: Any) -> None:
    rests, now = Rests(), datetime.fromisoformat("2024-02-06T14:00+00:00")
    lengths = []
    for _ in range(7):
        rests.lay(FEBRUARY, now)
        end = rests.next_end(now)
        assert end
        assert rests.is_resting(FEBRUARY, end - timedelta(seconds=1))
        assert not rests.is_resting(FEBRUARY, end)
        lengths.append((end - now).total_seconds() / 60)
        now = end

    assert lengths == [1, 2, 5, 10, 15, 15, 15]
    assert not rests.is_resting(FEBRUARY, now - timedelta(days=30))


@contextmanager
def full_disk() -> Iterator[None]:
    """No file of this process may grow over 0 bytes, as if there were no room left."""
    was = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, was[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, was)
        signal.signal(signal.SIGXFSZ, ignored)


def test_a_full_disk_is_said_and_nothing_goes_out_that_could_not_be_kept(
    sqlite_bureau: Any, clock: Any
) -> None:
    bureau = sqlite_bureau
    bureau.write(FEBRUARY)
    bureau.approve(FEBRUARY)
    clock.to("2024-02-06 09:00")
    with full_disk(), pytest.raises(StoreUnavailable):
        bureau.attend()
    assert bureau.post.handed() == []

    clock.on(minutes=1)
    bureau.attend()

    assert bureau.standing(FEBRUARY).state == "finished"
    assert len(bureau.post.handed()) == 3
