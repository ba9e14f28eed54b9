"""Databases by their addresses, and sentences where they cannot be had."""

from __future__ import annotations

import os
import socket
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import text

from newsletter.errors import ConfigurationError, StoreUnavailable
from newsletter.store import identity, open_store, origin, reading

SIGNS = "p@ss:w/ö rd%?#"


def refusal(address: str, root: Path) -> str:
    with pytest.raises(StoreUnavailable) as refused:
        open_store(address, root, busy=0.1)
    return str(refused.value)


def test_a_file_is_looked_for_in_the_publications_folder(tmp_path: Path) -> None:
    open_store("sqlite:///state.db", tmp_path).dispose()

    assert (tmp_path / "state.db").is_file()


def test_an_absolute_path_is_taken_as_it_is(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path}/state of things.db", Path("/nowhere")).dispose()

    assert (tmp_path / "state of things.db").is_file()


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("sqlite:///:memory:", "a database in memory is gone when the command ends; name a file"),
        ("sqlite:///x.db?mode=memory", "an SQLite file takes no options: remove '?' and"),
        ("sqlite:///x.db?isolation_level=EXCLUSIVE", "an SQLite file takes no options"),
        ("sqlite://x.db", "must begin with sqlite:/// or postgresql://"),
        ("mysql://host/newsletter", "must begin with sqlite:/// or postgresql://"),
        ("postgres://host/newsletter", "must begin with sqlite:/// or postgresql://"),
        ("newsletter.db", "must begin with sqlite:/// or postgresql://"),
        ("postgresql://reader:hush", "cannot be read; check it"),
        ("postgresql://reader:hush@host:port/x", "cannot be read; check it"),
        ("postgresql://reader:hu@sh@host/x", "write '@' in a user's name or password as %40"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_without_repeating_it(
    address: str, words: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        open_store(address, tmp_path)

    assert words in str(refused.value)
    assert "hush" not in f"{refused.value!r} {refused.value.__cause__!r}"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("prefix", ["postgresql", "postgresql+psycopg", "postgresql+psycopg2"])
def test_any_driver_that_an_address_names_means_the_one_there_is(
    postgresql: str, prefix: str, tmp_path: Path
) -> None:
    engine = open_store(postgresql.replace("postgresql", prefix, 1), tmp_path)

    with reading(engine) as connection:
        assert connection.execute(origin.select()).one()
    engine.dispose()


def test_a_file_that_is_no_database_is_told_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.db").write_bytes(b"Dear reader, " * 100)

    assert refusal("sqlite:///letter.db", tmp_path) == (
        f"{tmp_path}/letter.db: error: the file is no SQLite database; name another in 'database'"
    )
    assert (tmp_path / "letter.db").read_bytes() == b"Dear reader, " * 100


@pytest.mark.parametrize("path", ["missing/newsletter.db", "file/newsletter.db", "", "/proc/x.db"])
def test_a_place_where_no_file_can_be_is_told(path: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    address = f"sqlite:///{path or tmp_path}"

    assert refusal(address, tmp_path).endswith(
        ": error: the file cannot be opened; check that its folder exists and may be written to"
    )


def test_a_database_that_is_locked_is_told_when_opened(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "newsletter.db")) as other:
        other.execute("BEGIN EXCLUSIVE")

        words = refusal("sqlite:///newsletter.db", tmp_path)

    assert "another program keeps the database locked" in words


def test_a_server_that_does_not_run_is_told(tmp_path: Path) -> None:
    with socket.socket() as taken:  # bound, but nobody listens
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]

        words = refusal(f"postgresql://ana:hush@127.0.0.1:{port}/newsletter", tmp_path)

    assert words.startswith(f"postgresql://ana:***@127.0.0.1:{port}/newsletter: error: ")
    assert "no server answers there; start it, or check the address" in words
    assert "\n" not in words
    assert "hush" not in words


def test_a_database_that_the_server_lacks_is_told(postgresql: str, tmp_path: Path) -> None:
    words = refusal(f"{postgresql}x", tmp_path)

    assert words.startswith(f"{postgresql}x: error: ")
    assert words.endswith("does not exist")


@pytest.fixture
def owned(postgresql: str, postgresql_server: Any) -> str:
    """The address of a database whose owner has a password, with '{}' in the place of that."""
    admin, (server, _, name) = postgresql_server.admin, postgresql.rpartition("/")
    admin.execute(f"CREATE ROLE owner_of_{name} LOGIN PASSWORD '{SIGNS}'")
    admin.execute(f"ALTER DATABASE {name} OWNER TO owner_of_{name}")
    return f"{server.replace('newsletter', f'owner_of_{name}:{{}}')}/{name}"


def test_a_password_of_any_characters_is_understood(owned: str, tmp_path: Path) -> None:
    engine = open_store(owned.format(quote(SIGNS, safe="")), tmp_path)

    with reading(engine) as connection:
        assert connection.execute(text("SELECT current_user LIKE 'owner_of_%'")).scalar_one()
    engine.dispose()


def test_a_wrong_password_is_told_and_not_repeated(owned: str, tmp_path: Path) -> None:
    words = refusal(owned.format("hush"), tmp_path)

    assert words == (
        f"{owned.format('***')}: error: the server refuses this user and password; check them in "
        "NEWSLETTER_DATABASE"
    )


def patience_of(address: str, root: Path) -> list[int]:
    """How long the system keeps a connection that nothing comes through: as the socket has it."""
    engine = open_store(address, root)
    with reading(engine) as connection:
        driver: Any = connection.connection.driver_connection
        with closing(socket.socket(fileno=os.dup(driver.fileno()))) as line:
            options = [
                (socket.SOL_SOCKET, socket.SO_KEEPALIVE),
                *((socket.IPPROTO_TCP, getattr(socket, name)) for name in OPTIONS),
            ]
            found = [line.getsockopt(*option) for option in options]
    engine.dispose()
    return found


OPTIONS = ("TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT", "TCP_USER_TIMEOUT")


def test_a_line_that_has_gone_dead_is_noticed_within_half_a_minute(
    postgresql: str, tmp_path: Path
) -> None:
    assert patience_of(postgresql, tmp_path) == [1, 10, 5, 4, 30_000]


def test_an_address_may_set_its_own_patience(postgresql: str, tmp_path: Path) -> None:
    address = f"{postgresql}?tcp_user_timeout=5000&keepalives_idle=60&connect_timeout=3"

    assert patience_of(address, tmp_path) == [1, 60, 5, 4, 5000]


def test_a_password_among_the_options_is_not_repeated(owned: str, tmp_path: Path) -> None:
    assert "hush" not in refusal(f"{owned.replace(':{}', '')}?password=hush", tmp_path)


def test_a_file_that_takes_another_ones_place_is_told_from_it(tmp_path: Path) -> None:
    engine = open_store("sqlite:///newsletter.db", tmp_path)
    before = identity(engine)
    (tmp_path / "newsletter.db").rename(tmp_path / "other.db")
    with pytest.raises(StoreUnavailable, match="the database's file is gone, so nothing is sent"):
        identity(engine)
    open_store("sqlite:///newsletter.db", tmp_path).dispose()
    assert identity(engine) != before
    engine.dispose()


def test_a_server_is_the_same_for_good(postgresql: str, tmp_path: Path) -> None:
    engine = open_store(postgresql, tmp_path)
    assert identity(engine) is None
    engine.dispose()
