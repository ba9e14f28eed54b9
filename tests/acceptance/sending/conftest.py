"""A publication with subscribers, the real commands, and an SMTP server that keeps a log."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib.util import module_from_spec, spec_from_file_location
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import monotonic, sleep
from typing import Any, NamedTuple

import pytest

from newsletter.approval.record import Approval, history
from newsletter.delivery.mailing import find_mailing
from newsletter.delivery.standing import Standing, standing_of
from newsletter.store import now_utc, open_store, reading, subscribers, writing

ROOT = Path(__file__).parents[3]
SETTINGS = """\
name: Practice Digest
tagline: Research for practice
language: en-CA
timezone: America/Toronto
sender: {name: PPRNet, email: news@digest.example}
postal_address: 136 Jean-Jacques-Lussier, Ottawa, Canada
contact: https://digest.example/contact
web_url: https://news.digest.example
"""
ISSUE = """\
month: 2023-12
subject: Empathy that is acted on
intro: What helps? Two studies.
summaries:
  - title: Does Alliance Matter?
    citation: Author, A. (2023). Alliance. *A Journal, 7*(1), 1–9.
    doi: 10.1037/cou0000708
    summary: They found that it did.
    practice_implications: Ask your patients.
  - title: Does Empathy?
    citation: Other, B. (2023). Empathy. *A Journal, 7*(2), 10–19.
    doi: 10.1037/cou0000709
    summary: It does.
    practice_implications: Listen.
"""
SECRET = "a secret that no command may ever show"  # noqa: S105, and no one's
COMMANDS = "control deliveries doubtful send status subscribers trial"
ENGINES = (
    "store delivery.control delivery.dry_run delivery.providers.outbox delivery.providers.smtp"
)
PRELOADED = [
    *(f"newsletter.cli.{name}" for name in COMMANDS.split()),
    *(f"newsletter.{name}" for name in ENGINES.split()),
    "newsletter.checks", "newsletter.edition", "newsletter.audience.importing", "alembic.command",
    "lxml.html", "premailer", "psycopg", "rich.progress", "zspell",
    "sqlalchemy.dialects.postgresql", "sqlalchemy.dialects.sqlite",
]  # fmt: skip
RUN = """
import os, sys
for number, (name, how) in enumerate(files):
    file = os.open(name, how, 0o600)
    os.dup2(file, number)
    os.close(file)
