"""What the configuration and the database say of all months."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, select

from newsletter.config import Config
from newsletter.schedule.calendar import Rules
from newsletter.store import origin, reading


def rules_of(engine: Engine, config: Config) -> Rules:
    """The rules of a publication.

    Raises:
        StoreUnavailable: where the database does not answer.
    """
    with reading(engine) as connection:
        made_at = connection.execute(select(origin.c.made_at)).scalar_one()
    return Rules(config.schedule.grace, datetime.fromisoformat(made_at))
