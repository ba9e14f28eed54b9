"""What is on record, looked up without making anything or waiting for long."""

from __future__ import annotations

import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread
from time import monotonic
from typing import Any, Protocol

import pytest
from sqlalchemy import Engine, insert, text

from newsletter.approval.evidence import Evidence
from newsletter.approval.record import record, withdraw
from newsletter.config import Config
from newsletter.delivery.lookup import Lookup, Records
from newsletter.store import mailings, now_utc, open_store, writing

APPROVED = Evidence({"edition": "as it was"})


class Publication(Protocol):
    root: Path

    def config(self, environment: dict[str, str]) -> Config: ...


Configured = Callable[[str], Config]


@pytest.fixture
def configured(publication: Publication) -> Configured:
    return lambda database: publication.config({"NEWSLETTER_DATABASE": database})


@pytest.fixture
def lookup() -> Iterator[Lookup]:
    with closing(Lookup()) as lookup:
        yield lookup


def approve(engine: Engine, month: str = "2023-12", by: str = "the editor") -> None:
    with writing(engine) as connection:
        record(connection, month, by, APPROVED, "A subject")


def mail(engine: Engine, month: str = "2023-12", kind: str = "real", **values: Any) -> None:
    row = {
        "issue": month, "kind": kind, "provider": "smtp", "state": "planned", "letter": "{}",
        "letter_hash": "", "total": 0, "recipients": 0, "planned_at": now_utc(), **values,
    }  # fmt: skip
    with writing(engine) as connection:
        connection.execute(insert(mailings).values(row))


def approvers(records: Records | None) -> dict[str, str]:
    assert records is not None
    return {month: each.approver for month, each in records.approvals.items()}


def test_the_newest_approval_of_each_month_is_found(
    store: Engine, database: str, configured: Configured, lookup: Lookup
) -> None:
    for month, name in (
        ("2023-11", "the chair"),
        ("2023-12", "the chair"),
        ("2023-12", "an editor"),
    ):
        approve(store, month, name)
    records = lookup.ask(configured(database))
    assert approvers(records) == {"2023-11": "the chair", "2023-12": "an editor"}
    assert records
    assert records.approvals["2023-12"].evidence == APPROVED
    assert records.made_at


def test_a_withdrawn_approval_does_not_count_nor_do_those_before_it(
    store: Engine, database: str, configured: Configured, lookup: Lookup
) -> None:
    approve(store, by="the chair")
    approve(store, by="the editor")
    with writing(store) as connection:
        withdraw(connection, "2023-12")
    assert approvers(lookup.ask(configured(database))) == {}


def test_an_approval_given_between_two_questions_is_seen(
    store: Engine, database: str, configured: Configured, lookup: Lookup
) -> None:
    config = configured(database)
    assert approvers(lookup.ask(config)) == {}
    approve(store)
    assert approvers(lookup.ask(config)) == {"2023-12": "the editor"}


@pytest.mark.parametrize(
    ("kind", "values", "begun"),
    [
        ("real", {"started_at": "2023-12-05T14:00:00.000+00:00"}, True),
        ("real", {"state": "cancelled"}, True),
        ("rehearsal", {"state": "finished"}, True),
        ("real", {}, False),
    ],
)
def test_once_a_mailing_has_begun_its_approval_is_no_longer_looked_at(
    store: Engine,
    database: str,
    configured: Configured,
    lookup: Lookup,
    kind: str,
    values: dict[str, str],
    begun: bool,
) -> None:
    approve(store)
    mail(store, kind=kind, **values)
    records = lookup.ask(configured(database))
    assert records
    assert ("2023-12" in records.begun, "2023-12" in records.approvals) == (begun, not begun)


def test_a_rehearsal_is_no_mailing_of_a_publication_that_sends(
    store: Engine, database: str, publication: Publication, configured: Configured, lookup: Lookup
) -> None:
    settings = publication.root / "newsletter.yaml"
    settings.write_text(settings.read_text("utf-8") + "delivery: {provider: smtp}\n", "utf-8")
    approve(store)
    mail(store, kind="rehearsal", state="finished")
    records = lookup.ask(configured(database))
    assert records
    assert not records.begun
    assert "2023-12" in records.approvals


def test_without_a_database_nothing_is_on_record_and_none_is_made(
    publication: Publication, configured: Configured, lookup: Lookup
) -> None:
    before = sorted(publication.root.iterdir())
    assert lookup.ask(configured("sqlite:///newsletter.db")) == Records()
    assert lookup.trouble == ""
    assert sorted(publication.root.iterdir()) == before


