"""The store → a list that spreadsheets show safely, and an import takes back."""

from __future__ import annotations

import csv
import json
from typing import TextIO

from sqlalchemy import Connection, select

from newsletter.audience.columns import KNOWN
from newsletter.audience.guard import guarded
from newsletter.audience.record import Subscriber, all_subscribers
from newsletter.store import subscribers

_PAGE = 1000


def export_list(connection: Connection, out: TextIO) -> int:
    """Write everybody but the erased, with their status; how many there were.

    Status and attributes stand in columns of their own. Imported again the list changes
    nothing, and imported elsewhere it brings nobody back who has left.
    """
    names = _attribute_names(connection)
    table = csv.writer(out)
    table.writerow([*KNOWN, *map(guarded, names.values())])
    count = 0
    for each in all_subscribers(connection):
        table.writerow(map(guarded, [*_known(each), *_attributes(each, names)]))
        count += 1
    return count


def _known(each: Subscriber) -> list[str]:
    return [getattr(each, name) or "" for name in KNOWN]


def _attributes(each: Subscriber, names: dict[str, str]) -> list[str]:
    values = {name.casefold(): value for name, value in json.loads(each.attributes).items()}
    return [values.get(name, "") for name in names]


def _attribute_names(connection: Connection) -> dict[str, str]:
    """All names in use, case-folded, each in one of its spellings."""
    query = select(subscribers.c.attributes).where(subscribers.c.attributes != "{}")
    names: dict[str, str] = {}
    for (text,) in connection.execute(query.execution_options(yield_per=_PAGE)):
        for name in json.loads(text):
            names.setdefault(name.casefold(), name)
    return dict(sorted(names.items()))
