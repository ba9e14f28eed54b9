"""What unattended passes are tested with: a publication, its database, a clock, and a provider."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import Engine, Row, select

from newsletter.approval.record import Approval, record, withdraw
from newsletter.audience.keys import Keyring
from newsletter.checks import clear
from newsletter.config import Config
from newsletter.delivery.claim import Claim, Claims, Outcome
from newsletter.delivery.dispatch import Stop
from newsletter.delivery.mailing import Mailing, find_mailing
from newsletter.delivery.send import Orders
from newsletter.delivery.standing import Standing, standing_of
from newsletter.errors import ProviderFailed
from newsletter.schedule import sending
from newsletter.schedule.attend import Pass, Rests, attend
from newsletter.schedule.calendar import Entry
from newsletter.schedule.office import Office
from newsletter.schedule.shelf import Shelf
from newsletter.schedule.telling import FILE
from newsletter.store import (
    deliveries,
    notice_copies,
    notices,
    now_utc,
    open_store,
    reading,
    subscribers,
    writing,
)

ZONE = ZoneInfo("America/Toronto")
MADE_AT = datetime(2024, 1, 3, 12, tzinfo=ZONE)
"""When the databases of the tests are made, but for what a test says."""
OPERATORS = ("chair@operators.example", "editor@operators.example")
SETTINGS = """\
name: Practice Digest
tagline: Research for practice
language: en-CA
timezone: America/Toronto
sender: {name: PPRNet, email: news@digest.example}
postal_address: 136 Jean-Jacques-Lussier, Ottawa, Ontario, Canada
contact: https://digest.example/contact
web_url: https://news.digest.example
"""
ISSUE = """\
month: {month}
subject: {subject}
{send_at}intro: Some words to begin with.
summaries:
  - title: Does empathy help?
    summary: A team studied it.
    practice_implications: Ask your patients.
  - title: Does training help?
    summary: It does.
    practice_implications: Train.
