"""Where state is kept: tables, migrations, and the engine for SQLite and PostgreSQL.

Times are text, ISO 8601 in UTC with milliseconds and an offset, so that they sort as they
read in either database; days are ISO dates.
"""

from newsletter.store.driver import driver
from newsletter.store.engine import (
    explained,
    identity,
    open_existing,
    open_store,
    reading,
    wait_for_rows,
    writing,
)
from newsletter.store.migrate import is_current
from newsletter.store.prepared import Prepared
from newsletter.store.tables import (
    approvals,
    deliveries,
    events,
    mailings,
    metadata,
    notice_copies,
    notices,
    origin,
    subscribers,
    withdrawals,
)
from newsletter.store.times import now_utc, today_in, utc_text

__all__ = [
    "Prepared",
    "approvals",
    "deliveries",
    "driver",
    "events",
    "explained",
    "identity",
    "is_current",
    "mailings",
    "metadata",
    "notice_copies",
    "notices",
    "now_utc",
    "open_existing",
    "open_store",
    "origin",
    "reading",
    "subscribers",
    "today_in",
    "utc_text",
    "wait_for_rows",
    "withdrawals",
    "writing",
]
