"""The ledger of one mailing, as its sender writes it.

What has been learned and what is to be attempted next go into the same transaction, which is
committed before a byte of the latter leaves. Whatever a crash leaves `attempting` is doubtful.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Update,
    and_,
    bindparam,
    select,
    true,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from newsletter.audience.standing import WHY_SUPPRESSED, why_skipped
from newsletter.audience.suppression import suppress
from newsletter.delivery.claim import Outcome
from newsletter.delivery.lock import lock_again
from newsletter.delivery.mailing import Counts, Mailing, counts_of
from newsletter.delivery.states import State, move
from newsletter.edition import Reader
from newsletter.store import Prepared, deliveries, explained, mailings, now_utc, subscribers

_CUT_SHORT = "the sender stopped before the provider's answer came"
_LONGEST = 1000
"""Characters kept of what a server says."""
_UNKEPT = re.compile("[\x00\ud800-\udfff]")
"""What no database takes: NUL, and half characters of a reply that was no UTF-8."""


class Recipient(NamedTuple):
    """A delivery's frozen reader."""

    id: int
    subscriber_id: int
    key: str
    email: str
    first_name: str
    last_name: str
    domain: str

    @property
    def unfit(self) -> str | None:
        """Why no message can be made for this reader, if none can."""
        if not self.email:
            return WHY_SUPPRESSED["erased"]
        return Reader(self.email, self.first_name, self.last_name, "", "").unfit


class Ledger:
    """Reads and writes the deliveries of a mailing; its holder has the mailing's lock."""

    def __init__(self, connection: Connection, mailing: Mailing, today: str) -> None:
        self._connection, self.mailing = connection, mailing
        why = why_skipped(today)
        reader = subscribers.c.id == deliveries.c.subscriber_id
        self._fit = select(subscribers.c.id).where(reader, why.is_(None)).exists()
        self._attempts: dict[int, Prepared] = {}
        """By the number of deliveries."""
        self._records = {
            verdict: Prepared(_recording(verdict), connection) for verdict in _VERDICTS
        }
        self._reasons = (
            select(deliveries.c.id, why.label("why"))
            .join(subscribers, reader)
            .where(_STILL_CLAIMED)
        )

    def recover(self) -> int:
        """Settle what a sender left behind; the number of deliveries that became doubtful."""
        own = deliveries.c.mailing_id == self.mailing.id
        doubt = move("attempting", "doubtful", reason=_CUT_SHORT, settled_at=now_utc())
        with self._transaction():
            doubtful = self._connection.execute(doubt.where(own)).rowcount
            self._connection.execute(move("claimed", "planned").where(own))
        return doubtful

    def claim(
        self, after: int, most: int, only: ColumnElement[bool] | None = None
    ) -> list[tuple[int, str]]:
        """Take planned deliveries beyond a number: their own numbers and domains, in order.

        Those for whom no message can be made are skipped at once, each with its reason. With
        `only`, none is taken for which it does not hold.
        """
        page = (
            select(deliveries.c.id)
            .where(deliveries.c.mailing_id == self.mailing.id, deliveries.c.state == "planned")
            .where(deliveries.c.id > after, true() if only is None else only)
            .order_by(deliveries.c.id)
            .limit(most)
        )
        taking = move("planned", "claimed").where(deliveries.c.id.in_(page.scalar_subquery()))
        with self._transaction():
            rows = self._connection.execute(taking.returning(*_RECIPIENT)).all()
            recipients = sorted(Recipient(*row) for row in rows)
            self._skip({each.id: each.unfit for each in recipients})
        return [(each.id, each.domain) for each in recipients]

    def reclaim(self, deliveries: Sequence[int]) -> None:
        """Take again what went back to planned, to be tried once more."""
        with self._transaction():
            self._connection.execute(_AGAIN, {"ids": deliveries})

    def exchange(self, outcomes: Sequence[Outcome], due: Sequence[int]) -> list[Recipient]:
        """Write outcomes down, and begin the attempts of what may still be sent to.

        Args:
            outcomes: of earlier attempts.
            due: claimed deliveries; one whose reader has left meanwhile is skipped.
        """
        connection, now = self._connection, now_utc()
        with self._transaction():
            self._record(outcomes, now)
            if not due:
                return []
            fit = self._attempt(due, now)
            if len(fit) < len(due):
                left = connection.execute(self._reasons, {"ids": due}).all()
                self._skip({row.id: row.why for row in left})
        return fit

    def wish(self) -> str:
        """What another terminal asks: pause, cancel, or nothing."""
        query = select(mailings.c.wish).where(mailings.c.id == self.mailing.id)
        with self._transaction():
            return str(self._connection.execute(query).scalar_one())

    def note(self, **values: Any) -> None:
        """Change the mailing's own row."""
        with self._transaction():
            self._note(values)

    def cancel(self) -> None:
        """End the mailing: skip for good whatever is still planned."""
        now = now_utc()
        with self._transaction():
            self._step(move("planned", "skipped", reason="cancelled", settled_at=now))
            self._note({"state": "cancelled", "hold": "", "wish": "", "finished_at": now})

    def apply(self, step: Update, **values: Any) -> int:
        """Take a step with this mailing's deliveries; with how many.

        Where there are any, the mailing's own row gets new values in the same transaction.
        """
        with self._transaction():
            number = self._step(step)
            if number and values:
                self._note(values)
        return number

    def keys_in(self, state: State) -> set[str]:
        """Normalised addresses of the deliveries in a state."""
        query = select(deliveries.c.key).where(
            deliveries.c.mailing_id == self.mailing.id, deliveries.c.state == state
        )
        with self._transaction():
            return set(self._connection.scalars(query))

    def counts(self) -> Counts:
        """How many deliveries stand where."""
        with self._transaction():
            return counts_of(self._connection, self.mailing)

    def _step(self, step: Update) -> int:
        own = step.where(deliveries.c.mailing_id == self.mailing.id)
        return self._connection.execute(own).rowcount

    def _note(self, values: Mapping[str, Any]) -> None:
        own = update(mailings).where(mailings.c.id == self.mailing.id)
        self._connection.execute(own.values(values))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Whole or not at all, and only by whoever has the mailing's lock."""
        with explained(self._connection.engine):
            if self._connection.invalidated:
                lock_again(self._connection, self.mailing)
            with self._connection.begin():
                yield

    def _skip(self, reasons: Mapping[int, str | None]) -> None:
        """Leave out claimed deliveries, each for its reason; those without one stay."""
        rows = [{"row": row, "why": why, "at": now_utc()} for row, why in reasons.items() if why]
        if rows:
            self._connection.execute(_SKIP, rows)

    def _attempt(self, due: Sequence[int], now: str) -> list[Recipient]:
        """Begin the attempts of those claimed deliveries whose readers are fit."""
        number = len(due)
        if number not in self._attempts:
            self._attempts[number] = Prepared(_attempting(self._fit, number), self._connection)
        values = {"now": now, **{_id(place): each for place, each in enumerate(due)}}
        rows = self._attempts[number](self._connection, values)
        return [Recipient._make(row) for row in rows]

    def _record(self, outcomes: Sequence[Outcome], now: str) -> None:
        for verdict, record in self._records.items():
            rows = [_row(outcome, now) for outcome in outcomes if outcome.verdict == verdict]
            if rows:
                record(self._connection, *rows)
        for outcome in outcomes:
            if outcome.bad_mailbox:
                self._suppress(outcome, now)

    def _suppress(self, outcome: Outcome, now: str) -> None:
        query = select(deliveries.c.key).where(deliveries.c.id == outcome.delivery)
        key = self._connection.execute(query).scalar_one()
        note = _kept(outcome.detail or outcome.reason)
        suppress(self._connection, key, "bounced", note, now)


