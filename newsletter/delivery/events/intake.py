"""Taking reports in: each is kept once, and changes the delivery and the reader it is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from random import random
from time import monotonic, sleep
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, bindparam, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from newsletter.audience.address import normalise
from newsletter.audience.joining import RESUBSCRIBED
from newsletter.audience.suppression import suppress
from newsletter.delivery.events.arrival import Arrival, after, unsettled
from newsletter.delivery.events.report import Report
from newsletter.delivery.events.settling import settle
from newsletter.delivery.states import State
from newsletter.store import deliveries, events, explained, now_utc, subscribers, wait_for_rows

_LOCK = 0x6E6C6576
"""PostgreSQL's advisory lock of a transaction that takes reports in."""
_PATIENCE = 10.0
"""Seconds to try again where others hold the rows; then the provider is to come again."""
_STEP = 0.05
_IN_THE_WAY = {"55P03", "40P01", "40001"}
"""PostgreSQL's codes of rows that are locked, and of transactions that met."""
_AT_ONCE = 5_000
"""Numbers in one statement: either database takes some 32,000."""
_NOTE = "SendGrid"
_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_SECONDS = len("2023-12-05T14:00:00")
_Part = TypeVar("_Part")
_READ = ("id", "key", "state", "arrival", "complained", "unsubscribed")


def take_in(engine: Engine, reports: Iterable[Report], patience: float = _PATIENCE) -> None:
    """Keep reports, and what follows from them, in one transaction.

    With PostgreSQL it never waits for a row while it holds another: it lets go of all and tries
    again. So no deadlock includes it, and none ends a running sender.

    Args:
        engine: the store.
        reports: those of one request.
        patience: seconds for which it is tried, where others are at the same deliveries.

    Raises:
        StoreUnavailable: where the database does not let it; nothing was kept.
    """
    first: dict[str, Report] = {}
    for report in reports:
        first.setdefault(report.event_id, report)
    until = monotonic() + patience
    with explained(engine):
        while first:
            try:
                with engine.begin() as connection:
                    _Intake(connection, patience).take(list(first.values()))
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", "") not in _IN_THE_WAY or monotonic() > until:
                    raise
                sleep(_STEP * random())  # noqa: S311 - so that two do not meet again
            else:
                return


@dataclass(slots=True)
class _Held:
    """A delivery as it stands, kept from others until the end of the transaction."""

    id: int
    key: str
    state: State
    arrival: Arrival
    complained: bool
    unsubscribed: bool

    @property
    def erased(self) -> bool:
        return self.key.startswith("erased:")

    def is_for(self, email: str) -> bool:
        """Whether it went to this address; of an erased one nobody knows any more."""
        if self.erased or email.strip().lower() == self.key:
            return True
        try:
            return normalise(email).key == self.key
        except ValueError:
            return False


class _Intake:
    """The work of one transaction."""

    def __init__(self, connection: Connection, patience: float) -> None:
        self._connection, self._now = connection, now_utc()
        if connection.dialect.name == "postgresql":  # SQLite's writers stand in line anyway
            wait_for_rows(connection, patience)
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))

    def take(self, reports: Sequence[Report]) -> None:
        """Keep what is new, and change what it is about."""
        held = self._hold({each.delivery for each in reports if each.delivery is not None})
        about = [(each, self._about(each, held)) for each in reports]
        new = self._keep(about)
        told = [(each, it) for each, it in about if it and each.event_id in new]
        self._suppress(told)
        self._note(told)

    def _hold(self, numbers: set[int]) -> dict[int, _Held]:
        query = select(*(deliveries.c[name] for name in _READ)).with_for_update(nowait=True)
        held: dict[int, _Held] = {}
        for some in _parts(sorted(numbers)):
            for row in self._connection.execute(query.where(deliveries.c.id.in_(some))):
                held[row[0]] = _Held(*row)
        return held

    @staticmethod
    def _about(report: Report, held: dict[int, _Held]) -> _Held | None:
        """The delivery that a report is about; an account may serve other publications too."""
        found = held.get(report.delivery or 0)
        return found if found and found.is_for(report.email) else None

    def _keep(self, about: Sequence[tuple[Report, _Held | None]]) -> set[str]:
        """Write events down; the ids of those that were not there yet."""
        adding = _INSERT[self._connection.dialect.name](events).on_conflict_do_nothing(
            index_elements=[events.c.event_id]
        )
        rows = [
            {
                "event_id": report.event_id,
                "delivery_id": it.id if it else None,
                "kind": report.kind,
                # What could quote an address is kept only where `erase` will find it.
                "detail": report.detail if it and not it.erased else "",
                "happened_at": report.happened_at,
                "received_at": self._now,
            }
            for report, it in about
        ]
        return set(self._connection.scalars(adding.returning(events.c.event_id), rows))

    def _suppress(self, told: Sequence[tuple[Report, _Held]]) -> None:
        due = [(it.key, each) for each, it in told if each.meaning.suppresses and not it.erased]
        since = self._active_since({key for key, _ in due})
        for key, report in due:
            if not _is_over(report.happened_at, since.get(key)):
                status = report.meaning.suppresses
                suppress(self._connection, key, status, _NOTE, self._now)

    def _active_since(self, keys: set[str]) -> dict[str, str | None]:
        """Since when readers are active who were added back; kept as they are, as by `_hold`.

        Who took a misclick back was not: what they did before it still counts.
        """
        columns = subscribers.c.key, subscribers.c.status_note, subscribers.c.status_since
        query = select(*columns).with_for_update(nowait=True)
        found: dict[str, str | None] = {}
        for some in _parts(sorted(keys)):
            for key, note, since in self._connection.execute(query.where(columns[0].in_(some))):
                found[key] = since if note == RESUBSCRIBED else None
        return found

    def _note(self, told: Sequence[tuple[Report, _Held]]) -> None:
        """Write down how far the deliveries have come, and take what steps follow."""
        changed: dict[int, _Held] = {}
        for report, it in told:
            arrival, flag = report.meaning.arrival, report.meaning.flag
            arrived = after(it.state, it.arrival, arrival)
            if arrived != it.arrival or (flag and not getattr(it, flag)):
                changed[it.id] = it
            it.arrival = arrived
            if flag:
                setattr(it, flag, True)
        if changed:
            rows = [_row(each) for each in changed.values()]
            self._connection.execute(_NOTING, rows)
        steps = [
            each.id
            for each in changed.values()
            if unsettled(each.state, each.arrival) or (each.state == "doubtful" and each.complained)
        ]
        for some in _parts(steps):
            settle(self._connection, deliveries.c.id.in_(some), self._now)


_NOTING = (
    update(deliveries)
    .where(deliveries.c.id == bindparam("row"))
    .values({name: bindparam(f"now_{name}") for name in ("arrival", "complained", "unsubscribed")})
)


def _row(it: _Held) -> dict[str, Any]:
    return {
        "row": it.id,
        "now_arrival": it.arrival,
        "now_complained": it.complained,
        "now_unsubscribed": it.unsubscribed,
    }


def _is_over(happened_at: str, active_since: str | None) -> bool:
    """Whether its reader was added back after it; by the second, as the provider tells times."""
    return active_since is not None and happened_at[:_SECONDS] < active_since[:_SECONDS]


def _parts(those: Sequence[_Part]) -> Iterator[list[_Part]]:
    rest = iter(those)
    while part := list(islice(rest, _AT_ONCE)):
        yield part