"""


class Handed(NamedTuple):
    """A message that a provider was handed, and what it said of it."""

    to: str
    issue: str
    what: str
    """`mail` to a reader, or `notice` to an operator."""
    subject: str
    text: str
    said: str
    """`handed` before there is an answer."""


@dataclass
class Post:
    """A provider that answers as it is told; a file keeps what it was handed, also by the dead."""

    log: Path
    verdict: Callable[[Claim], Any] = lambda claim: "accepted"
    """A verdict or an outcome; may raise."""
    before: Callable[[Claim], None] = lambda claim: None
    """Is called with each message when its answer is due."""
    dead: str = ""
    """Why nothing can be sent now."""
    at_once: int = 2

    def deliver(self, claims: Claims) -> Iterator[Outcome]:
        held: list[Claim] = []
        while True:
            taken = claims.take(self.at_once - len(held))
            held += taken
            if not held:
                return
            claim = held.pop(0)
            self._note(claim, "handed")
            self.before(claim)
            if self.dead:
                for each in (claim, *held):
                    self._note(each, "planned")
                    yield Outcome(each.delivery, "planned", "not sent")
                raise ProviderFailed(self.dead)
            outcome = self._outcome(claim)
            self._note(claim, outcome.verdict)
            yield outcome

    def _outcome(self, claim: Claim) -> Outcome:
        said = self.verdict(claim)
        if isinstance(said, Outcome):
            return Outcome(claim.delivery, said.verdict, said.reason, said.detail)
        return Outcome(claim.delivery, said, "as told")

    def _note(self, claim: Claim, said: str) -> None:
        letter = claim.letter
        what = "notice" if letter.purpose == "operators" else "mail"
        text = letter.text.fill({}) if what == "notice" else letter.content
        entry = Handed(claim.reader.email, letter.month, what, letter.subject, text, said)
        with self.log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")

    @property
    def everything(self) -> list[Handed]:
        """Each message twice: when it was handed over, and when it was answered."""
        if not self.log.exists():
            return []
        return [Handed(*json.loads(line)) for line in self.log.read_text("utf-8").splitlines()]

    def handed(self, what: str = "mail", issue: str = "") -> list[Handed]:
        """What it was handed."""
        return [
            each
            for each in self.everything
            if each.said == "handed" and each.what == what and issue in ("", each.issue)
        ]

    @property
    def subjects(self) -> list[str]:
        """Of what the first operator was handed."""
        return [each.subject for each in self.handed("notice") if each.to == OPERATORS[0]]


@dataclass
class Scheduler:
    """A process that attends: its own engine, and what it remembers between passes."""

    office: Office
    shelf: Shelf
    rests: Rests = field(default_factory=Rests)


@dataclass
class Bureau:
    """A publication's folder with its database, and what people do there."""

    root: Path
    database: str
    post: Post
    config: Config
    schedulers: list[Scheduler] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(1, 10**9)))

    def open(self) -> Scheduler:
        """Start a scheduler."""
        engine = open_store(self.database, self.root)
        office = Office(self.config, engine, Keyring(["a secret of the tests"]), self._provider)
        return Scheduler(office, Shelf(self.config))

    def _provider(self) -> Post:
        return self.post

    def configure(self, more: str) -> None:
        """Change newsletter.yaml, and start the schedulers anew."""
        from newsletter.config import load_config

        file = self.root / "newsletter.yaml"
        file.write_text(SETTINGS + more, "utf-8")
        self.config = load_config(file, {})
        self.restart()

    def restart(self, *numbers: int) -> None:
        """End schedulers, all or some, and start them again."""
        for number in numbers or range(len(self.schedulers)):
            self.schedulers[number].office.engine.dispose()
            self.schedulers[number] = self.open()

    @property
    def engine(self) -> Engine:
        return self.schedulers[0].office.engine

    def attend(self, number: int = 0, stop: Stop | None = None) -> Pass:
        """Have a scheduler do what is to be done."""
        each = self.schedulers[number]
        return attend(each.office, each.shelf, each.rests, stop or Stop())

    def subscribe(self, *addresses: str, **columns: Any) -> None:
        """Readers with express consent."""
        common = {"consent": "express", "created_at": now_utc(), "updated_at": now_utc(), **columns}
        rows = [
            {"id": next(self.numbers), "key": each, "email": each, "domain": "example.org",
             **common}
            for each in addresses
        ]  # fmt: skip
        with writing(self.engine) as connection:
            connection.execute(subscribers.insert(), rows)

    # The issues

    def path(self, month: str) -> Path:
        return self.root / "issues" / f"{month}.yaml"

    def write(self, month: str, subject: str = "Empathy", send_at: str = "") -> None:
        """An issue's file."""
        when = f"send_at: {send_at}\n" if send_at else ""
        text = ISSUE.format(month=month, subject=subject, send_at=when)
        self.path(month).write_text(text, "utf-8")

    def approve(self, month: str, by: str = "the editor") -> Approval:
        """Approve an issue as its files are."""
        cleared = clear(self.path(month), self.config, datetime.now(UTC))
        with writing(self.engine) as connection:
            return record(connection, month, by, cleared.evidence, cleared.letter.subject)

    def withdraw(self, month: str) -> Approval | None:
        """Take an issue's approval back."""
        with writing(self.engine) as connection:
            return withdraw(connection, month, "the chair")

    # What came of it

    def mailing(self, month: str) -> Mailing | None:
        with reading(self.engine) as connection:
            return find_mailing(connection, month)

    def standing(self, month: str) -> Standing:
        found = self.mailing(month)
        assert found, "there is no mailing"
        return standing_of(self.engine, found)

    def states(self, month: str) -> dict[str, str]:
        """The state of each reader's delivery."""
        found = self.mailing(month)
        assert found, "there is no mailing"
        query = select(deliveries).where(deliveries.c.mailing_id == found.id)
        with reading(self.engine) as connection:
            return {row.key: row.state for row in connection.execute(query)}

    def told(self) -> list[tuple[str, str]]:
        """Issue and kind of each message to operators, in order."""
        return [(row.issue, row.kind) for row in self.notices()]

    def notices(self) -> Sequence[Row[Any]]:
        with reading(self.engine) as connection:
            return connection.execute(select(notices).order_by(notices.c.id)).all()

    def copies(self) -> Sequence[Row[Any]]:
        """What became of each operator's copy."""
        query = (
            select(notice_copies, notices.c.issue, notices.c.kind, notices.c.text)
            .join(notices, notices.c.id == notice_copies.c.notice_id)
            .order_by(notice_copies.c.id)
        )
        with reading(self.engine) as connection:
            return connection.execute(query).all()

    @property
    def file(self) -> str | None:
        """What the file says that holds what operators were not told."""
        path = self.root / FILE
        return path.read_text("utf-8") if path.exists() else None

    def entry(self, month: str, found: Pass) -> Entry | None:
        """A month on a pass's calendar."""
        return next((each for each in found.calendar if each.issue == month), None)


