"""What is known of each month: its file, its approval, its mailing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, func, select

from newsletter.approval.record import find_approval
from newsletter.approval.standing import Standing, standing
from newsletter.delivery.approved import is_withdrawn, needs_approval
from newsletter.delivery.mailing import Mailing, all_mailings, kind_of
from newsletter.delivery.standing import standing_of
from newsletter.issue.planned import Moment, by_schedule, moment_of
from newsletter.schedule.calendar import Content, Month, Sending, months_between
from newsletter.schedule.office import Office
from newsletter.schedule.shelf import Shelf
from newsletter.store import deliveries, reading

_AROUND = timedelta(days=62)
"""How far from now a month without a file is thought of."""


@dataclass(frozen=True)
class Known:
    """A month with all that was found out about it."""

    month: Month
    path: Path | None = None
    mailing: Mailing | None = None
    approval: Standing | None = None


def known_months(office: Office, shelf: Shelf, now: datetime) -> dict[str, Known]:
    """All months that have a file or a mailing, and those around now.

    Raises:
        ConfigurationError: where the folder of issues is none.
        StoreUnavailable: where the database does not answer.
    """
    paths = shelf.paths()
    mailings = _mailings(office)
    local = office.local(now)
    near = months_between(local - _AROUND, local + _AROUND)
    names = sorted({*paths, *mailings, *near})
    return {name: _known(office, shelf, name, paths.get(name), mailings) for name in names}


def _mailings(office: Office) -> Mapping[str, Mailing]:
    """The mailing that counts for each issue; what was sent really is never rehearsed after."""
    own = kind_of(office.config)
    with reading(office.engine) as connection:
        found = all_mailings(connection)
    return {each.issue: each for each in found if each.kind in ("real", own) and each.is_begun}


def _known(
    office: Office, shelf: Shelf, name: str, path: Path | None, mailings: Mapping[str, Mailing]
) -> Known:
    mailing = mailings.get(name)
    moment, problem = _moment(office, shelf, name, path)
    content: Content = "missing"
    approval, why = None, ""
    if path and mailing:
        content = "approved"  # what goes out is what was planned
    elif path:
        content, why, approval = _content(office, shelf, name, path, problem)
    month = Month(
        issue=name,
        at=moment.at.astimezone(UTC),
        content=content,
        why=why,
        sending=_sending(office, mailing) if mailing else None,
        moved=_moved(moment),
    )
    return Known(month, path, mailing, approval)


def _moment(office: Office, shelf: Shelf, name: str, path: Path | None) -> tuple[Moment, str]:
    """When a month goes out, and what is wrong with its file."""
    config = office.config
    opened = shelf.issue(path) if path else None
    own = opened.value.issue.send_at if opened and opened.value else None
    moment = moment_of(own or by_schedule(name, config), config.zone)
    return moment, opened.problem if opened else ""


def _moved(moment: Moment) -> str:
    if moment.moved_from is None:
        return ""
    return f"the clocks skip {moment.moved_from:%Y-%m-%d %H:%M} there, so it is as much later"


def _content(
    office: Office, shelf: Shelf, name: str, path: Path, problem: str
) -> tuple[Content, str, Standing | None]:
    if not needs_approval(office.config):
        return ("broken", problem, None) if problem else ("approved", "", None)
    with reading(office.engine) as connection:
        given = find_approval(connection, name)
    if given is None:
        return "unapproved", problem, Standing("unapproved")
    opened = shelf.cleared(path)
    evidence = opened.value.evidence if opened.value else None
    found = standing(given, evidence, opened.problem)
    return found.state, "; ".join(found.changes), found


def _sending(office: Office, mailing: Mailing) -> Sending:
    state = mailing.state
    if not mailing.is_over:  # what a dead sender left is settled by looking
        state = standing_of(office.engine, mailing).state
    with reading(office.engine) as connection:
        return Sending(
            state=state,
            hold=mailing.hold,
            unattended=mailing.unattended,
            doubtful=_doubtful(connection, mailing),
            withdrawn=is_withdrawn(connection, mailing),
            alive_at=None if mailing.is_over else _alive_at(connection, mailing),
        )


def _doubtful(connection: Connection, mailing: Mailing) -> int:
    row = deliveries.c
    query = select(func.count()).where(row.mailing_id == mailing.id, row.state == "doubtful")
    return connection.execute(query).scalar_one()


def _alive_at(connection: Connection, mailing: Mailing) -> datetime | None:
    """When a provider last answered for it, or when it began."""
    row = deliveries.c
    answered = select(func.max(row.settled_at)).where(
        row.mailing_id == mailing.id, row.state.in_(("accepted", "failed"))
    )
    latest = max(filter(None, (connection.execute(answered).scalar(), mailing.started_at)))
    return datetime.fromisoformat(latest)


def in_order(known: Mapping[str, Known]) -> Iterator[Month]:
    """The months alone."""
    return (each.month for each in known.values())
