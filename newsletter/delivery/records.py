"""Reading what is on record of all issues: approvals that count, and mailings begun."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, func, select

from newsletter.approval.record import find_approvals
from newsletter.config import Config
from newsletter.delivery.lookup import Records
from newsletter.delivery.mailing import begun_mailings, kind_of
from newsletter.store import origin, reading


def read_records(engine: Engine, config: Config) -> Records:
    """All that is on record, of one moment.

    Raises:
        StoreUnavailable: where the database does not answer.
    """
    with reading(engine) as connection:
        begun = begun_mailings(connection, ("real", kind_of(config)))
        found = find_approvals(connection)
        made_at = connection.execute(select(func.min(origin.c.made_at))).scalar_one()
    return Records(
        approvals={month: each for month, each in found.items() if month not in begun},
        begun=begun,
        made_at=made_at and datetime.fromisoformat(made_at),
    )
