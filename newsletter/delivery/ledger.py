"""The ledger of one mailing, as its sender writes it.

What has been learned and what is to be attempted next go into the same transaction, which is
committed before a byte of the latter leaves. Whatever a crash leaves `attempting` is doubtful.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Update,
    select,
    true,
    update,
)

from newsletter.audience.standing import why_skipped
from newsletter.audience.suppression import suppress
from newsletter.delivery.claim import Outcome
from newsletter.delivery.entry import (
    AGAIN,
    RECIPIENT,
    SKIP,
    STILL_CLAIMED,
    VERDICTS,
    Recipient,
    attempting,
    id_of,
    kept,
    outcome_row,
    recording,
)
from newsletter.delivery.events.settling import settle
from newsletter.delivery.lock import lock_again
from newsletter.delivery.mailing import Counts, Mailing, counts_of
from newsletter.delivery.states import State, move
from newsletter.store import (
    Prepared,
    deliveries,
    events,
    explained,
    mailings,
    now_utc,
    subscribers,
)

_CUT_SHORT = "the sender stopped before the provider's answer came"


def _always(_: Connection) -> None:
    """No reason against it."""


class Ledger:
    """Reads and writes the deliveries of a mailing; its holder has the mailing's lock."""

    def __init__(self, connection: Connection, mailing: Mailing, today: str) -> None:
        self._connection, self.mailing = connection, mailing
        why = why_skipped(today)
        reader = subscribers.c.id == deliveries.c.subscriber_id
        self._fit = select(subscribers.c.id).where(reader, why.is_(None)).exists()
        self._attempts: dict[int, Prepared] = {}
        """By the number of deliveries."""
        self._records = {verdict: Prepared(recording(verdict), connection) for verdict in VERDICTS}
        self._reasons = (
            select(deliveries.c.id, why.label("why")).join(subscribers, reader).where(STILL_CLAIMED)
        )

    def recover(self) -> int:
        """Settle what a sender left behind; the number of deliveries that became doubtful.

        What the provider reported while they were the sender's has its effect now.
        """
        own = deliveries.c.mailing_id == self.mailing.id
        doubt = move("attempting", "doubtful", reason=_CUT_SHORT, settled_at=now_utc())
        with self._transaction():
            doubtful = self._connection.execute(doubt.where(own)).rowcount
            self._connection.execute(move("claimed", "planned").where(own))
            if self._connection.execute(select(events.c.id).limit(1)).first():
                settle(self._connection, own, now_utc())
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
            rows = self._connection.execute(taking.returning(*RECIPIENT)).all()
            recipients = sorted(Recipient(*row) for row in rows)
            self._skip({each.id: each.unfit for each in recipients})
        return [(each.id, each.domain) for each in recipients]

    def reclaim(self, deliveries: Sequence[int]) -> None:
        """Take again what went back to planned, to be tried once more."""
        with self._transaction():
            self._connection.execute(AGAIN, {"ids": deliveries})

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

    def note(self, only_if: Callable[[Connection], None] = _always, **values: Any) -> None:
        """Change the mailing's own row; not where `only_if`, in the same transaction, raises."""
        with self._transaction():
            only_if(self._connection)
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
            self._connection.execute(SKIP, rows)

    def _attempt(self, due: Sequence[int], now: str) -> list[Recipient]:
        """Begin the attempts of those claimed deliveries whose readers are fit."""
        number = len(due)
        if number not in self._attempts:
            self._attempts[number] = Prepared(attempting(self._fit, number), self._connection)
        values = {"now": now, **{id_of(place): each for place, each in enumerate(due)}}
        rows = self._attempts[number](self._connection, values)
        return [Recipient._make(row) for row in rows]

    def _record(self, outcomes: Sequence[Outcome], now: str) -> None:
        for verdict, record in self._records.items():
            rows = [outcome_row(outcome, now) for outcome in outcomes if outcome.verdict == verdict]
            if rows:
                record(self._connection, *rows)
        for outcome in outcomes:
            if outcome.bad_mailbox:
                self._suppress(outcome, now)

    def _suppress(self, outcome: Outcome, now: str) -> None:
        query = select(deliveries.c.key).where(deliveries.c.id == outcome.delivery)
        key = self._connection.execute(query).scalar_one()
        note = kept(outcome.detail or outcome.reason)
        suppress(self._connection, key, "bounced", note, now)
