"""A publication, its SMTP server, and a morning on which several are due."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.scheduling.mornings import Morning, Scene, prepare
from tests.acceptance.scheduling.offices import FAULTY, Gate, Office, an_office

SCENES = ("punctual", "approved late", "asleep", "down", "sqlite", "postgresql")


@pytest.fixture
def bare_office(tmp_path: Path) -> Iterator[Office]:
    """A publication without settings and readers, and its SMTP server."""
    with FAULTY.Faulty() as server, an_office(tmp_path, server) as office:
        yield office


@pytest.fixture
def office(bare_office: Office) -> Office:
    """A publication with twelve readers and nothing due, and its SMTP server."""
    bare_office.furnish()
    return bare_office


@pytest.fixture(scope="session")
def morning(tmp_path_factory: pytest.TempPathFactory, postgresql_server: Any) -> Iterator[Morning]:
    """Schedulers that run since before the minute; see the tests for what each scene shows."""
    with ExitStack() as stack:
        scenes = {}
        for name in SCENES:
            server = stack.enter_context(FAULTY.Faulty())
            folder = tmp_path_factory.mktemp(name.replace(" ", "-"))
            office = stack.enter_context(an_office(folder, server))
            scenes[name] = Scene(office)
            if name == "postgresql":
                office.use(stack.enter_context(postgresql_server.database()))
        try:
            yield prepare(scenes)
        finally:
            for scene in scenes.values():
                scene.gate.open()
                for daemon in scene.daemons:
                    daemon.kill()


@pytest.fixture(scope="session")
def make_gate() -> type[Gate]:
    """Makes what holds a server up."""
    return Gate


@pytest.fixture
def gate(office: Office) -> Iterator[Gate]:
    """Holds the office's server up after five mails."""
    gate = office.server.whim = Gate(free=5)
    yield gate
    gate.open()
