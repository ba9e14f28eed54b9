"""How a run goes: a bar on a terminal, a line now and then elsewhere; and signals."""

from __future__ import annotations

import os
import signal
import sys
from collections import deque
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any

import click

from newsletter.cli.summary import in_time
from newsletter.cli.terminal import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from newsletter.delivery.dispatch import Stop, Tally, Watch
    from newsletter.delivery.mailing import Counts

LINE_EVERY = 10.0
"""Seconds between lines where there is no terminal."""
_SPAN = 10.0
"""Seconds over which the present speed is measured."""
_LOOK = 0.1
"""Seconds between looks at how the run goes."""
_STOPPING = "finishing what is in flight; once more stops at once"


class Course:
    """How far a run has come, how fast it is, and how long it will take."""

    def __init__(self, recipients: int) -> None:
        self.recipients = recipients
        self._seen: deque[tuple[float, int]] = deque([(monotonic(), 0)])
        self._tally: Tally | None = None
        self.done = self.wrong = 0
        self.stopping = False
        """Whether nothing new is sent any more."""

    def follow(self, tally: Tally) -> None:
        """Be told by the run how it goes; prints nothing, and so cannot fail."""
        self._tally = tally

    def look(self) -> None:
        """Take in how many are done by now."""
        if self._tally is None:
            return
        self.done = self._tally.settled
        self.wrong = self._tally.failed + self._tally.doubtful
        now = monotonic()
        self._seen.append((now, self.done))
        while len(self._seen) > 2 and self._seen[1][0] < now - _SPAN:
            self._seen.popleft()

    @property
    def speed(self) -> float:
        """Recipients a second, lately."""
        (began, before), (now, done) = self._seen[0], self._seen[-1]
        return (done - before) / (now - began) if now > began else 0.0

    @property
    def told(self) -> str:
        """`1,200 of 10,000 · 240/s · 0:00:37 left · 2 failed or doubtful`."""
        parts = [f"{self.done:,} of {self.recipients:,}", f"{self.speed:,.0f}/s"]
        if self.speed:
            parts.append(f"{in_time((self.recipients - self.done) / self.speed)} left")
        if self.stopping and self._tally and self._tally.in_flight:
            parts.append(f"waiting for {count(self._tally.in_flight, 'answer')}")
        if self.wrong:
            parts.append(f"{self.wrong:,} failed or doubtful")
        return " · ".join(parts)


@contextmanager
def watching(
    counts: Counts, limit: int | None, stop: Stop, every: float = LINE_EVERY
) -> Iterator[Watch]:
    """Shows a run's course on stderr for as long as it lasts.

    A thread of its own prints: a terminal that is gone, or does not go on, is no reason to
    leave mails half sent.
    """
    course = Course(counts.remaining if limit is None else min(limit, counts.remaining))
    over = Event()
    printer = Thread(target=_print, args=(course, stop, over, every), daemon=True)
    printer.start()
    try:
        yield course.follow
    finally:
        over.set()
        printer.join()


def _print(course: Course, stop: Stop, over: Event, every: float) -> None:
    """Show the course until the run is over, or nobody can read it any more."""
    try:
        with _bar(course) if _on_terminal() else _lines(course, every) as show:
            told = False
            while not over.wait(_LOOK):
                if stop.requested and not told:
                    told = course.stopping = True
                    click.echo(_STOPPING, err=True)
                course.look()
                show()
    except OSError:
        sys.stderr = open(os.devnull, "w")  # noqa: PTH123, SIM115 - for Python's last flush


def _on_terminal() -> bool:
    return sys.stderr is not None and sys.stderr.isatty()  # None where it was closed: `2>&-`


@contextmanager
def _bar(course: Course) -> Iterator[Any]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (BarColumn(), TextColumn("{task.description}"))
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, auto_refresh=False) as progress:
        task = progress.add_task(course.told, total=course.recipients)

        def show() -> None:
            progress.update(task, completed=course.done, description=course.told, refresh=True)

        yield show


@contextmanager
def _lines(course: Course, every: float) -> Iterator[Any]:
    last = monotonic()

    def line() -> None:
        nonlocal last
        if monotonic() - last >= every:
            last = monotonic()
            click.echo(course.told, err=True)

    yield line


@contextmanager
def stopping_at_signals(stop: Stop) -> Iterator[None]:
    """Ctrl-C, SIGTERM and a lost terminal finish what is in flight; a second Ctrl-C stops at once.

    The handler only takes note. What it raised or waited for would hit the sending at any point.
    """
    asked = False

    def handle(number: int, _: object) -> None:
        nonlocal asked
        stop.requested = True
        # A terminal that closes may send it twice, by the system and by the shell.
        if number == signal.SIGHUP:
            return
        if asked:
            raise KeyboardInterrupt
        asked = True

    before = {each: signal.signal(each, handle) for each in _signals()}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _signals() -> tuple[signal.Signals, ...]:
    """Those that end a run; what `nohup` has ignored stays ignored."""
    ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return (signal.SIGINT, signal.SIGTERM, *(() if ignored else (signal.SIGHUP,)))
