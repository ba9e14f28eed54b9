"""`newsletter schedule` ended, asleep, or without room on its disk, in the midst of a mailing."""

from __future__ import annotations

import re
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from time import sleep
from typing import Any

from tests.acceptance.scheduling.offices import EDITOR, stopped


def test_sigterm_finishes_what_is_in_flight_and_the_next_start_goes_on(
    office: Any, gate: Any
) -> None:
    office.due()
    daemon = office.daemon()
    office.until(lambda: gate.waiting == 4)
    daemon.send_signal(signal.SIGTERM)
    sleep(0.5)
    assert daemon.alive
    gate.open()
    assert daemon.wait().returncode == 0
    ledger = office.ledger()
    assert ledger["accepted"] == sum(office.got.values()) < 12
    assert ledger["accepted"] + ledger["planned"] == 12

    daemon = office.daemon()
    office.until(lambda: sum(office.got.values()) == 12)
    stopped(daemon)
    assert office.got == office.everybody
    assert office.ledger() == {"accepted": 12}


def test_after_sigkill_the_next_start_goes_on_and_doubt_stays_doubt(office: Any, gate: Any) -> None:
    office.settings(operators=(EDITOR,))
    office.due()
    daemon = office.daemon()
    office.until(lambda: gate.waiting == 4)
    daemon.kill()
    gate.open()

    daemon = office.daemon()
    office.until(lambda: "went out" in daemon.complaint)
    stopped(daemon)
    assert office.got == office.everybody
    assert office.ledger() == {"accepted": 8, "doubtful": 4}
    assert office.status()["doubtful"] == 4
    upcoming_or_doubtful = [each for each in office.told() if "may or may not" in each]
    assert len(upcoming_or_doubtful) == 1

    daemon = office.daemon()
    sleep(1.5)
    stopped(daemon)
    assert office.got == office.everybody
    assert office.ledger() == {"accepted": 8, "doubtful": 4}


def test_a_machine_that_sleeps_in_the_midst_goes_on_where_it_was(office: Any, gate: Any) -> None:
    office.due()
    daemon = office.daemon()
    office.until(lambda: gate.waiting == 4)
    daemon.send_signal(signal.SIGSTOP)
    gate.open()
    sleep(1)
    daemon.send_signal(signal.SIGCONT)
    office.until(lambda: office.ledger() == {"accepted": 12})
    stopped(daemon)
    assert office.got == office.everybody


@contextmanager
def full_disk(office: Any, daemon: Any) -> Iterator[None]:
    """No file of the daemon's can grow beyond what its database has, and some room for its log."""
    room = max(20_000, *(each.stat().st_size for each in office.root.glob("newsletter.db-wal")))
    resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    yield
    resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)


DISK = r"error trouble error=\".*newsletter\.db: error: the disk .*"


def test_on_a_full_disk_it_sends_nothing_says_so_and_goes_on_once_there_is_room(
    office: Any,
) -> None:
    daemon = office.daemon()
    sleep(1)
    with full_disk(office, daemon):
        path = office.due()
        office.until(lambda: re.search(DISK, daemon.complaint))
        path.touch()
        sleep(1)
        assert daemon.alive
        assert not office.got
        assert len(re.findall(DISK, daemon.complaint)) == 1
        assert "the disk" in (office.root / "operator-messages.txt").read_text("utf-8")
    path.touch()
    office.until(lambda: office.got == office.everybody)
    stopped(daemon)
    assert office.ledger() == {"accepted": 12}
    assert not (office.root / "operator-messages.txt").exists()


def test_a_disk_that_fills_up_in_the_midst_stops_it_for_as_long(office: Any, gate: Any) -> None:
    office.subscribe(*(f"reader{each}@example.org" for each in range(13, 401)))
    gate.free = 20
    daemon = office.daemon()
    path = office.due()
    office.until(lambda: gate.waiting == 4)
    with full_disk(office, daemon):
        gate.open()
        office.until(lambda: re.search(DISK, daemon.complaint))
        assert daemon.alive
        assert len(office.got) < 400
    path.touch()
    office.until(lambda: office.got == office.everybody)
    office.until(lambda: office.ledger().total() == sum(office.ledger()[each] for each in SETTLED))
    stopped(daemon)
    assert office.got == office.everybody
    assert office.ledger()["doubtful"] <= 4


SETTLED = ("accepted", "doubtful")
