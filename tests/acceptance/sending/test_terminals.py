"""What becomes of a run whose terminal goes away, or never was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from threading import Event
from time import sleep
from typing import Any

import pytest

from newsletter.cli.progress import watching
from newsletter.delivery.dispatch import Stop, Tally
from newsletter.delivery.mailing import Counts

Readers = Callable[[int], list[str]]
SEND = ("send", "2023-12", "--yes")


@pytest.fixture
def unread() -> Iterator[int]:
    """The end of a pipe that nobody reads."""
    reader, writer = os.pipe()
    os.close(reader)
    yield writer
    os.close(writer)


@pytest.fixture
def go_on(office: Any, server: Any, readers: Readers) -> Event:
    """A mailing to thirty, of which the server takes five before the test lets it go on."""
    go_on = Event()

    def whim(moment: Any) -> Any:
        if moment.stage == "taken" and len(server.accepted) >= 5:
            go_on.wait(10)

    server.whim = whim
    office.subscribe(*readers(30))
    office.through(server, connections=2)
    return go_on


def hanging_up(how: Any) -> Callable[[], Any]:
    """How a process starts as `nohup` or a plain shell has it."""
    return partial(signal.signal, signal.SIGHUP, how)


def test_a_signal_where_stderr_is_gone_leaves_nothing_in_doubt(
    office: Any, server: Any, unread: int, go_on: Event, wait_until: Any
) -> None:
    sender = office.open(*SEND, stdout=subprocess.DEVNULL, stderr=unread)
    wait_until(lambda: len(server.accepted) >= 6)

    sender.send_signal(signal.SIGINT)
    sleep(0.3)  # for a line to be printed in vain
    go_on.set()

    assert sender.wait(30) == 1
    standing = office.standing()
    assert (standing.state, standing.mailing.hold) == ("paused", "interruption")
    assert standing.counts.accepted == len(server.accepted) < 30
    assert (standing.counts.doubtful, standing.counts.failed) == (0, 0)


def test_a_run_without_a_stderr_goes_to_its_end(office: Any, server: Any, go_on: Event) -> None:
    go_on.set()
    sender = office.open(*SEND, stderr=None, preexec_fn=partial(os.close, 2))

    assert "30 accepted of 30" in sender.communicate(timeout=30)[0]
    assert sender.returncode == 0


def test_a_terminal_that_goes_away_under_the_bar_leaves_the_run_to_go_on(
    office: Any, server: Any, go_on: Event, wait_until: Any
) -> None:
    screen, terminal = os.openpty()
    sender = office.open(*SEND, stderr=terminal)
    os.close(terminal)
    shown = b""
    while b" of 30" not in shown:
        shown += os.read(screen, 1000)
    wait_until(lambda: len(server.accepted) >= 6)

    os.close(screen)
    sleep(0.3)  # for the bar to be drawn in vain
    go_on.set()

    assert "30 accepted of 30" in sender.communicate(timeout=30)[0]
    assert sender.returncode == 0
    assert office.standing().counts.accepted == len(server.accepted) == 30


def test_lines_that_nobody_reads_are_no_reason_to_stop(
    unread: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open(unread, "w", closefd=False) as broken:
        monkeypatch.setattr(sys, "stderr", broken)
        with watching(Counts(5, remaining=5), None, Stop(), every=0) as watch:
            for accepted in range(4):
                watch(Tally(claimed=5, accepted=accepted))
                sleep(0.1)
            sys.stderr.write("and what comes later is no trouble either")
        sys.stderr.close()
        with suppress(BrokenPipeError):
            broken.close()


def test_a_terminal_that_hangs_up_finishes_what_is_in_flight(
    office: Any, server: Any, go_on: Event, wait_until: Any
) -> None:
    sender = office.open(*SEND, preexec_fn=hanging_up(signal.SIG_DFL))
    wait_until(lambda: len(server.accepted) >= 6)

    sender.send_signal(signal.SIGHUP)
    assert sender.stderr.readline().startswith("finishing what is in flight")
    sender.send_signal(signal.SIGHUP)  # a shell passes on what the system has sent already
    sleep(0.1)
    go_on.set()

    sender.communicate(timeout=30)
    assert sender.returncode == 1
    standing = office.standing()
    assert (standing.state, standing.mailing.hold) == ("paused", "interruption")
    assert (standing.counts.doubtful, standing.counts.accepted) == (0, len(server.accepted))


def test_under_nohup_a_terminal_that_hangs_up_is_no_concern(
    office: Any, server: Any, go_on: Event, wait_until: Any
) -> None:
    sender = office.open(*SEND, preexec_fn=hanging_up(signal.SIG_IGN))
    wait_until(lambda: len(server.accepted) >= 6)

    sender.send_signal(signal.SIGHUP)
    go_on.set()

    assert "30 accepted of 30" in sender.communicate(timeout=30)[0]
    assert sender.returncode == 0
