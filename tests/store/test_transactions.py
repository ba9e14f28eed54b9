"""What is committed stays, what is not leaves no trace, and nobody fails for being second."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import Connection, Engine, Row, create_engine, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from newsletter.errors import StoreUnavailable
from newsletter.store import open_store, origin, reading, subscribers, writing


def add(connection: Connection, *numbers: int, status: str = "active") -> None:
    """Subscribers of these numbers."""
    for number in numbers:
        row = insert(subscribers).values(id=number, key=str(number), created_at="", updated_at="")
        connection.execute(row.values(status=status))


def number_of_subscribers(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(subscribers)).scalar_one())


def test_what_is_written_stays(database: str, tmp_path: Path) -> None:
    engine = open_store(database, tmp_path)
    with writing(engine) as connection:
        add(connection, 2**63 - 1)
    engine.dispose()

    engine = open_store(database, tmp_path)
    with reading(engine) as connection:
        assert connection.scalars(select(subscribers.c.id)).all() == [2**63 - 1]
    engine.dispose()


def test_an_exception_takes_everything_back(store: Engine) -> None:
    def add_and_fail() -> None:
        with writing(store) as connection:
            add(connection, 1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        add_and_fail()

    with reading(store) as connection:
        assert number_of_subscribers(connection) == 0


@pytest.mark.parametrize("values", [{}, {"key": "other", "status": "away"}])
def test_what_is_refused_is_told_without_the_address_that_it_holds(
    store: Engine, values: dict[str, str]
) -> None:
    with writing(store) as connection:
        add(connection, 1)
        connection.execute(update(subscribers).values(key="ann@example.org"))
    row = {"id": 2, "key": "ann@example.org", "email": "ann@example.org", **values}
    with pytest.raises(StoreUnavailable) as refusal, writing(store) as connection:
        connection.execute(insert(subscribers).values(created_at="", updated_at="", **row))

    assert "constraint" in str(refusal.value)
    assert "ann@" not in str(refusal.value)
    assert "parameters: " not in str(refusal.value.__cause__)


def test_a_refused_row_takes_the_others_back(store: Engine) -> None:
    with pytest.raises(StoreUnavailable) as refusal, writing(store) as connection:
        add(connection, 1, 1)

    assert isinstance(refusal.value.__cause__, IntegrityError)
    with reading(store) as connection:
        assert number_of_subscribers(connection) == 0


def test_a_state_that_does_not_exist_is_refused(store: Engine) -> None:
    with pytest.raises(StoreUnavailable, match="ck_subscribers_status"), writing(store) as writer:
        add(writer, 1, status="happy")


def test_a_reader_sees_one_moment_and_holds_up_no_writer(store: Engine) -> None:
    with reading(store) as reader:
        before = number_of_subscribers(reader)
        with writing(store) as writer:
            add(writer, 1)
        during = number_of_subscribers(reader)
    with reading(store) as reader:
        after = number_of_subscribers(reader)

    assert (before, during, after) == (0, 0, 1)


def test_a_writer_sees_what_was_committed_before_it_began(store: Engine) -> None:
    with reading(store) as reader:
        number_of_subscribers(reader)
        with writing(store) as writer:
            add(writer, 1)
        with writing(store) as writer:
            assert number_of_subscribers(writer) == 1


def test_a_second_writer_waits_for_the_first(store: Engine) -> None:
    begun = Event()

    def increase() -> None:
        begun.set()
        with writing(store) as connection:
            made = connection.scalars(select(origin.c.made_at).with_for_update()).one()
            connection.execute(update(origin).values(made_at=f"{made}!"))

    second = Thread(target=increase)
    with writing(store) as first:
        first.execute(update(origin).values(made_at="first"))
        second.start()
        begun.wait()
        second.join(0.1)
        assert second.is_alive()
    second.join()

    with reading(store) as reader:
        assert reader.scalars(select(origin.c.made_at)).one() == "first!"


@contextmanager
def sqlite_store(folder: Path, busy: float = 0.1) -> Iterator[Engine]:
    engine = open_store("sqlite:///newsletter.db", folder, busy=busy)
    try:
        yield engine
    finally:
        engine.dispose()


def test_sqlite_is_set_up_to_lose_nothing(tmp_path: Path) -> None:
    def setting(connection: Connection, name: str) -> Row[tuple[object]]:
        return connection.exec_driver_sql(f"PRAGMA {name}").one()

    with sqlite_store(tmp_path) as engine, reading(engine) as one, reading(engine) as two:
        for connection in (one, two):
            assert setting(connection, "journal_mode") == ("wal",)
            assert setting(connection, "synchronous") == (2,)  # FULL
            assert setting(connection, "foreign_keys") == (1,)


def test_postgresql_answers_only_once_a_commit_is_safe(
    postgresql: str, postgresql_server: object, tmp_path: Path
) -> None:
    engine = open_store(postgresql, tmp_path)
    with writing(engine) as connection:
        name = connection.execute(text("SELECT current_database()")).scalar_one()
        connection.execute(text(f"ALTER DATABASE {name} SET synchronous_commit = off"))
    engine.dispose()

    engine = open_store(postgresql, tmp_path)
    with writing(engine) as connection:
        assert connection.execute(text("SHOW synchronous_commit")).scalar_one() == "on"
    engine.dispose()


def test_a_database_that_stays_locked_is_told(tmp_path: Path) -> None:
    with sqlite_store(tmp_path) as engine:
        with closing(sqlite3.connect(tmp_path / "newsletter.db")) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreUnavailable) as refusal, writing(engine):
                pytest.fail("nobody else may write")

        assert str(refusal.value) == (
            f"{tmp_path}/newsletter.db: error: another program keeps the database locked; try "
            "again once it is done"
        )
        with writing(engine) as connection:
            add(connection, 1)


def test_a_full_disk_is_told_and_takes_the_whole_transaction_back(tmp_path: Path) -> None:
    with sqlite_store(tmp_path) as engine:
        with reading(engine) as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")

        with pytest.raises(StoreUnavailable) as refusal, writing(engine) as connection:
            add(connection, *range(1000))

        assert "newsletter.db: error: the disk is full; free some space" in str(refusal.value)
        with writing(engine) as connection:
            assert number_of_subscribers(connection) == 0
            add(connection, 1)


def test_a_file_that_may_not_be_written_is_told(tmp_path: Path) -> None:
    with sqlite_store(tmp_path) as engine:
        with reading(engine) as connection:
            connection.exec_driver_sql("PRAGMA query_only = ON")

        with (
            pytest.raises(StoreUnavailable, match="may not be written to; check its permissions"),
            writing(engine) as connection,
        ):
            add(connection, 1)


def test_that_no_connection_comes_free_is_told_in_a_sentence(store: Engine) -> None:
    busy = create_engine(store.url, pool_size=1, max_overflow=0, pool_timeout=0.05)
    with (
        reading(busy) as first,
        pytest.raises(StoreUnavailable, match="all connections to it are in use"),
        reading(busy),
    ):
        first.execute(select(1))
    busy.dispose()
