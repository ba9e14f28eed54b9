"""Planning a mailing: the audience is frozen, and the letter kept as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, Engine, case, func, insert, literal, select, text, update

from newsletter.approval.record import find_approval
from newsletter.audience.standing import why_skipped
from newsletter.delivery.lock import sender_lock
from newsletter.delivery.mailing import Kind, Mailing, find_mailing
from newsletter.edition import Letter
from newsletter.errors import ApprovalGone, MailingRefused, StoreUnavailable
from newsletter.store import deliveries, mailings, now_utc, reading, subscribers, writing

_LATELY = 1000
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
    approval: int | None = None
    """The number of the approval that it goes out by; it must still be the one that counts."""
    unattended: bool = False
    """Whether the schedule plans it."""


def plan(engine: Engine, letter: Letter, terms: Terms) -> tuple[Mailing, bool]:
    """The mailing of an issue, planned now unless it is there; whether it is new.

    Raises:
        MailingRefused: where there is nobody to send to.
        ApprovalGone: where its approval was withdrawn, or is another by now.
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
    _refuse_another_approval(connection, letter.month, terms.approval)
    making = insert(mailings).values(
        issue=letter.month,
        kind=terms.kind,
        provider=terms.provider,
        state="planned",
        letter=letter.to_json(),
        letter_hash=letter.digest,
        total=0,
        recipients=0,
        unapproved=terms.unapproved,
        approval_id=terms.approval,
        unattended=terms.unattended,
        planned_at=now_utc(),
    )
    number = connection.execute(making.returning(mailings.c.id)).scalar_one()
    _freeze_audience(connection, number, terms.today)
    planned = find_mailing(connection, letter.month, terms.kind)
    assert planned  # noqa: S101 - it has just been made
    if not planned.recipients:
        raise MailingRefused(nobody(planned.name, skipped_by_reason(connection, planned)))
    return planned, True


def _refuse_another_approval(connection: Connection, month: str, number: int | None) -> None:
    """Somebody may have withdrawn it, or approved something else, since it was looked at."""
    counts = find_approval(connection, month) if number is not None else None
    if number is not None and (counts is None or counts.id != number):
        raise ApprovalGone(
            f"the approval of {month} was withdrawn or replaced just now, so nothing is sent"
        )


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


def nobody(name: str, reasons: Mapping[str, int]) -> str:
    """Why a mailing would reach nobody: how many are left out, for which reason."""
    if not reasons:
        return "there are no subscribers yet; 'newsletter subscribers import FILE' brings them in"
    listed = ", ".join(f"{number} {reason}" for reason, number in reasons.items())
    return f"nobody would get {name}: of {sum(reasons.values())} subscribers, {listed}"


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
    """The letter as it was when the mailing was planned.

    Raises:
        StoreUnavailable: where somebody has changed it in the database, or another version of
            this program has planned it.
    """
    query = select(mailings.c.letter).where(mailings.c.id == mailing.id)
    document = connection.execute(query).scalar_one()
    if sha256(document.encode()).hexdigest() != mailing.letter_hash:
        raise StoreUnavailable(
            f"the letter of {mailing.name} in the database is not the one that was planned; "
            "restore a backup, or cancel the mailing"
        )
    try:
        return Letter.from_json(document)
    except ValueError as error:
        raise StoreUnavailable(
            f"{mailing.name} was planned by another version of newsletter; go on with that "
            "version, or cancel the mailing"
        ) from error


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
    """Recipients a second by the same provider lately, if anything has left by it.

    Measured over the last thousand that it has accepted, so that pauses hardly count.
    """
    newest = (
        select(func.max(mailings.c.id))
        .where(mailings.c.provider == mailing.provider, mailings.c.started_at.is_not(None))
        .scalar_subquery()
    )
    last = (
        select(deliveries.c.attempted_at)
        .where(deliveries.c.mailing_id == newest, deliveries.c.state == "accepted")
        .order_by(deliveries.c.id.desc())
        .limit(_LATELY)
        .subquery()
    )
    times = select(func.count(), func.min(last.c.attempted_at), func.max(last.c.attempted_at))
    with reading(engine) as connection:
        number, first, end = connection.execute(times).one()
    if not number:
        return None
    seconds = (datetime.fromisoformat(end) - datetime.fromisoformat(first)).total_seconds()
    return float(number / seconds) if seconds > 0 else None
