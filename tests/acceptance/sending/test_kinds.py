"""A rehearsal and the real mailing of one issue, side by side."""

from __future__ import annotations

import json
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from newsletter.delivery.mailing import find_mailing
from newsletter.store import open_store, reading

READERS = [f"reader{number}@example.org" for number in range(6)]


@pytest.fixture
def begun(office: Any, server: Any) -> Any:
    """A real mailing and a rehearsal, both stopped by a limit; the rehearsal is configured."""
    office.subscribe(*READERS)
    office.through(server)
    assert office.run("send", "2023-12", "--yes", "--limit", "2").returncode == 0
    office.configure()
    assert office.run("send", "2023-12", "--yes", "--limit", "3").returncode == 0
    return office


def test_status_tells_of_the_real_one(begun: Any) -> None:
    document = begun.status()
    assert (document["kind"], document["accepted"]) == ("real", 2)


def test_whoever_rehearses_cannot_end_the_real_one(begun: Any, server: Any) -> None:
    ran = begun.run("cancel", "2023-12")
    assert (ran.returncode, ran.stdout[:34]) == (0, "the rehearsal of 2023-12 is cancel")

    begun.through(server)
    assert begun.run("send", "2023-12", "--yes").returncode == 0
    assert begun.status()["accepted"] == len(READERS)


def test_each_is_paused_and_resumed_by_its_own_settings(begun: Any, server: Any) -> None:
    assert "the rehearsal of 2023-12" in begun.run("pause", "2023-12").stdout
    begun.through(server)
    assert begun.status()["hold"] == "limit"
    assert begun.run("pause", "2023-12").stdout.startswith("2023-12 is paused")
    begun.configure()
    assert "the rehearsal of 2023-12" in begun.run("resume", "2023-12").stdout
    begun.through(server)
    assert begun.status()["hold"] == "operator"


def test_latest_is_one_issue_from_beginning_to_end(office: Any) -> None:
    office.subscribe(*READERS)
    document = json.loads(office.run("status", "latest", "--json").stdout)
    assert (document["issue"], document["state"]) == ("2023-12", "none")
    ran = office.run("send", "latest", "--yes")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert office.status()["accepted"] == len(READERS)


def test_a_plan_left_at_the_question_is_made_anew_with_todays_audience(office: Any) -> None:
    office.subscribe(READERS[0])
    asked = office.open("send", "2023-12")
    _until_asked(office.root)
    asked.kill()
    asked.communicate()
    office.subscribe(READERS[1])
    assert office.run("send", "2023-12", "--yes").returncode == 0
    assert set(office.deliveries().values()) == {"accepted"}
    assert len(office.deliveries()) == 2


def _until_asked(root: Path) -> None:
    engine = open_store("sqlite:///newsletter.db", root)
    until = monotonic() + 20
    found = None
    while found is None:
        assert monotonic() < until, "nothing was planned"
        sleep(0.02)
        with reading(engine) as connection:
            found = find_mailing(connection, "2023-12")
    engine.dispose()
