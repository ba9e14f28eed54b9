"""A publication's folder with its database and schedulers, and what people do there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Row, select

from newsletter.approval.record import Approval, record, withdraw
from newsletter.audience.keys import Keyring
from newsletter.checks import clear
from newsletter.config import Config
from newsletter.delivery.dispatch import Stop
from newsletter.delivery.mailing import Mailing, find_mailing
from newsletter.delivery.standing import Standing, standing_of
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
from tests.schedule.post import Post

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