os.chdir(root)
os.environ.clear()
os.environ.update(environment)
sys.stdin = open(0, closefd=False)
sys.argv = ["newsletter", *arguments]
from newsletter.cli import main
main()
"""
"""What `python -m newsletter` does, in a process that has its imports behind it."""
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(PRELOADED)
FRESH = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


class Done(NamedTuple):
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


@dataclass
class Command:
    """A command in a process of its own, forked from one that is ready to begin at once."""

    process: BaseProcess
    out: Path
    err: Path

    @property
    def pid(self) -> int:
        assert self.process.pid
        return self.process.pid

    @property
    def alive(self) -> bool:
        return self.process.is_alive()

    @property
    def complaint(self) -> str:
        """What it has printed on stderr so far."""
        return self.err.read_text("utf-8") if self.err.exists() else ""

    def send_signal(self, sign: int) -> None:
        os.kill(self.pid, sign)

    def kill(self) -> None:
        """`kill -9`; it is dead when this returns."""
        self.process.kill()
        self.process.join()

    def wait(self, seconds: float = 30) -> Done:
        """Its end, which must come."""
        self.process.join(seconds)
        assert self.process.exitcode is not None, "it does not end"
        done = Done(self.process.exitcode, self.out.read_text("utf-8"), self.complaint)
        assert SECRET not in done.stdout + done.stderr
        assert "Traceback" not in done.stderr, done.stderr
        return done


@dataclass
class Office:
    """A publication, and a person at its terminal."""

    root: Path
    folder: Path
    """Where its commands' output goes."""
    environment: dict[str, str] = field(default_factory=dict)
    commands: list[Command] = field(default_factory=list)
    opened: ExitStack = field(default_factory=ExitStack)
    started: int = 0
    database: str = "sqlite:///newsletter.db"
    subscribed: int = 0

    def configure(self, more: str = "", **delivery: Any) -> None:
        """Write newsletter.yaml: more lines, and what stands under `delivery`."""
        lines = f"approval: none\n{more}\ndelivery: {json.dumps(delivery)}\n"
        (self.root / "newsletter.yaml").write_text(SETTINGS + lines, "utf-8")

    def require_approval(self, more: str = "") -> None:
        """Have the publication ask for approvals from now on, by more settings."""
        file = self.root / "newsletter.yaml"
        text = file.read_text("utf-8").replace("approval: none", "approval: required")
        file.write_text(text + more, "utf-8")

    def through(self, server: Any, more: str = "", connections: int = 4, **delivery: Any) -> None:
        """Send by SMTP to a server of the tests."""
        smtp = {"host": "127.0.0.1", "port": server.port, "connections": connections}
        self.configure(more, provider="smtp", smtp=smtp, **delivery)

    def use(self, database: str) -> None:
        """Keep state in another database."""
        self.database = self.environment["NEWSLETTER_DATABASE"] = database

    def write_issue(self, text: str = ISSUE) -> None:
        (self.root / "issues" / "2023-12.yaml").write_text(text, "utf-8")

    def subscribe(self, *addresses: str, **columns: Any) -> None:
        """Subscribers with express consent, without a process of their own."""
        common = {"consent": "express", "created_at": now_utc(), "updated_at": now_utc(), **columns}
        rows = [
            {"id": number, "key": each, "email": each, "domain": each.partition("@")[2], **common}
            for number, each in enumerate(addresses, self.subscribed + 1)
        ]
        self.subscribed += len(rows)
        engine = open_store(self.database, self.root)
        with writing(engine) as connection:
            connection.execute(subscribers.insert(), rows)
        engine.dispose()

    def env(self, **more: str) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("NEWSLETTER_")}
        return kept | {"NEWSLETTER_SECRET": SECRET} | self.environment | more

    def start(self, *arguments: str, input: str = "", **environment: str) -> Command:  # noqa: A002
        """A command that goes on meanwhile; nobody is at its terminal, unless there is input."""
        self.started += 1
        said, out, err = (self.folder / f"{self.started}.{name}" for name in ("in", "out", "err"))
        said.write_text(input, "utf-8")
        work = {
            "files": [(str(said), os.O_RDONLY), (str(out), FRESH), (str(err), FRESH)],
            "root": str(self.root),
            "environment": self.env(**environment),
            "arguments": arguments,
        }
        process = CONTEXT.Process(target=exec, args=(RUN, work), daemon=True)
        process.start()
        command = Command(process, out, err)
        self.commands.append(command)
        return command

    def run(self, *arguments: str, **how: str) -> Done:
        """A command from its start to its end."""
        return self.start(*arguments, **how).wait(60)

    def open(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        """`python -m newsletter`, with what only a process of one's own can be given."""
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        process = subprocess.Popen(
            [sys.executable, "-m", "newsletter", *arguments], cwd=self.root, env=self.env(),
            text=True, **(pipes | options),
        )  # fmt: skip
        self.opened.enter_context(process)
        self.opened.callback(process.kill)
        return process

    def status(self) -> dict[str, Any]:
        """`status --json`; what it says adds up, or the test fails."""
        ran = self.run("status", "2023-12", "--json")
        assert (ran.returncode, ran.stderr) == (0, "")
        document: dict[str, Any] = json.loads(ran.stdout)
        parts = ("accepted", "failed", "skipped", "doubtful", "remaining")
        assert sum(document[name] for name in parts) == document["total"]
        return document

    def standing(self) -> Standing | None:
        """Where the mailing stands, without a process of its own."""
        engine = open_store(self.database, self.root)
        try:
            with reading(engine) as connection:
                found = find_mailing(connection, "2023-12")
            return found and standing_of(engine, found)
        finally:
            engine.dispose()

    def approvals(self) -> list[Approval]:
        """All that are kept of the issue, newest first, without a process of their own."""
        engine = open_store(self.database, self.root)
        try:
            with reading(engine) as connection:
                return history(connection, "2023-12")
        finally:
            engine.dispose()

    def deliveries(self) -> dict[str, str]:
        """`deliveries --json`: each recipient's state."""
        ran = self.run("deliveries", "2023-12", "--json")
        assert (ran.returncode, ran.stderr) == (0, "")
        return {each["email"]: each["state"] for each in json.loads(ran.stdout)}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A publication with an issue that mails through the outbox, and no subscribers yet."""
    root = tmp_path / "publication"
    (root / "issues").mkdir(parents=True)
    shutil.copytree(ROOT / "templates", root / "templates")
    office = Office(root, tmp_path)
    office.configure()
    office.write_issue()
    with office.opened:
        yield office
    for command in office.commands:
        command.kill()
        command.process.close()


@pytest.fixture
def office_on(office: Office, database: str) -> Office:
    """The same over a database of either kind."""
    office.use(database)
    return office


@pytest.fixture
def required(office: Office) -> Callable[..., None]:
    """Has the publication ask for approvals, and again by more settings when it is called."""
    office.require_approval()
    return office.require_approval


@pytest.fixture(scope="session")
def faulty() -> Any:
    """The module with the SMTP server that misbehaves as it is told."""
    file = ROOT / "tests" / "delivery" / "servers" / "faulty.py"
    name = f"newsletter_tests_{file.stem}"
    if name not in sys.modules:
        spec = spec_from_file_location(name, file)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture
def server(faulty: Any) -> Iterator[Any]:
    """An SMTP server that behaves until it is told otherwise."""
    with faulty.Faulty() as server:
        yield server


def until(what: Callable[[], Any], seconds: float = 15) -> Any:
    """Wait for something to become true."""
    end = monotonic() + seconds
    while not (found := what()):
        assert monotonic() < end, "it did not happen"
        sleep(0.01)
    return found


@pytest.fixture(scope="session")
def wait_until() -> Callable[..., Any]:
    """Waits for something to become true."""
    return until


@pytest.fixture(scope="session")
def readers() -> Callable[[int], list[str]]:
    """So many addresses."""
    return lambda number: [f"reader{each}@example.org" for each in range(1, number + 1)]


@pytest.fixture(scope="session")
def times_accepted() -> Callable[[Any], Counter[str]]:
    """How often an SMTP server has taken a message to each address."""
    return lambda server: Counter(address for address, _ in list(server.accepted))


@pytest.fixture(scope="session")
def secret() -> str:
    """What no command may show."""
    return SECRET
