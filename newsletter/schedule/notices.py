"""What operators are told, each thing once, kept in the database.

A copy is `attempting` from before it leaves until the provider has answered. What a crash leaves
so is doubtful, and as with readers it is not sent again; the file beside the publication and
`newsletter status` show it instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Select, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from newsletter.store import notice_copies, notices, utc_text

Kind = Literal["upcoming", "refused", "overdue", "failures", "doubtful", "result", "broken"]

AGAIN = timedelta(minutes=5)
"""How long after an attempt that was refused for now the next one is made."""
TRIED_FOR = timedelta(days=3)
"""How long a copy is tried before it counts as failed."""
SHOWN_FOR = timedelta(days=30)
"""How long a message that reached nobody is shown."""

_INSERT: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_COPY = notice_copies.c


@dataclass(frozen=True)
class Notice:
    """A message to the operators."""

    issue: str
    """The month it is about; empty where it is about none."""
    kind: Kind
    about: str
    """What tells it from others of its kind and issue, such as the moment that was missed."""
    subject: str
    text: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What there is one message of at most."""
        return self.issue, self.kind, self.about


@dataclass(frozen=True)
class Copy:
    """One operator's copy of a message."""

    id: int
    email: str
    state: str
    detail: str
    notice: Notice
    made_at: datetime


def told(connection: Connection) -> dict[tuple[str, str, str], datetime]:
    """The keys of all messages there have been, and when."""
    columns = (notices.c[name] for name in (*_KEY, "made_at"))
    rows = connection.execute(select(*columns))
    return {(row.issue, row.kind, row.about): datetime.fromisoformat(row.made_at) for row in rows}


_KEY = ("issue", "kind", "about")


def record(connection: Connection, notice: Notice, operators: Iterable[str], now: datetime) -> bool:
    """Keep a message with a copy for each operator; False where there has been one already."""
    insert = _INSERT[connection.dialect.name]
    values = {**_columns(notice), "made_at": utc_text(now)}
    making = insert(notices).values(values).on_conflict_do_nothing(index_elements=list(_KEY))
    number = connection.execute(making.returning(notices.c.id)).scalar()
    if number is None:
        return False
    copies = [
        {"notice_id": number, "email": each, "state": "planned"}
        for each in {each.lower(): each for each in operators}.values()
    ]
    if copies:
        connection.execute(insert(notice_copies), copies)
    return True


def _columns(notice: Notice) -> dict[str, str]:
    return {name: getattr(notice, name) for name in (*_KEY, "subject", "text")}


def settle_left_open(connection: Connection) -> None:
    """What was under way when a process died may have arrived; it is not sent again."""
    left = update(notice_copies).where(_COPY.state == "attempting")
    detail = "the process ended before the provider had answered"
    connection.execute(left.values(state="doubtful", detail=detail))


def give_up(connection: Connection, now: datetime) -> None:
    """What could not be sent for days is sent no more; what was never tried is tried once."""
    old = select(notices.c.id).where(notices.c.made_at < utc_text(now - TRIED_FOR))
    tried = _COPY.state == "planned", _COPY.attempted_at.is_not(None)
    left = update(notice_copies).where(*tried, _COPY.notice_id.in_(old))
    connection.execute(left.values(state="failed"))


def waiting(connection: Connection, now: datetime) -> list[Copy]:
    """Copies to be sent now, oldest first; a clock that was set back makes none wait longer."""
    rested = or_(
        _COPY.attempted_at.is_(None),
        _COPY.attempted_at <= utc_text(now - AGAIN),
        _COPY.attempted_at > utc_text(now),
    )
    query = _copies().where(_COPY.state == "planned", rested).order_by(_COPY.id)
    return list(map(_copy, connection.execute(query)))


def undelivered(connection: Connection, now: datetime) -> list[Copy]:
    """Copies that did not get through so far, of the last days, oldest first."""
    tried = or_(_COPY.state.in_(("failed", "doubtful")), _COPY.detail != "")
    lately = notices.c.made_at >= utc_text(now - SHOWN_FOR)
    query = _copies().where(_COPY.state != "accepted", tried, lately).order_by(_COPY.id)
    return list(map(_copy, connection.execute(query)))


def claim(connection: Connection, copies: Sequence[Copy], now: datetime) -> list[Copy]:
    """Take copies to be sent, those that nobody else has taken meanwhile."""
    chosen = _COPY.id.in_([copy.id for copy in copies]), _COPY.state == "planned"
    taking = update(notice_copies).where(*chosen)
    taking = taking.values(state="attempting", detail="", attempted_at=utc_text(now))
    taken = set(connection.scalars(taking.returning(_COPY.id)))
    return [copy for copy in copies if copy.id in taken]


def mark(
    connection: Connection, copies: Sequence[Copy], state: str, now: datetime, detail: str = ""
) -> None:
    """Write down where copies stand, and what a provider said."""
    chosen = update(notice_copies).where(_COPY.id.in_([copy.id for copy in copies]))
    connection.execute(chosen.values(state=state, detail=detail, attempted_at=utc_text(now)))


def next_attempt(connection: Connection) -> datetime | None:
    """When the next copy is due that was refused for now."""
    query = select(func.min(_COPY.attempted_at)).where(_COPY.state == "planned")
    last = connection.execute(query).scalar()
    return datetime.fromisoformat(last) + AGAIN if last else None


def _copies() -> Select[Any]:
    columns = (_COPY.id, _COPY.email, _COPY.state, _COPY.detail, notices.c.made_at)
    about = (notices.c[name] for name in (*_KEY, "subject", "text"))
    return select(*columns, *about).join(notices, notices.c.id == _COPY.notice_id)


def _copy(row: Any) -> Copy:
    notice = Notice(row.issue, row.kind, row.about, row.subject, row.text)
    made_at = datetime.fromisoformat(row.made_at)
    return Copy(row.id, row.email, row.state, row.detail, notice, made_at)


def by_notice(copies: Iterable[Copy]) -> Iterator[tuple[Notice, list[Copy]]]:
    """Messages with their copies, in the order of the first of each."""
    groups: dict[tuple[str, str, str], list[Copy]] = {}
    for copy in copies:
        groups.setdefault(copy.notice.key, []).append(copy)
    for group in groups.values():
        yield group[0].notice, group
