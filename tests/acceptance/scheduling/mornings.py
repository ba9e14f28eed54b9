"""Publications whose schedulers wait for the same minute, so that the tests wait for it once."""

from __future__ import annotations

import signal
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import sleep
from typing import Any

from tests.acceptance.scheduling.offices import (
    CHAIR,
    EDITOR,
    Gate,
    Office,
    now,
    until,
)

ENOUGH = timedelta(seconds=25)
"""How long schedulers may take to start before the minute."""
SPARE = timedelta(seconds=3)
"""How long before the minute they must be ready."""


@dataclass
class Scene:
    """A publication on the morning of its mailing."""

    office: Office
    gate: Gate = field(default_factory=Gate)
    daemons: list[Any] = field(default_factory=list)
    approved_at: datetime | None = None


@dataclass
class Morning:
    """Several publications, and the minute at which they are due."""

    at: datetime
    scenes: dict[str, Scene]

    def wait(self, seconds: float = 0) -> None:
        """Until so long after the minute has begun."""
        sleep(max(0, (self.at - now()).total_seconds() + seconds))


def prepare(scenes: dict[str, Scene]) -> Morning:
    """Have schedulers run; see the tests for what each scene shows."""
    _begin_at_once(scenes)
    return Morning(_begin_before(scenes), scenes)


def _begin_at_once(scenes: dict[str, Scene]) -> None:
    """What is due before the minute, and cannot go out yet: it is tried again in a minute."""
    late, down = scenes["approved late"], scenes["down"]
    late.office.furnish(approval="required")
    down.office.furnish(operators=(EDITOR,))
    down.office.server.whim = lambda moment: (
        "421 4.3.2 down" if moment.stage == "greeting" else None
    )
    for scene in (late, down):
        scene.office.due()
        scene.daemons.append(scene.office.daemon())
    until(lambda: "refused issue" in late.daemons[0].complaint)
    late.office.approve()
    late.approved_at = now()
    until(lambda: "refused issue" in down.daemons[0].complaint)
    down.office.server.whim = lambda moment: None


def _begin_before(scenes: dict[str, Scene]) -> datetime:
    """What is due at the minute, which is returned."""
    punctual, asleep = scenes["punctual"], scenes["asleep"]
    pairs = [scenes["sqlite"], scenes["postgresql"]]
    punctual.office.furnish(approval="required", operators=(EDITOR, CHAIR))
    asleep.office.furnish()
    for scene in pairs:
        scene.office.furnish(40, operators=(EDITOR,))
        scene.gate.free = 10
        scene.office.server.whim = scene.gate
    waiting = [punctual, asleep, *pairs]
    at = _next_minute()
    _set(waiting, at)
    for scene in (*waiting, *pairs):
        options = ("--json",) if scene is punctual else ()
        scene.daemons.append(scene.office.start("schedule", *options))
    while not _are_ready(waiting, at):
        at = _next_minute()
        for scene in waiting:
            scene.office.server.accepted.clear()  # what operators heard of the minute before
        _set(waiting, at)
    asleep.daemons[0].send_signal(signal.SIGSTOP)
    return at


def _next_minute() -> datetime:
    """The next that leaves enough time."""
    return (now() + ENOUGH + timedelta(minutes=1)).replace(second=0, microsecond=0)


def _set(scenes: list[Scene], at: datetime) -> None:
    """Have issues go out then; the first needs an approval, which by itself wakes no scheduler."""
    first, *_ = [scene.office.due(at) for scene in scenes]
    scenes[0].office.approve()
    first.touch()


def _are_ready(scenes: list[Scene], at: datetime) -> bool:
    """Whether all schedulers know what goes out then, in good time before it does."""
    daemons = [daemon for scene in scenes for daemon in scene.daemons]
    while now() < at - SPARE:
        if all(_knows(daemon, at) for daemon in daemons):
            return True
        sleep(0.05)
    return False


def _knows(daemon: Any, at: datetime) -> bool:
    """Whether a scheduler has said when an approved issue goes out."""
    moment = at.isoformat(timespec="minutes")
    return any(
        moment in line and "approved" in line and "unapproved" not in line
        for line in daemon.complaint.splitlines()
    )
