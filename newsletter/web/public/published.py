"""What has been published: issues whose real mailing has begun."""

from __future__ import annotations

import json
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, select

from newsletter.delivery.mailing import find_mailing
from newsletter.delivery.plan import load_letter
from newsletter.edition import Letter
from newsletter.store import mailings

_PUBLISHED: ColumnElement[bool] = and_(
    mailings.c.kind == "real", mailings.c.started_at.is_not(None)
)
_BATCH = 50
"""Letters read at once: one has some 60 KB."""


class Published(NamedTuple):
    """An issue as the list of all issues names it."""

    month: str
    subject: str
    language: str


def published_letter(connection: Connection, month: str) -> Letter | None:
    """The letter of a month's real mailing; None before that begins.

    From then on neither changes, nor is one taken back, even where the mailing is cancelled.

    Raises:
        StoreUnavailable: where the letter is not the one that was planned.
    """
    mailing = find_mailing(connection, month, "real")
    if mailing is None or mailing.started_at is None:
        return None
    return load_letter(connection, mailing)


class Shelf:
    """The published issues, each letter read only once."""

    def __init__(self) -> None:
        self._known: dict[int, Published] = {}

    def issues(self, connection: Connection) -> list[Published]:
        """All of them, newest month first."""
        order = mailings.c.issue.desc()
        numbers = connection.scalars(select(mailings.c.id).where(_PUBLISHED).order_by(order)).all()
        new = [each for each in numbers if each not in self._known]
        for first in range(0, len(new), _BATCH):
            self._read(connection, new[first : first + _BATCH])
        return [self._known[each] for each in numbers]

    def _read(self, connection: Connection, numbers: list[int]) -> None:
        columns = mailings.c.id, mailings.c.issue, mailings.c.letter
        for row in connection.execute(select(*columns).where(mailings.c.id.in_(numbers))):
            letter = json.loads(row.letter)
            self._known[row.id] = Published(row.issue, letter["subject"], letter["language"])
