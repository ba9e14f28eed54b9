"""A mailing: one issue on its way to a frozen audience, and what its ledger adds up to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, Row, Select, case, func, or_, select

from newsletter.config import Config
from newsletter.delivery.states import REMAINING, State
from newsletter.errors import MailingRefused, StoreUnavailable
from newsletter.store import deliveries, mailings

Kind = Literal["real", "rehearsal"]
"""A rehearsal's mail reaches nobody: it goes to the outbox or SendGrid's sandbox."""


@dataclass(frozen=True)
class Mailing:
    """A row of the table, without the letter."""

    id: int
    """The mailing's number, never used again; links carry it."""
    issue: str
    kind: Kind
    provider: str
    state: str
    """Where it stands while nobody sends it: planned, paused, cancelled, finished."""
    hold: str
    """Why it is paused: operator, limit, brake, provider, interruption."""
    wish: str
    """What is asked of a running sender: pause, cancel, or nothing."""
    letter_hash: str
    total: int
    recipients: int
    """How many were to be sent to when it was planned."""
    sender: str
    sender_since: str | None
    planned_at: str
    started_at: str | None
    finished_at: str | None
    unapproved: bool
    """Whether it went out without the approval it needed."""
    approval_id: int | None
    """The approval it went out by."""
    unattended: bool
    """Whether the schedule began it."""
    resumed_at: str | None
    """When somebody last lifted a pause."""

    @property
    def name(self) -> str:
        """`2023-12`, or `the rehearsal of 2023-12`."""
        return self.issue if self.kind == "real" else f"the rehearsal of {self.issue}"

    @property
    def is_over(self) -> bool:
        """Whether nothing more is to be sent."""
        return self.state in ("finished", "cancelled")

    @property
    def is_begun(self) -> bool:
        """Whether it was ever sent from; a plan left at the question is as good as none."""
        return self.state != "planned" or self.started_at is not None

    @property
    def needs_resume(self) -> bool:
        """Whether a person, or the brake, stopped it, so that only a person lets it go on."""
        return self.state == "paused" and self.hold in ("operator", "brake")


_COLUMNS = [mailings.c[name] for name in Mailing.__dataclass_fields__]


def kind_of(config: Config) -> Kind:
    """What a mailing through the configured provider is."""
    delivery = config.delivery
    sandbox = delivery.provider == "sendgrid" and delivery.sendgrid.sandbox
    return "rehearsal" if sandbox or delivery.provider == "outbox" else "real"


def find_mailing(connection: Connection, issue: str, kind: Kind | None = None) -> Mailing | None:
    """The mailing of an issue; without a kind the real one, if there is one."""
    query = _all().where(mailings.c.issue == issue)
    if kind is not None:
        query = query.where(mailings.c.kind == kind)
    row = connection.execute(query).first()
    return None if row is None else _mailing(row)


def as_it_is_now(connection: Connection, mailing: Mailing) -> Mailing:
    """The same mailing, read anew.

    Raises:
        MailingRefused: where its plan was taken back since.
    """
    now = find_mailing(connection, mailing.issue, mailing.kind)
    if now is None or now.id != mailing.id:
        raise MailingRefused(
            f"the plan of {mailing.name} was taken back meanwhile; "
            f"'newsletter send {mailing.issue}' plans it anew"
        )
    return now


def all_mailings(connection: Connection) -> list[Mailing]:
    """The mailing of each issue, newest issue first; the real one where there are two."""
    rows = map(_mailing, connection.execute(_all()))
    firsts: dict[str, Mailing] = {}
    for each in rows:
        firsts.setdefault(each.issue, each)
    return list(firsts.values())


def begun_mailings(connection: Connection, kinds: Sequence[Kind]) -> dict[str, Mailing]:
    """The mailing of each issue that was ever sent from, of some kinds; the real one of two."""
    firsts: dict[str, Mailing] = {}
    for each in map(_mailing, connection.execute(_all().where(mailings.c.kind.in_(kinds)))):
        if each.is_begun:
            firsts.setdefault(each.issue, each)
    return firsts


def _all() -> Select[Any]:
    real_first = case((mailings.c.kind == "real", 0), else_=1)
    return select(*_COLUMNS).order_by(mailings.c.issue.desc(), real_first)


def _mailing(row: Row[Any]) -> Mailing:
    return Mailing(**row._mapping)


@dataclass(frozen=True)
class Counts:
    """How many of a mailing's deliveries stand where; every one is in exactly one."""

    total: int = 0
    accepted: int = 0
    failed: int = 0
    skipped: int = 0
    doubtful: int = 0
    remaining: int = 0

    @property
    def settled(self) -> int:
        """Those that were attempted and will not be attempted again by themselves."""
        return self.accepted + self.failed + self.doubtful


@dataclass(frozen=True)
class Feedback:
    """What became of a mailing's mails once they had left; one may count more than once."""

    delivered: int
    """A server has them, as far as is known last."""
    bounced: int
    """Refused for good; a refusal for now is none."""
    complained: int
    """Their readers called them spam."""
    unsubscribed: int
    """Their readers left by them: by the link, or by the provider."""
    reported: bool = True
    """Whether the provider has told anything; over SMTP, readers alone do, by leaving."""


def feedback_of(connection: Connection, mailing: Mailing) -> Feedback | None:
    """Count what was heard of a mailing; None before anything was."""
    row = deliveries.c
    counts = {
        "delivered": row.arrival == "delivered",
        "bounced": row.arrival == "bounced",
        "complained": row.complained,
        "unsubscribed": row.unsubscribed,
    }
    query = select(*(func.count().filter(how).label(name) for name, how in counts.items())).where(
        row.mailing_id == mailing.id, or_(row.arrival != "", row.complained, row.unsubscribed)
    )
    reported = func.count().filter(or_(row.arrival != "", row.complained))
    *counted, told, heard = connection.execute(query.add_columns(reported, func.count())).one()
    delivered, bounced, complained, unsubscribed = counted
    if not heard:
        return None
    return Feedback(delivered, bounced, complained, unsubscribed, told > 0)


def counts_of(connection: Connection, mailing: Mailing) -> Counts:
    """Count a mailing's ledger, and prove that nobody is missing.

    Raises:
        StoreUnavailable: where it does not add up to what was planned.
    """
    query = (
        select(deliveries.c.state, func.count().label("number"))
        .where(deliveries.c.mailing_id == mailing.id)
        .group_by(deliveries.c.state)
    )
    rows = connection.execute(query)
    found: Mapping[State, int] = {row.state: row.number for row in rows}
    if sum(found.values()) != mailing.total:
        raise StoreUnavailable(
            f"the ledger of {mailing.name} holds {sum(found.values())} deliveries where "
            f"{mailing.total} were planned; somebody changed the database by hand: restore a backup"
        )
    return Counts(
        total=mailing.total,
        accepted=found.get("accepted", 0),
        failed=found.get("failed", 0),
        skipped=found.get("skipped", 0),
        doubtful=found.get("doubtful", 0),
        remaining=sum(found.get(state, 0) for state in REMAINING),
    )
