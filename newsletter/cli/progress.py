"""How a run goes: a bar on a terminal, a line now and then elsewhere; and signals."""

from __future__ import annotations

import signal
import sys
from collections import deque
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any

import click

from newsletter.cli.summary import in_time

if TYPE_CHECKING:
    from collections.abc import Iterator

    from newsletter.delivery.dispatch import Stop, Tally, Watch
    from newsletter.delivery.mailing import Counts

LINE_EVERY = 10.0
"""Seconds between lines where there is no terminal."""
_SPAN = 10.0
"""Seconds over which the present speed is measured."""


class Course:
    """How far a run has come, how fast it is, and how long it will take."""

    def __init__(self, recipients: int) -> None:
        self.recipients = recipients
        self._seen: deque[tuple[float, int]] = deque([(monotonic(), 0)])
        self.done = self.wrong = 0

    def see(self, tally: Tally) -> None:
        """Take in how many are done by now."""
        self.done = tally.settled
        self.wrong = tally.failed + tally.doubtful
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
        if self.wrong:
            parts.append(f"{self.wrong:,} failed or doubtful")
        return " · ".join(parts)


@contextmanager
def watching(counts: Counts, limit: int | None) -> Iterator[Watch]:
    """Shows a run's course on stderr for as long as it lasts."""
    course = Course(counts.remaining if limit is None else min(limit, counts.remaining))
    with (_bar if sys.stderr.isatty() else _lines)(course) as show:

        def watch(tally: Tally) -> None:
            course.see(tally)
            show()

        yield watch


@contextmanager
def _bar(course: Course) -> Iterator[Any]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (BarColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(course.told, total=course.recipients)
        yield lambda: progress.update(task, completed=course.done, description=course.told)


@contextmanager
def _lines(course: Course) -> Iterator[Any]:
    last = monotonic()

    def line() -> None:
        nonlocal last
        if monotonic() - last >= LINE_EVERY:
            last = monotonic()
            click.echo(course.told, err=True)

    yield line


@contextmanager
def stopping_at_signals(stop: Stop) -> Iterator[None]:
    """Ctrl-C and SIGTERM finish what is in flight; a second one stops at once."""

    def handle(number: int, _: object) -> None:
        if stop.requested:
            raise KeyboardInterrupt
        stop.requested = True
        click.echo("finishing what is in flight; once more stops at once", err=True)

    before = {each: signal.signal(each, handle) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
