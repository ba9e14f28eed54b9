"""What the sending core is tested with: a small publication, and a provider that obeys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Row, select, update

from newsletter.audience.keys import Keyring
from newsletter.config import Config
from newsletter.delivery.claim import Claim, Claims, Outcome, Provider, Verdict
from newsletter.delivery.ending import Ending
from newsletter.delivery.mailing import Mailing, find_mailing, kind_of
from newsletter.delivery.plan import Terms, plan
from newsletter.delivery.send import Orders, run
from newsletter.delivery.standing import Standing, standing_of
from newsletter.edition import Letter
from newsletter.edition.personal import Personal, Place
from newsletter.store import deliveries, mailings, now_utc, open_store, subscribers, writing

LETTER = Letter(
    month="2023-12",
    subject="Empathy that is acted on",
    language="en-CA",
    sender_name="PPRNet",
    sender_email="news@digest.example",
    reply_to="",
    list_name="Practice Digest",
    list_id="news.digest.example",
    date="Tue, 05 Dec 2023 09:00:00 -0500",
    feedback_id="2023-12:digest:newsletter:digestexample",
    web_url="https://news.digest.example",
    html=Personal(("<p>Dear ", Place("first_name", "html", "reader"), "</p>\n")),
    text=Personal(("Dear ", Place("first_name", "text", "reader"), "\n")),
)
TODAY = "2023-12-05"


@dataclass
class House:
    """A publication with a database, and what tests do in it."""

    engine: Engine
    config: Config
    keyring: Keyring = field(default_factory=lambda: Keyring(["a secret of the tests"]))
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(1, 10**9)))

    def subscribe(self, *addresses: str, **columns: Any) -> None:
        """Subscribers with express consent, in the order in which they will be planned."""
        common = {"consent": "express", "created_at": now_utc(), "updated_at": now_utc(), **columns}
        rows = [
            {"id": next(self.numbers), "key": each.casefold(), "email": each,
             "domain": each.rpartition("@")[2], **common}
            for each in addresses
        ]  # fmt: skip
        with writing(self.engine) as connection:
            connection.execute(subscribers.insert(), rows)

    def change(self, address: str, **columns: Any) -> None:
        """Change a subscriber, as another command does it meanwhile."""
        with writing(self.engine) as connection:
            row = update(subscribers).where(subscribers.c.key == address)
            connection.execute(row.values(**columns))

    @property
    def terms(self) -> Terms:
        return Terms(kind_of(self.config), self.config.delivery.provider, TODAY)

    def plan(self, letter: Letter = LETTER) -> Mailing:
        """The mailing, planned unless it is."""
        return plan(self.engine, letter, self.terms)[0]

    @property
    def mailing(self) -> Mailing:
        """The mailing as the database has it now."""
        with writing(self.engine) as connection:
            found = find_mailing(connection, LETTER.month)
        assert found
        return found

    def send(self, provider: Provider, mailing: Mailing | None = None, **orders: Any) -> Ending:
        """Send what remains."""
        return run(self.engine, mailing or self.plan(), provider, self.orders(**orders))

    def orders(self, **orders: Any) -> Orders:
        return Orders(self.config, self.keyring, **orders)

    def standing(self) -> Standing:
        return standing_of(self.engine, self.mailing)

    def rows(self) -> list[Row[Any]]:
        """The deliveries, in the order of planning."""
        with writing(self.engine) as connection:
            return list(connection.execute(select(deliveries).order_by(deliveries.c.id)).all())

    def states(self) -> dict[str, str]:
        """Each recipient's state."""
        return {row.key: row.state for row in self.rows()}

    def note(self, **values: Any) -> None:
        """Change the mailing's row by hand."""
        with writing(self.engine) as connection:
            connection.execute(update(mailings).values(**values))

    def with_delivery(self, **settings: Any) -> House:
        """The same house with other settings of delivery."""
        delivery = self.config.delivery.model_copy(update=settings)
        config = self.config.model_copy(update={"delivery": delivery})
        return House(self.engine, config, self.keyring, self.numbers)


Answer = Verdict | Outcome
"""What a provider says of an address; an Outcome's number is filled in."""


@dataclass
class Post:
    """A provider that answers as it is told, and keeps a list of what it was handed."""

    answers: Mapping[str, Sequence[Answer]] = field(default_factory=dict)
    """By address: what it says at the first attempt, the second, and so on; then it accepts."""
    at_once: int = 3
    """How many claims it holds at a time."""
    before: Callable[[Claim], None] = lambda claim: None
    """Is called with each claim when its answer is due."""
    otherwise: Answer = "accepted"
    handed: list[str] = field(default_factory=list)

    def deliver(self, claims: Claims) -> Iterator[Outcome]:
        held: list[Claim] = []
        while True:
            taken = claims.take(self.at_once - len(held))
            self.handed += [claim.reader.email for claim in taken]
            held += taken
            if not held:
                return
            claim = held.pop(0)
            self.before(claim)
            yield self.answer(claim)

    def answer(self, claim: Claim) -> Outcome:
        address = claim.reader.email
        said = self.answers.get(address, ())
        number = self.handed.count(address) - 1
        answer = said[number] if number < len(said) else self.otherwise
        if isinstance(answer, Outcome):
            return Outcome(
                claim.delivery, answer.verdict, answer.reason, answer.detail,
                answer.provider_id, answer.bad_mailbox,
            )  # fmt: skip
        return Outcome(claim.delivery, answer, "as told")

    @property
    def times(self) -> Counter[str]:
        """How often it was handed each address."""
        return Counter(self.handed)


SETTINGS = """\
name: Practice Digest
tagline: Research for practice
language: en-CA
timezone: America/Toronto
sender: {name: PPRNet, email: news@digest.example}
postal_address: 136 Jean-Jacques-Lussier, Ottawa, Ontario, Canada
contact: https://digest.example/contact
web_url: https://news.digest.example
approval: none
delivery: {provider: smtp}
"""


@pytest.fixture(scope="session")
def configured(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """A publication's configuration."""
    from newsletter.config import load_config

    file = tmp_path_factory.mktemp("publication") / "newsletter.yaml"
    file.write_text(SETTINGS, "utf-8")
    return load_config(file, {})


@pytest.fixture
def house(store: Engine, configured: Config) -> House:
    """A publication with an empty database, of either kind."""
    return House(store, configured)


@pytest.fixture
def sqlite_house(tmp_path: Path, configured: Config) -> Iterator[House]:
    """A publication with an empty SQLite file."""
    engine = open_store("sqlite:///newsletter.db", tmp_path)
    yield House(engine, configured)
    engine.dispose()


@pytest.fixture(scope="session")
def make_house(configured: Config) -> Callable[[Engine], House]:
    """Makes a publication around a database."""
    return lambda engine: House(engine, configured)


@pytest.fixture(scope="session")
def make_post() -> type[Post]:
    """Makes a provider that answers as it is told."""
    return Post


@pytest.fixture(scope="session")
def readers() -> Callable[[int], list[str]]:
    """So many addresses."""

    def make(number: int, domain: str = "example.org") -> list[str]:
        return [f"reader{each}@{domain}" for each in range(1, number + 1)]

    return make


@pytest.fixture(scope="session")
def small_letter() -> Letter:
    """The letter of December 2023."""
    return LETTER
