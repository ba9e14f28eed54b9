"""The schema comes into being by itself, once, whole, and as the tables say."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, func, insert, inspect, select, text

from newsletter.errors import StoreUnavailable
from newsletter.store import metadata, open_store, origin, reading, writing
from newsletter.store.migrate import HEAD

Begin = Callable[..., Popen[str]]


@pytest.fixture
def another_database(
    database: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Callable[[str], AbstractContextManager[str]]:
    """Makes more empty databases of the kind that `database` is."""
    if database.startswith("sqlite"):
        return lambda name: nullcontext(f"sqlite:///{tmp_path / name}.db")
    server = request.getfixturevalue("postgresql_server")
    return lambda name: server.database()


@contextmanager
def plain(database: str) -> Iterator[Engine]:
    """An engine without any of our settings."""
    engine = create_engine(database.replace("postgresql://", "postgresql+psycopg://"))
    try:
        yield engine
    finally:
        engine.dispose()


def plain_index(index: Mapping[str, Any]) -> dict[str, Any]:
    """An index whose condition, if it has one, can be compared."""
    options = index.get("dialect_options", {})
    return {**index, "dialect_options": {name: str(value) for name, value in options.items()}}


def tables(engine: Engine) -> dict[str, Any]:
    """Whatever a database tells of its tables."""
    found = inspect(engine)

    def told(table: str) -> dict[str, Any]:
        columns = found.get_columns(table)
        return {
            "columns": [{**column, "type": str(column["type"])} for column in columns],
            "primary": found.get_pk_constraint(table),
            "foreign": found.get_foreign_keys(table),
            "unique": sorted(found.get_unique_constraints(table), key=str),
            "checks": sorted(found.get_check_constraints(table), key=str),
            "indexes": sorted(map(plain_index, found.get_indexes(table)), key=str),
        }

    return {name: told(name) for name in found.get_table_names() if name != "alembic_version"}


def test_migrations_make_what_the_tables_say(
    store: Engine, another_database: Callable[[str], AbstractContextManager[str]]
) -> None:
    with another_database("declared") as database, plain(database) as declared:
        metadata.create_all(declared)

        assert tables(store) == tables(declared)


def test_alembic_finds_nothing_left_to_migrate(store: Engine) -> None:
    with reading(store) as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})

        assert compare_metadata(context, metadata) == []


def test_the_newest_migration_is_the_one_that_the_program_looks_for() -> None:
    config = Config()
    config.set_main_option("script_location", "newsletter.store:migrations")
    config.set_main_option("path_separator", "os")

    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_a_database_notes_once_when_it_was_made(database: str, tmp_path: Path) -> None:
    before = datetime.now(UTC)
    noted = []
    for _ in range(2):
        engine = open_store(database, tmp_path)
        with reading(engine) as connection:
            noted.append(connection.scalars(select(origin.c.made_at)).one())
        engine.dispose()

    made = datetime.fromisoformat(noted[0])
    assert noted[0] == noted[1]
    assert abs((made - before).total_seconds()) < 60
    assert made.utcoffset() is not None


def test_a_numbers_key_is_never_given_again(store: Engine) -> None:
    making = text(
        "INSERT INTO mailings (issue, kind, provider, state, letter, letter_hash, total, "
        "recipients, planned_at) VALUES ('2023-12', 'real', 'outbox', 'planned', '', '', 0, 0, "
        "'') RETURNING id"
    )
    numbers = []
    for _ in range(2):
        with writing(store) as connection:
            numbers.append(connection.execute(making).scalar_one())
            connection.execute(text("DELETE FROM mailings"))

    assert numbers[1] > numbers[0]


def test_a_database_of_a_newer_version_is_refused(database: str, tmp_path: Path) -> None:
    open_store(database, tmp_path).dispose()
    with plain(database) as engine, engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(StoreUnavailable) as refusal:
        open_store(database, tmp_path)

    assert str(refusal.value).endswith(
        "error: the database was made by a newer version of newsletter (its schema is 9999, this "
        f"version knows {HEAD}); install that version, or name another database"
    )
    with plain(database) as engine, engine.connect() as connection:
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        assert found == "9999"


def test_a_database_of_another_program_is_left_alone(database: str, tmp_path: Path) -> None:
    with plain(database) as engine, engine.begin() as connection:
        connection.execute(text("CREATE TABLE subscribers (name TEXT)"))

    with pytest.raises(StoreUnavailable, match="holds tables of another program; name another"):
        open_store(database, tmp_path)

    with plain(database) as engine:
        assert inspect(engine).get_table_names() == ["subscribers"]


OPENS_ON_COMMAND = """
import sys
from pathlib import Path
from newsletter.store import open_store

print("ready", flush=True)
for line in sys.stdin:
    open_store(line.strip(), Path.cwd()).dispose()
    print("opened", flush=True)
"""


def test_processes_that_start_together_migrate_once(
    another_database: Callable[[str], AbstractContextManager[str]],
    begin_python: Begin,
    tmp_path: Path,
) -> None:
    processes = [begin_python(OPENS_ON_COMMAND) for _ in range(4)]
    assert [answer(process) for process in processes] == ["ready"] * 4

    for number in range(6):
        with another_database(f"round{number}") as database:
            for process in processes:
                print(database, file=process.stdin, flush=True)
            assert [answer(process) for process in processes] == ["opened"] * 4

            engine = open_store(database, tmp_path)
            with reading(engine) as connection:
                assert connection.execute(select(func.count()).select_from(origin)).scalar() == 1
            engine.dispose()


def answer(process: Popen[str]) -> str:
    """The next line of a process, or what it says at its end."""
    assert process.stdout is not None
    assert process.stderr is not None
    return process.stdout.readline().strip() or process.stderr.read()


DIES_HALF_WAY = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import Engine, event
from newsletter.store import open_store

left = int(sys.argv[2])

@event.listens_for(Engine, "after_cursor_execute")
def count(connection, cursor, statement, *more):
    global left
    left -= statement.lstrip().startswith(("CREATE", "INSERT", "UPDATE"))
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

open_store(sys.argv[1], Path.cwd())
"""


@pytest.mark.parametrize("statement", [1, 3, 7])
def test_a_migration_killed_half_way_leaves_nothing_half_made(
    database: str, tmp_path: Path, begin_python: Begin, statement: int
) -> None:
    process = begin_python(DIES_HALF_WAY, database, str(statement))
    assert process.wait() == -signal.SIGKILL, answer(process)

    with plain(database) as engine:
        assert inspect(engine).get_table_names() == []

    engine = open_store(database, tmp_path)
    with writing(engine) as connection:
        assert connection.execute(select(func.count()).select_from(origin)).scalar() == 1
        connection.execute(insert(origin).values(made_at="now"))
    engine.dispose()
