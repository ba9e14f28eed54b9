"""Planning a mailing: the audience is frozen, and the letter kept as it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, case, func, insert, literal, select, text, update

from newsletter.audience.standing import why_skipped
from newsletter.delivery.lock import sender_lock
from newsletter.delivery.mailing import Kind, Mailing, find_mailing
from newsletter.edition import Letter
from newsletter.errors import MailingRefused
from newsletter.store import deliveries, mailings, now_utc, reading, subscribers, writing

_FROZEN = ("key", "email", "domain", "first_name", "last_name")


@dataclass(frozen=True)
class Terms:
    """What a mailing is planned by, beside its letter."""

    kind: Kind
    provider: str
    today: str
    """The day by which consent is judged, as an ISO date."""
    unapproved: bool = False
    """Recorded of a mailing that goes out without the approval it needs."""


def plan(engine: Engine, letter: Letter, terms: Terms) -> tuple[Mailing, bool]:
    """The mailing of an issue, planned now unless it is there; whether it is new.

    Raises:
        MailingRefused: where there is nobody to send to.
    """
    with writing(engine) as connection:
        return plan_in(connection, letter, terms)


def plan_in(connection: Connection, letter: Letter, terms: Terms) -> tuple[Mailing, bool]:
    """As `plan`, within a transaction of the caller's."""
    if connection.dialect.name == "postgresql":  # SQLite's writers stand in line anyway
        connection.execute(text("LOCK TABLE mailings IN SHARE ROW EXCLUSIVE MODE"))
    found = find_mailing(connection, letter.month, terms.kind)
    if found:
        return found, False
    making = insert(mailings).values(
        issue=letter.month,
        kind=terms.kind,
        provider=terms.provider,
        state="planned",
        letter=letter.to_json(),
        letter_hash=letter.content,
        total=0,
        recipients=0,
        unapproved=terms.unapproved,
        planned_at=now_utc(),
    )
    number = connection.execute(making.returning(mailings.c.id)).scalar_one()
    _freeze_audience(connection, number, terms.today)
    planned = find_mailing(connection, letter.month, terms.kind)
    assert planned  # noqa: S101 - it has just been made
    if not planned.recipients:
        raise MailingRefused(_nobody(connection, planned))
    return planned, True


def _freeze_audience(connection: Connection, number: int, today: str) -> None:
    """One row a subscriber, in the order of their random numbers, which mixes the domains."""
    why = why_skipped(today)
    source = (
        select(
            literal(number),
            subscribers.c.id,
            *(subscribers.c[name] for name in _FROZEN),
            case((why.is_(None), "planned"), else_="skipped"),
            func.coalesce(why, ""),
            case((why.is_(None), None), else_=now_utc()),
        )
        .where(subscribers.c.email.is_not(None))
        .order_by(subscribers.c.id)
    )
    columns = ["mailing_id", "subscriber_id", *_FROZEN, "state", "reason", "settled_at"]
    freezing = insert(deliveries).from_select(columns, source)
    # Without the option the number of an INSERT's rows is -1 in PostgreSQL.
    freezing = freezing.execution_options(preserve_rowcount=True)
    total = connection.execute(freezing).rowcount
    planned = (
        select(func.count())
        .where(deliveries.c.mailing_id == number, deliveries.c.state == "planned")
        .scalar_subquery()
    )
    counting = update(mailings).where(mailings.c.id == number)
    connection.execute(counting.values(total=total, recipients=planned))


def skipped_by_reason(connection: Connection, mailing: Mailing) -> dict[str, int]:
    """Why recipients are left out, and how many for each reason, the most frequent first."""
    query = (
        select(deliveries.c.reason, func.count().label("number"))
        .where(deliveries.c.mailing_id == mailing.id, deliveries.c.state == "skipped")
        .group_by(deliveries.c.reason)
        .order_by(func.count().desc(), deliveries.c.reason)
    )
    return {row.reason: row.number for row in connection.execute(query)}


def _nobody(connection: Connection, mailing: Mailing) -> str:
    reasons = skipped_by_reason(connection, mailing)
    if not reasons:
        return "there are no subscribers yet; 'newsletter subscribers import FILE' brings them in"
    listed = ", ".join(f"{number} {reason}" for reason, number in reasons.items())
    return f"nobody would get {mailing.name}: of {mailing.total} subscribers, {listed}"


def discard(engine: Engine, mailing: Mailing) -> None:
    """Take back a mailing that was planned and never begun; one that somebody begins stays."""
    untouched = select(mailings.c.id).where(
        mailings.c.id == mailing.id, mailings.c.started_at.is_(None)
    )
    with sender_lock(engine, mailing.id) as connection:
        if connection is None:
            return
        with connection.begin():
            if connection.execute(untouched).first():
                connection.execute(deliveries.delete().where(deliveries.c.mailing_id == mailing.id))
                connection.execute(mailings.delete().where(mailings.c.id == mailing.id))


def load_letter(connection: Connection, mailing: Mailing) -> Letter:
    """The letter as it was when the mailing was planned."""
    query = select(mailings.c.letter).where(mailings.c.id == mailing.id)
    return Letter.from_json(connection.execute(query).scalar_one())


def recipients_before(engine: Engine, mailing: Mailing) -> int | None:
    """How many the mailing before this one was for, if there was one."""
    query = (
        select(mailings.c.recipients)
        .where(mailings.c.id < mailing.id, mailings.c.kind == mailing.kind)
        .order_by(mailings.c.id.desc())
    )
    with reading(engine) as connection:
        return connection.execute(query).scalar()


def speed_before(engine: Engine, mailing: Mailing) -> float | None:
    """Recipients a second of the newest finished mailing by the same provider, if there is one.

    Its pauses count as well, so it is a cautious figure.
    """
    query = (
        select(mailings.c.recipients, mailings.c.started_at, mailings.c.finished_at)
        .where(mailings.c.provider == mailing.provider, mailings.c.state == "finished")
        .order_by(mailings.c.finished_at.desc())
    )
    with reading(engine) as connection:
        row = connection.execute(query).first()
    if row is None:
        return None
    began, ended = map(datetime.fromisoformat, (row.started_at, row.finished_at))
    seconds = (ended - began).total_seconds()
    return float(row.recipients / seconds) if seconds > 0 else None
