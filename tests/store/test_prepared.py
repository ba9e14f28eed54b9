"""Statements that are compiled once, on either database."""

from __future__ import annotations

import pytest
from sqlalchemy import BigInteger, Engine, bindparam, select, update

from newsletter.errors import StoreUnavailable
from newsletter.store import Prepared, now_utc, reading, subscribers, writing


def fill(store: Engine) -> None:
    rows = [
        {"id": number, "key": f"r{number}@example.org", "created_at": now_utc(), "updated_at": "-"}
        for number in (1, 2, 3)
    ]
    with writing(store) as connection:
        connection.execute(subscribers.insert(), rows)


def names(store: Engine) -> list[str]:
    query = select(subscribers.c.first_name).order_by(subscribers.c.id)
    with reading(store) as connection:
        return list(connection.scalars(query))


def test_a_prepared_statement_takes_one_row_or_many(store: Engine) -> None:
    fill(store)
    naming = (
        update(subscribers)
        .where(subscribers.c.id == bindparam("row", type_=BigInteger))
        .where(subscribers.c.status == "active")
        .values(first_name=bindparam("name"))
    )
    with writing(store) as connection:
        name = Prepared(naming, connection)
        name(connection, {"row": 1, "name": "O'Neil %s ?"})
        name(connection, {"row": 2, "name": "Zoë"}, {"row": 3, "name": ""}, {"row": 4, "name": "x"})
    assert names(store) == ["O'Neil %s ?", "Zoë", ""]


def test_a_prepared_statement_gives_what_it_returns(store: Engine) -> None:
    fill(store)
    some = [bindparam(name, type_=BigInteger) for name in ("a", "b")]
    chosen = update(subscribers).where(subscribers.c.id.in_(some)).values(last_name="Smith")
    with writing(store) as connection:
        prepared = Prepared(chosen.returning(subscribers.c.id), connection)
        assert sorted(row[0] for row in prepared(connection, {"a": 1, "b": 3})) == [1, 3]
        assert [row[0] for row in prepared(connection, {"a": 2, "b": 9})] == [2]


def test_what_the_driver_refuses_is_told_as_any_other_error(store: Engine) -> None:
    fill(store)
    sameness = update(subscribers).values(key=bindparam("key"))
    with pytest.raises(StoreUnavailable, match=r"(?i)unique"), writing(store) as connection:
        Prepared(sameness, connection)(connection, {"key": "one@example.org"})
    assert names(store) == ["", "", ""]