def test_looking_leaves_no_file_beside_the_database(
    publication: Publication, configured: Configured, lookup: Lookup
) -> None:
    engine = open_store("sqlite:///newsletter.db", publication.root)
    approve(engine)
    engine.dispose()
    before = sorted(publication.root.iterdir())
    assert approvers(lookup.ask(configured("sqlite:///newsletter.db")))
    assert sorted(publication.root.iterdir()) == before


def test_a_database_that_comes_goes_and_is_replaced_is_noticed(
    publication: Publication, configured: Configured, lookup: Lookup
) -> None:
    config = configured("sqlite:///newsletter.db")
    assert approvers(lookup.ask(config)) == {}
    for name, by in (("newsletter.db", "the editor"), ("other.db", "the chair")):
        engine = open_store(f"sqlite:///{name}", publication.root)
        approve(engine, by=by)
        engine.dispose()
        (publication.root / name).replace(publication.root / "newsletter.db")
        assert approvers(lookup.ask(config)) == {"2023-12": by}
    (publication.root / "newsletter.db").unlink()
    assert lookup.ask(config) == Records()
    assert not (publication.root / "newsletter.db").exists()


def test_another_database_in_the_configuration_is_asked_at_once(
    publication: Publication, configured: Configured, lookup: Lookup
) -> None:
    (publication.root / "broken.db").write_bytes(b"this is no database" * 100)
    engine = open_store("sqlite:///newsletter.db", publication.root)
    approve(engine)
    engine.dispose()
    assert lookup.ask(configured("sqlite:///broken.db")) is None
    assert "no SQLite database" in lookup.trouble
    assert approvers(lookup.ask(configured("sqlite:///newsletter.db")))
    assert lookup.trouble == ""


def test_a_database_of_another_version_is_left_as_it_is(
    store: Engine, database: str, configured: Configured, lookup: Lookup
) -> None:
    with writing(store) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0002'"))
    assert lookup.ask(configured(database)) is None
    with writing(store) as connection:
        assert (
            connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "0002"
        )
        connection.execute(text("UPDATE alembic_version SET version_num = '0003'"))
    assert lookup.ask(configured(database)) is not None


def test_a_locked_file_is_waited_for_shortly_and_then_left_alone_for_a_while(
    publication: Publication, configured: Configured
) -> None:
    config = configured("sqlite:///newsletter.db")
    open_store("sqlite:///newsletter.db", publication.root).dispose()
    with closing(Lookup(patience=1.5, pause=2)) as lookup:
        with closing(sqlite3.connect(publication.root / "newsletter.db")) as other:
            other.execute("PRAGMA locking_mode = EXCLUSIVE")
            other.execute("BEGIN EXCLUSIVE")
            began = monotonic()
            assert lookup.ask(config) is None
            assert monotonic() - began < 10
            assert lookup.trouble
            began = monotonic()
            assert lookup.ask(config) is None
            assert monotonic() - began < 1.4  # less than it would wait
        until = monotonic() + 10
        while lookup.ask(config) is None:
            assert monotonic() < until


@pytest.fixture
def silent_server() -> Iterator[str]:
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"postgresql://newsletter@127.0.0.1:{listening.getsockname()[1]}/none"


def test_nobody_waits_for_a_server_that_says_nothing(
    silent_server: str, configured: Configured
) -> None:
    with closing(Lookup(patience=1.5)) as lookup:
        for longest in (10, 1.4, 1.4):
            began = monotonic()
            assert lookup.ask(configured(silent_server)) is None
            assert monotonic() - began < longest
        assert lookup.trouble == "the database does not answer"


def test_a_server_that_is_not_there_is_told_without_its_password(configured: Configured) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with closing(Lookup()) as lookup:
        assert lookup.ask(configured(f"postgresql://me:hush@127.0.0.1:{port}/none")) is None
        assert "no server answers there" in lookup.trouble
        assert "hush" not in lookup.trouble


def test_whoever_waits_is_let_go_when_it_is_stopped(
    silent_server: str, configured: Configured
) -> None:
    with closing(Lookup(patience=60)) as lookup:
        waiting = Thread(target=lookup.ask, args=(configured(silent_server),), daemon=True)
        waiting.start()
        until = monotonic() + 10
        while waiting.is_alive():
            assert monotonic() < until
            lookup.stop()
            waiting.join(0.05)
        assert lookup.ask(configured(silent_server)) is None


def test_closing_leaves_no_connection_open(
    postgresql: str, configured: Configured, tmp_path: Path
) -> None:
    store = open_store(postgresql, tmp_path)
    others = text(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    lookup = Lookup()
    assert lookup.ask(configured(postgresql)) is not None
    with store.connect() as connection:
        assert connection.execute(others).scalar() == 1
        lookup.close()
        until = monotonic() + 10
        while connection.execute(others).scalar():
            assert monotonic() < until
            connection.rollback()
    store.dispose()
