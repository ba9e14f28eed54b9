"""Whether mail may go: the same answer in SQL and in Python, and suppressions by strength."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from sqlalchemy import insert, select

from newsletter.audience.standing import (
    RAN_OUT,
    WHY_SUPPRESSED,
    in_short,
    why_skipped,
    why_skipped_now,
)
from newsletter.audience.statuses import STATUSES, SUPPRESSED
from newsletter.audience.suppression import WEAKEST_FIRST, suppress
from newsletter.store import reading, subscribers, tables, writing

TODAY = "2026-03-10"
CONSENTS = [
    (None, None),
    ("express", None),
    ("implied", "2026-03-09"),
    ("implied", TODAY),
    ("implied", "2026-03-11"),
]
NOW = "2026-03-10T12:00:00.000+00:00"


def put(roll: Any, number: int, **columns: Any) -> None:
    row = {"id": number, "key": f"{number}@example.org", "email": f"{number}@example.org"}
    with writing(roll.engine) as connection:
        connection.execute(
            insert(subscribers).values(**row, created_at=NOW, updated_at=NOW, **columns)
        )


def test_sql_and_python_agree_on_everybody(roll: Any) -> None:
    cases = list(product(WEAKEST_FIRST, CONSENTS))
    for number, (status, (consent, until)) in enumerate(cases):
        put(roll, number, status=status, consent=consent, consent_until=until)
    with reading(roll.engine) as connection:
        query = select(subscribers.c.id, why_skipped(TODAY).label("why"))
        told = {row.id: row.why for row in connection.execute(query)}
    assert told == {
        number: why_skipped_now(status, *consent, TODAY)
        for number, (status, consent) in enumerate(cases)
    }
    assert list(told.values()).count(None) == 3
    assert set(told.values()) == {
        None, "unsubscribed", "bounced", "complained", "suppressed by hand", "erased",
        "no consent on record", "implied consent ran out on 2026-03-09",
    }  # fmt: skip


def test_the_reason_can_be_written_to_a_text_column(roll: Any) -> None:
    put(roll, 1, consent="implied", consent_until="2026-03-09")
    put(roll, 2, consent="express")
    with writing(roll.engine) as connection:
        noted = select(subscribers.c.id + 10, why_skipped(TODAY), subscribers.c.created_at)
        columns = ["id", "email", "created_at"]
        rows = noted.add_columns(subscribers.c.updated_at)
        connection.execute(insert(subscribers).from_select([*columns, "updated_at"], rows))
        query = select(subscribers.c.email).where(subscribers.c.id > 10).order_by("id")
        assert connection.execute(query).scalars().all() == [
            "implied consent ran out on 2026-03-09",
            None,
        ]


def test_every_place_knows_the_same_statuses() -> None:
    told = set(STATUSES)
    assert told == set(WEAKEST_FIRST) == set(tables.STATUSES) == {"active", *WHY_SUPPRESSED}
    assert told - set(SUPPRESSED) == {"active", "erased"}


@pytest.mark.parametrize("stored", WEAKEST_FIRST)
@pytest.mark.parametrize("status", SUPPRESSED)
def test_a_suppression_gives_way_to_a_stronger_one_alone(
    sqlite_roll: Any, stored: str, status: str
) -> None:
    sqlite_roll.clear()
    put(sqlite_roll, 1, status=stored, status_since="before", status_note="before")
    with writing(sqlite_roll.engine) as connection:
        changed = suppress(connection, "1@example.org", status, "550 no such user", NOW)
    (row,) = sqlite_roll.rows()
    stronger = WEAKEST_FIRST.index(status) > WEAKEST_FIRST.index(stored)
    assert changed is stronger
    found = (row["status"], row["status_since"], row["status_note"])
    expected = (status, NOW, "550 no such user") if stronger else (stored, "before", "before")
    assert found == expected


def test_an_unknown_key_is_not_suppressed(roll: Any) -> None:
    with writing(roll.engine) as connection:
        assert suppress(connection, "nobody@example.org", "bounced", "", NOW) is False


def test_reasons_in_short_put_the_days_on_which_consent_ran_out_together() -> None:
    reasons = {f"{RAN_OUT}2022-05-08": 2, "unsubscribed": 3, f"{RAN_OUT}2022-06-01": 2}
    assert list(in_short(reasons).items()) == [("implied consent ran out", 4), ("unsubscribed", 3)]