_IDS = deliveries.c.id.in_(bindparam("ids", expanding=True))
_STILL_CLAIMED = and_(_IDS, deliveries.c.state == "claimed")
_RECIPIENT = [deliveries.c[name] for name in Recipient._fields]
_AGAIN = move("planned", "claimed").where(_IDS)
_SKIP = move("claimed", "skipped", reason=bindparam("why"), settled_at=bindparam("at")).where(
    deliveries.c.id == bindparam("row")
)


def _id(place: int) -> str:
    return f"id_{place}"


def _attempting(fit: ColumnElement[bool], number: int) -> ReturningUpdate[Any]:
    """Begin the attempts of so many claimed deliveries, if their readers are fit.

    Where PostgreSQL has waited for somebody who erased a reader meanwhile, it looks again at
    the delivery's row, but not at the subscriber's; so the row itself must show it.
    """
    step = move(
        "claimed",
        "attempting",
        attempted_at=bindparam("now"),
        reason="",  # of an earlier attempt, which would mislead whoever settles a doubtful one
        detail="",
        provider_id="",
        attempts=deliveries.c.attempts + 1,
    )
    ids = deliveries.c.id.in_([bindparam(_id(place), type_=BigInteger) for place in range(number)])
    return step.where(ids, deliveries.c.email != "", fit).returning(*_RECIPIENT)


def _recording(verdict: State) -> Update:
    return move(
        "attempting",
        verdict,
        reason=bindparam("why"),
        detail=bindparam("reply"),
        provider_id=bindparam("name"),
        settled_at=bindparam("at"),
    ).where(deliveries.c.id == bindparam("row"))


_VERDICTS: tuple[State, ...] = ("accepted", "failed", "doubtful", "planned")


def _kept(words: str) -> str:
    return _UNKEPT.sub("\ufffd", words[:_LONGEST])


def _row(outcome: Outcome, now: str) -> dict[str, Any]:
    return {
        "row": outcome.delivery,
        "why": _kept(outcome.reason),
        "reply": _kept(outcome.detail),
        "name": _kept(outcome.provider_id),
        "at": None if outcome.verdict == "planned" else now,
    }
