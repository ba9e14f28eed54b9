"""Two schedulers of one publication: one mailing, also where the one that sends is killed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from time import sleep
from typing import Any

import psycopg
import pytest

EDITOR = "editor@digest.example"


@pytest.fixture(params=["sqlite", "postgresql"])
def scene(request: pytest.FixtureRequest, morning: Any) -> Any:
    """Two of them before the minute, and a server that lets ten mails pass."""
    return morning.scenes[request.param]


def test_one_sends_and_the_other_takes_over_when_it_is_killed(scene: Any) -> None:
    office, gate = scene.office, scene.gate
    office.until(lambda: gate.waiting == 4, 90)
    sender, other = sorted(scene.daemons, key=lambda each: " sending " not in each.complaint)
    assert " sending " not in other.complaint

    sender.kill()
    office.until(lambda: " sending " in other.complaint, 15)
    gate.open()
    office.until(lambda: "went out" in other.complaint)

    assert office.got == office.everybody
    assert office.ledger() == {"accepted": 36, "doubtful": 4}
    told = office.until(lambda: len(office.told()) == 3 and office.told())
    assert [any(word in each for each in told) for word in ("goes out", "may or may", "went out")]
    assert len(set(told)) == 3


@pytest.fixture(params=["sqlite", "postgresql"])
def office_on(request: pytest.FixtureRequest, bare_office: Any) -> Iterator[Any]:
    """A publication whose state is kept in a database of either kind."""
    with ExitStack() as stack:
        if request.param == "postgresql":
            server = request.getfixturevalue("postgresql_server")
            bare_office.use(stack.enter_context(server.database()))
        bare_office.furnish(40, operators=(EDITOR,))
        yield bare_office
        for command in bare_office.commands:
            command.kill()


def test_a_scheduler_a_timer_and_a_person_send_each_mail_once(office_on: Any) -> None:
    office = office_on
    daemons = [office.daemon() for _ in range(2)]
    office.due()
    others = [
        office.start(*arguments)
        for arguments in (("send", "--due"), ("send", "2023-12", "--yes"), ("send", "--due"))
    ]
    for each in others:
        assert each.wait().returncode in (0, 1)
    office.until(lambda: office.got == office.everybody)
    office.until(lambda: office.ledger() == {"accepted": 40})
    assert all(each.alive for each in daemons)
    assert office.got == office.everybody


END = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def end_sessions(database: str) -> None:
    """What a PostgreSQL that is started anew does to everybody's connections."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(END)


@pytest.fixture
def remote(bare_office: Any, postgresql: str) -> Any:
    """A publication whose state is kept in PostgreSQL."""
    bare_office.use(postgresql)
    bare_office.furnish(40, operators=(EDITOR,))
    bare_office.opened.callback(lambda: [each.kill() for each in bare_office.commands])
    return bare_office


def test_two_that_lose_their_database_while_idle_send_once(remote: Any) -> None:
    for _ in range(2):
        remote.daemon()
    sleep(1)
    end_sessions(remote.database)
    remote.due()
    remote.until(lambda: remote.ledger() == {"accepted": 40})
    assert remote.got == remote.everybody


def test_one_that_loses_its_lock_in_the_midst_leaves_the_rest_to_the_other(
    remote: Any, make_gate: Any
) -> None:
    gate = remote.server.whim = make_gate(free=10)
    daemons = [remote.daemon() for _ in range(2)]
    path = remote.due()
    remote.until(lambda: gate.waiting == 4)
    end_sessions(remote.database)
    path.touch()
    remote.until(lambda: all(" sending " in each.complaint for each in daemons))
    gate.open()
    remote.until(lambda: sum(remote.ledger()[each] for each in ("accepted", "doubtful")) == 40)
    assert all(each.alive for each in daemons)
    assert remote.got == remote.everybody
    assert remote.ledger()["doubtful"] <= 4
