"""Bringing a database's schema up to date, once, whoever comes first."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, inspect, text

from newsletter.errors import StoreUnavailable
from newsletter.store.address import shown

HEAD = "0003"
"""The newest revision in `migrations/versions`."""
_LOCK = 0x6E6C6D67
"""PostgreSQL's advisory lock of a migration under way."""


def migrate(engine: Engine) -> None:
    """Run the migrations that a database lacks, all in one transaction.

    A database that is current costs one question. Of two processes the second waits and
    then finds nothing left to do.

    Raises:
        StoreUnavailable: where the database comes from a newer version of this program.
    """
    with engine.connect() as looking:
        if is_current(looking.execution_options(newsletter_reads=True)):
            return
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        if not is_current(connection):
            _upgrade(connection)


def is_current(connection: Connection) -> bool:
    """Whether a database's schema is the one that this version works with."""
    return _revision(connection) == HEAD


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(connection: Connection) -> None:
    # Alembic's import is a tenth of a second, for something that happens once a version.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", "newsletter.store:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    found = _revision(connection)
    try:
        if found is not None:
            ScriptDirectory.from_config(config).get_revision(found)
    except CommandError as error:
        raise StoreUnavailable(
            f"{shown(connection.engine.url)}: error: the database was made by a newer version of "
            f"newsletter (its schema is {found}, this version knows {HEAD}); install that "
            "version, or name another database"
        ) from error
    command.upgrade(config, "head")
