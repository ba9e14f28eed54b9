"""Publications with something due, the real commands in real time, and SMTP servers that wait."""

from __future__ import annotations

import json
import re
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from threading import Event, Lock
from time import monotonic, sleep
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from newsletter.store import deliveries, open_store, origin, reading, utc_text, writing

ROOT = Path(__file__).parents[3]
ZONE = ZoneInfo("America/Panama")
"""Its clocks never change, whenever the tests run."""
ISSUE = "2023-12"
PATIENCE = 30.0
"""Seconds that a test waits for what comes at once where the machine has nothing else to do."""
AT_ONCE = timedelta(seconds=5)
"""Within how much time what is to happen within 2 seconds is logged on a machine under load."""
EDITOR, CHAIR = "editor@digest.example", "chair@digest.example"
PRELOADED = """
    apscheduler.executors.pool apscheduler.schedulers.background apscheduler.triggers.date
    newsletter.cli.schedule newsletter.cli.unattended newsletter.cli.approve watchfiles
    newsletter.schedule.daemon
""".split()


def _module(*path: str) -> ModuleType:
    """A module of other tests."""
    file = ROOT.joinpath("tests", *path)
    name = "newsletter_tests_" + "_".join(path).removesuffix(".py")
    if name not in sys.modules:
        spec = spec_from_file_location(name, file)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


SENDING = _module("acceptance", "sending", "conftest.py")
FAULTY = _module("delivery", "servers", "faulty.py")
SENDING.CONTEXT.set_forkserver_preload([*SENDING.PRELOADED, *PRELOADED])
SETTINGS = SENDING.SETTINGS.replace("America/Toronto", ZONE.key)


def now() -> datetime:
    return datetime.now(ZONE)


def this_minute() -> datetime:
    """What `send_at` can say is due at last."""
    return now().replace(second=0, microsecond=0)


def _far_day() -> int:
    """A day of the month from which today is far, so that no other month matters."""
    return min((now() + timedelta(days=15)).day, 28)


@dataclass
class Gate:
    """A server's whim: it lets so many messages to readers pass, and has the others wait."""

    free: int = 0
    stage: str = "taken"
    """Where they wait: `taken` is accepted and not answered."""
    waiting: int = 0
    opened: Event = field(default_factory=Event)
    _seen: int = 0
    _lock: Lock = field(default_factory=Lock)

    def __call__(self, moment: Any) -> None:
        if moment.stage != self.stage or not moment.address.startswith("reader"):
            return
        with self._lock:
            self._seen += 1
            if self._seen <= self.free or self.opened.is_set():
                return
            self.waiting += 1
        self.opened.wait(300)

    def open(self) -> None:
        """Nobody waits any more."""
        self.opened.set()