@dataclass
class Clock:
    """The time that the whole program sees."""

    traveller: Any

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    def set(self, moment: datetime) -> None:
        self.traveller.move_to(moment)

    def to(self, text: str) -> None:
        """A time in the publication's zone, such as `2024-02-06 09:00`."""
        self.set(datetime.fromisoformat(text).replace(tzinfo=ZONE))

    def on(self, **span: float) -> None:
        """Let time pass."""
        self.set(self.now + timedelta(**span))


@pytest.fixture(scope="session")
def open_bureau(make_publication: Callable[[Path], Any]) -> Callable[..., Bureau]:
    """Makes a publication with schedulers in a folder."""

    def make(root: Path, database: str = "sqlite:///newsletter.db", schedulers: int = 1) -> Bureau:
        root.mkdir(exist_ok=True)
        if not (root / "templates").exists():
            make_publication(root)
        bureau = Bureau(root, database, Post(root / "handed.jsonl"), None)  # type: ignore[arg-type]
        bureau.configure(_lines())
        bureau.schedulers = [bureau.open() for _ in range(schedulers)]
        return bureau

    return make


def _lines(approval: str = "required", operators: Sequence[str] = OPERATORS) -> str:
    return (
        f"approval: {approval}\noperators: {json.dumps(list(operators))}\n"
        "delivery: {provider: smtp}\n"
    )


@pytest.fixture(scope="session")
def lines() -> Callable[..., str]:
    """The lines of newsletter.yaml that tests change."""
    return _lines


@pytest.fixture(scope="session")
def operators() -> tuple[str, ...]:
    """The addresses of the publication's operators."""
    return OPERATORS


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is refused for now is not tried again within a run, whose waits no clock shortens."""
    monkeypatch.setattr(sending, "Orders", partial(Orders, delays=(), patience=0.5))


@pytest.fixture
def clock() -> Iterator[Clock]:
    """A clock that stands still unless it is moved; the day after a database was made."""
    with time_machine.travel(MADE_AT, tick=False) as traveller:
        yield Clock(traveller)


@pytest.fixture
def bureau(
    tmp_path: Path,
    database: str,
    clock: Clock,
    impatient: None,
    open_bureau: Callable[..., Bureau],
) -> Iterator[Bureau]:
    """A publication with two schedulers and three readers, over either database."""
    bureau = open_bureau(tmp_path, database, schedulers=2)
    bureau.subscribe("a@example.org", "b@example.org", "c@example.org")
    yield bureau
    for each in bureau.schedulers:
        each.office.engine.dispose()


@pytest.fixture
def sqlite_bureau(
    tmp_path: Path, clock: Clock, impatient: None, open_bureau: Callable[..., Bureau]
) -> Iterator[Bureau]:
    """The same over an SQLite file alone."""
    bureau = open_bureau(tmp_path, schedulers=2)
    bureau.subscribe("a@example.org", "b@example.org", "c@example.org")
    yield bureau
    for each in bureau.schedulers:
        each.office.engine.dispose()


@pytest.fixture
def due(bureau: Bureau, clock: Clock) -> Bureau:
    """February 2024, approved, at the very moment at which it is due."""
    bureau.write("2024-02")
    bureau.approve("2024-02")
    clock.to("2024-02-06 09:00")
    return bureau
