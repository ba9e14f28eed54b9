"""Reading what is on record of all issues: approvals that count, and mailings begun."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, func, select

from newsletter.approval.record import find_approval
from newsletter.config import Config
from newsletter.delivery.lookup import Records
from newsletter.delivery.mailing import all_mailings, kind_of
from newsletter.store import approvals, origin, reading


def read_records(engine: Engine, config: Config) -> Records:
    """All that is on record, of one moment.

    Raises:
        StoreUnavailable: where the database does not answer.
    """
    kinds = ("real", kind_of(config))
    with reading(engine) as connection:
        mailings = all_mailings(connection)
        begun = {each.issue: each for each in mailings if each.kind in kinds and each.is_begun}
        months = connection.execute(select(approvals.c.issue).distinct()).scalars()
        found = [find_approval(connection, month) for month in set(months) - begun.keys()]
        made_at = connection.execute(select(func.min(origin.c.made_at))).scalar_one()
    return Records(
        approvals={each.issue: each for each in found if each},
        begun=begun,
        made_at=made_at and datetime.fromisoformat(made_at),
    )