class Office(SENDING.Office):  # type: ignore[misc,name-defined]
    """A publication with its server, and whoever minds it."""

    server: Any

    def furnish(self, readers: int = 12, **settings: Any) -> None:
        """Subscribers, and a database that is a day old: what is due now is not history."""
        self.settings(**settings)
        self.subscribe(*(f"reader{each}@example.org" for each in range(1, readers + 1)))
        engine = open_store(self.database, self.root)
        with writing(engine) as connection:
            made_at = utc_text(now() - timedelta(days=1))
            connection.execute(update(origin).values(made_at=made_at))
        engine.dispose()

    def settings(
        self,
        *,
        approval: str = "none",
        grace: str = "12h",
        operators: tuple[str, ...] = (),
        connections: int = 4,
        by_schedule: datetime | None = None,
    ) -> None:
        """Write newsletter.yaml; what has no `send_at` of its own is far, unless it is given."""
        smtp = {"host": "127.0.0.1", "port": self.server.port, "connections": connections}
        day = str(by_schedule.day if by_schedule else _far_day())
        time = f"{by_schedule or this_minute():%H:%M}"
        lines = (
            f"approval: {approval}",
            f"schedule: {json.dumps({'day': day, 'time': time, 'grace': grace})}",
            f"operators: {json.dumps(operators)}",
            f"delivery: {json.dumps({'provider': 'smtp', 'smtp': smtp})}",
        )
        (self.root / "newsletter.yaml").write_text(SETTINGS + "\n".join(lines) + "\n", "utf-8")

    def due(self, at: datetime | None = None, month: str = ISSUE, subject: str = "") -> Path:
        """An issue that is to go out then; else now."""
        send_at = f"send_at: {at or this_minute():%Y-%m-%d %H:%M}\n"
        text = SENDING.ISSUE.replace(ISSUE, month).replace("intro:", f"{send_at}intro:")
        text = text.replace("acted on", subject) if subject else text
        path: Path = self.root / "issues" / f"{month}.yaml"
        path.write_text(text, "utf-8")
        return path

    @staticmethod
    def this_minute() -> datetime:
        return this_minute()

    @staticmethod
    def until(what: Callable[[], Any], seconds: float = PATIENCE) -> Any:
        return until(what, seconds)

    @staticmethod
    def logged(daemon: Any, event: str) -> list[datetime]:
        """When a scheduler logged an event, by its own clock; to the second, unless in JSON."""
        return logged(daemon, event)

    def daemon(self, *options: str, **environment: str) -> Any:
        """`newsletter schedule`, once it watches."""
        daemon = self.start("schedule", *options, **environment)
        until(lambda: "next" in daemon.complaint or "started" in daemon.complaint)
        return daemon

    def approve(self) -> None:
        assert self.run("approve", ISSUE, "--by", "the editor").returncode == 0

    @property
    def got(self) -> Counter[str]:
        """How many mails each reader got."""
        return Counter(
            address for address, _ in list(self.server.accepted) if address.startswith("reader")
        )

    @property
    def everybody(self) -> dict[str, int]:
        """One mail each."""
        return {f"reader{each}@example.org": 1 for each in range(1, self.subscribed + 1)}

    def told(self, operator: str = EDITOR) -> list[str]:
        """Subjects of the mails that an operator got."""
        return [
            subject_of(content)
            for address, content in list(self.server.accepted)
            if address == operator
        ]

    def ledger(self) -> Counter[str]:
        """How many deliveries are in which state; looking settles nothing."""
        engine = open_store(self.database, self.root)
        with reading(engine) as connection:
            states = list(connection.execute(select(deliveries.c.state)).scalars())
        engine.dispose()
        return Counter(states)


def subject_of(content: bytes) -> str:
    found = re.search(rb"^Subject: ([^\r\n]*(?:\r\n [^\r\n]*)*)", content, re.MULTILINE)
    assert found
    return " ".join(found[1].decode().split())


def logged(daemon: Any, event: str) -> list[datetime]:
    """When a scheduler logged an event."""
    line = rf'^(?:(\S+) [a-z]+ {event}\b|{{"at": "([^"]+)", "level": "[a-z]+", "event": "{event}")'
    found = re.finditer(line, daemon.complaint, re.MULTILINE)
    return [datetime.fromisoformat(each[1] or each[2]) for each in found]


def until(what: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """Wait for something to become true, and no longer; how soon it was, a log can say."""
    end = monotonic() + seconds
    while not (found := what()):
        assert monotonic() < end, "it did not happen"
        sleep(0.02)
    return found


def stopped(daemon: Any) -> Any:
    """It ends at SIGTERM as it should."""
    daemon.send_signal(signal.SIGTERM)
    ran = daemon.wait()
    assert ran.returncode == 0, ran
    return ran


@contextmanager
def an_office(folder: Path, server: Any) -> Iterator[Office]:
    """A publication in a folder; none of its logs may hold an address."""
    root = folder / "publication"
    (root / "issues").mkdir(parents=True)
    shutil.copytree(ROOT / "templates", root / "templates")
    office = Office(root, folder)
    office.server = server
    try:
        with office.opened:
            yield office
        for command in office.commands:
            assert not re.search(r"\w@\w", command.complaint), command.complaint
    finally:
        for command in office.commands:
            command.kill()
            command.process.close()
