"""What is known of each month: its file, its approval, its mailing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from newsletter.approval.evidence import summed_up
from newsletter.approval.record import Approval, find_approvals
from newsletter.approval.standing import Standing, standing
from newsletter.delivery.approved import is_withdrawn, needs_approval
from newsletter.delivery.mailing import Mailing, begun_mailings, kind_of
from newsletter.delivery.standing import standing_of
from newsletter.issue.planned import Moment, by_schedule, moment_of
from newsletter.schedule.calendar import Content, Month, Rehearsed, Sending, months_between
from newsletter.schedule.office import Office
from newsletter.schedule.shelf import Shelf
from newsletter.store import deliveries, notices, reading

_AROUND = timedelta(days=62)
"""How far from now a month without a file is thought of."""


@dataclass(frozen=True)
class Known:
    """A month with all that was found out about it."""

    month: Month
    path: Path | None = None
    mailing: Mailing | None = None
    approval: Standing | None = None

    @property
    def alive_at(self) -> datetime | None:
        """When anything last became of its mailing."""
        return self.month.sending.alive_at if self.month.sending else None


def known_months(office: Office, shelf: Shelf, now: datetime) -> dict[str, Known]:
    """All months that have a file or a mailing, and those around now.

    Raises:
        ConfigurationError: where the folder of issues is none.
        StoreUnavailable: where the database does not answer.
    """
    paths = shelf.paths()
    ledger = _ledger(office)
    rows = _Rows(ledger, _approvals(office), _rehearsals(office))
    local = office.local(now)
    near = months_between(local - _AROUND, local + _AROUND)
    return {
        name: _known(office, shelf, name, paths.get(name), rows)
        for name in sorted({*paths, *ledger, *near, *rows.approvals})
    }


class _Begun(NamedTuple):
    mailing: Mailing
    doubtful: int
    goes_on: bool
    """Whether the schedule began it, and is not done with it."""


class _Rows(NamedTuple):
    """What the database holds, by month."""

    begun: Mapping[str, _Begun]
    approvals: Mapping[str, Approval]
    """That count, of whatever months."""
    rehearsals: Mapping[str, Mailing]
    """Of a publication whose mail is real."""


def _ledger(office: Office) -> Mapping[str, _Begun]:
    """The mailing that counts for each issue."""
    with reading(office.engine) as connection:
        begun = begun_mailings(connection, ("real", kind_of(office.config)))
        doubtful = _doubtful(connection, begun.values())
        settled = _told_the_end_of(connection)
    return {
        month: _Begun(each, doubtful.get(each.id, 0), each.unattended and each.id not in settled)
        for month, each in begun.items()
    }


def _told_the_end_of(connection: Connection) -> frozenset[int]:
    """Mailings that the schedule is done with; what is planned again after is a person's."""
    query = select(notices.c.about).where(notices.c.kind == "result")
    return frozenset(map(int, connection.execute(query).scalars()))


def _approvals(office: Office) -> Mapping[str, Approval]:
    """The approvals that count, where any is needed."""
    if not needs_approval(office.config):
        return {}
    with reading(office.engine) as connection:
        return find_approvals(connection)


def _rehearsals(office: Office) -> Mapping[str, Mailing]:
    if kind_of(office.config) == "rehearsal":
        return {}
    with reading(office.engine) as connection:
        return begun_mailings(connection, ("rehearsal",))


def _known(office: Office, shelf: Shelf, name: str, path: Path | None, rows: _Rows) -> Known:
    begun, given = rows.begun.get(name), rows.approvals.get(name)
    mailing = begun.mailing if begun else None
    moment, problem = _moment(office, shelf, name, path, given)
    content: Content = "missing"
    approval, why = None, ""
    if path and mailing:
        content = "approved"  # what goes out is what was planned
    elif path:
        content, why, approval = _content(office, shelf, path, given, problem)
    month = Month(
        issue=name,
        at=moment.at.astimezone(UTC),
        content=content,
        why=why,
        sending=_sending(office, *begun) if begun else None,
        moved=moment.moved,
        rehearsed=_rehearsed(rows.rehearsals.get(name)),
    )
    return Known(month, path, mailing, approval)


def _rehearsed(rehearsal: Mailing | None) -> Rehearsed:
    if rehearsal is None:
        return ""
    return "on time" if rehearsal.unattended else "by hand"


def _moment(
    office: Office, shelf: Shelf, name: str, path: Path | None, given: Approval | None
) -> tuple[Moment, str]:
    """When a month goes out, and what is wrong with its file.

    What was approved is due when that said, even if its file is gone by now.
    """
    config = office.config
    opened = shelf.issue(path) if path else None
    problem = opened.problem if opened else ""
    own = shelf.send_at(path) if path else None
    if own is None and given and given.due_at and (opened is None or opened.value is None):
        return Moment(office.local(given.due_at)), problem
    if own and own.tzinfo:
        return Moment(office.local(own)), problem
    return moment_of(own or by_schedule(name, config), config.zone), problem


def _content(
    office: Office, shelf: Shelf, path: Path, given: Approval | None, problem: str
) -> tuple[Content, str, Standing | None]:
    if not needs_approval(office.config):
        return ("broken", problem, None) if problem else ("approved", "", None)
    if given is None:
        return "unapproved", problem, Standing("unapproved")
    opened = shelf.cleared(path)
    evidence = opened.value.evidence if opened.value else None
    found = standing(given, evidence, opened.problem)
    return found.state, summed_up(found.changes), found


def _sending(office: Office, mailing: Mailing, doubtful: int, goes_on: bool) -> Sending:
    if mailing.is_over:
        return Sending(mailing.state, unattended=goes_on, doubtful=doubtful)
    now = standing_of(office.engine, mailing)  # settles what a dead sender left
    with reading(office.engine) as connection:
        return Sending(
            state=now.state,
            hold=now.mailing.hold,
            unattended=goes_on,
            doubtful=now.counts.doubtful,
            withdrawn=is_withdrawn(connection, mailing),
            alive_at=_alive_at(connection, mailing),
        )


def _doubtful(connection: Connection, mailings: Iterable[Mailing]) -> Mapping[int, int]:
    """How many deliveries are in doubt, by the numbers of mailings."""
    row = deliveries.c
    query = (
        select(row.mailing_id, func.count().label("number"))
        .where(row.mailing_id.in_([each.id for each in mailings]), row.state == "doubtful")
        .group_by(row.mailing_id)
    )
    return {row.mailing_id: row.number for row in connection.execute(query)}


def _alive_at(connection: Connection, mailing: Mailing) -> datetime | None:
    """When a provider last answered for it, or it began, or somebody let it go on, if ever."""
    row = deliveries.c
    answered = select(func.max(row.settled_at)).where(
        row.mailing_id == mailing.id, row.state.in_(("accepted", "failed"))
    )
    moments = (connection.execute(answered).scalar(), mailing.started_at, mailing.resumed_at)
    latest = max(filter(None, moments), default=None)
    return datetime.fromisoformat(latest) if latest else None
