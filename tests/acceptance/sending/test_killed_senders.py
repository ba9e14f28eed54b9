"""`kill -9` at random moments, with a far end that fails in every way, and what holds after it.

The far end keeps a log of what it has really taken, and the ledger is held against it.
`NEWSLETTER_KILLS=300 python -m pytest tests/acceptance/sending/test_killed_senders.py` takes a
long look.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from threading import Lock
from time import monotonic, sleep
from typing import Any

import pytest
from sqlalchemy import select

from newsletter.delivery.providers.outbox import AT_ONCE
from newsletter.store import deliveries, mailings, open_store, reading

KILLS = int(os.environ.get("NEWSLETTER_KILLS", "8"))
READERS = 160
CONNECTIONS = 4
MONTHS = [f"{year}-{month:02}" for year in range(2024, 2090) for month in range(1, 13)]
Readers = Callable[[int], list[str]]


@dataclass
class FarEnd:
    """An SMTP server's whims: each address has trouble once at most, some have none."""

    act: Any
    chance: Random = field(default_factory=Random)
    troubled: set[str] = field(default_factory=set)
    unanswered: set[str] = field(default_factory=set)
    """Whoever's answer was lost, through no fault of a kill."""
    lock: Lock = field(default_factory=Lock)

    def whim(self, moment: Any) -> Any:
        faults = {
            "rcpt": ("450 4.2.1 later", "550 5.7.1 policy", "421 4.3.2 closing", self.act.DROP),
            "data": ("451 4.3.0 later", self.act.RESET),
            "body": (self.act.DROP,),
            "dot": ("452 4.3.1 full", "554 5.6.0 no", self.act.DROP),
            "taken": (self.act.DROP, self.act.RESET, "slowly"),
        }.get(moment.stage)
        with self.lock:
            if not faults or moment.address in self.troubled or self.chance.random() > 0.03:
                return None
            self.troubled.add(moment.address)
            fault = self.chance.choice(faults)
            if isinstance(fault, self.act) and moment.stage in ("body", "dot", "taken"):
                self.unanswered.add(moment.address)
        if fault == "slowly":
            sleep(0.2)
            return None
        return fault


@dataclass
class Ledger:
    """What the database says of a mailing."""

    state: str
    deliveries: dict[int, tuple[str, str]]
    """By number: address and state."""

    def those(self, *states: str) -> set[str]:
        return {address for address, state in self.deliveries.values() if state in states}


def ledger_of(office: Any, month: str) -> Ledger:
    """Look into the tables, and settle nothing."""
    engine = open_store(office.database, office.root)
    with reading(engine) as connection:
        query = select(mailings.c.id, mailings.c.state).where(mailings.c.issue == month)
        row = connection.execute(query).first()
        columns = (deliveries.c.id, deliveries.c.email, deliveries.c.state)
        number = row.id if row else -1
        found = connection.execute(select(*columns).where(deliveries.c.mailing_id == number))
        rows = {each.id: (each.email, each.state) for each in found}
    engine.dispose()
    return Ledger(row.state if row else "none", rows)


def next_issue(office: Any, month: str) -> None:
    first = (office.root / "issues" / "2023-12.yaml").read_text("utf-8")
    text = first.replace("2023-12", month)
    (office.root / "issues" / f"{month}.yaml").write_text(text, "utf-8")


def kill_at_random(office: Any, month: str, chance: Random, progress: Callable[[], int]) -> bool:
    """Begin to send, and kill it: mostly in its midst, else whenever; whether it was alive.

    `progress` is how many the far end has by now.
    """
    sender = office.start("send", month, "--yes")
    midst = chance.random() < 0.85
    target = progress() + chance.randint(1, READERS // 4) if midst else READERS * 4
    until = monotonic() + (10 if midst else chance.uniform(0, 0.4))
    while sender.alive and monotonic() < until and progress() < target:
        sleep(0.0005)
    sleep(chance.uniform(0, 0.005))
    if chance.random() < 0.2:
        assert adds_up(office.run("status", month, "--json").stdout)
    alive: bool = sender.alive
    sender.kill()
    return alive


def adds_up(document: str) -> bool:
    said = {name: int(number) for name, number in re.findall(r'"(\w+)": (\d+)', document)}
    parts = ("accepted", "failed", "skipped", "doubtful", "remaining")
    return said["total"] == sum(said[part] for part in parts)


def finish(office: Any, month: str) -> Any:
    """Go on until nothing remains."""
    for _ in range(8):
        ran = office.run("send", month, "--yes")
        if ledger_of(office, month).state == "finished":
            return ran
    pytest.fail(f"it does not finish: {ran}")


def test_whoever_an_smtp_server_has_taken_is_accepted_or_in_doubt(
    office_on: Any, server: Any, faulty: Any, readers: Readers, times_accepted: Callable[..., Any]
) -> None:
    office, everybody = office_on, set(readers(READERS))
    office.subscribe(*sorted(everybody))
    office.through(server, connections=CONNECTIONS, brake="100%")
    chance, kills, months = Random(), 0, iter(MONTHS)  # noqa: S311
    while kills < KILLS:
        far_end, month = FarEnd(faulty.Act), next(months)
        server.whim = far_end.whim
        server.accepted.clear()
        next_issue(office, month)
        doubt_before: set[str] = set()
        while ledger_of(office, month).state != "finished" and kills < KILLS:
            kills += kill_at_random(office, month, chance, lambda: len(server.accepted))
            at_rest = ledger_of(office, month)
            assert at_rest.state in ("none", "planned", "paused", "finished")
            taken = times_accepted(server)
            assert not taken or max(taken.values()) == 1
            doubt = at_rest.those("attempting", "doubtful")
            assert set(taken) <= at_rest.those("accepted") | doubt
            assert at_rest.those("accepted") <= set(taken)
            assert len(doubt - doubt_before - far_end.unanswered) <= CONNECTIONS
            assert at_rest.those(*STATES) == (everybody if at_rest.deliveries else set())
            status = office.run("status", month, "--json").stdout
            assert adds_up(status)
            doubt_before = doubt
        finish(office, month)
        end, taken = ledger_of(office, month), times_accepted(server)
        assert set(taken.values()) == {1}
        assert end.those("accepted") <= set(taken) <= end.those("accepted", "doubtful")
        assert end.those("accepted", "failed", "doubtful") == everybody


STATES = ("planned", "claimed", "attempting", "accepted", "failed", "doubtful", "skipped")


def test_whatever_is_in_the_outbox_is_accepted_or_in_doubt(
    office_on: Any, readers: Readers
) -> None:
    office, everybody = office_on, set(readers(4 * READERS))
    office.subscribe(*sorted(everybody))
    chance, kills, months = Random(), 0, iter(MONTHS)  # noqa: S311
    while kills < KILLS // 2:
        month = next(months)
        next_issue(office, month)
        doubt_before: set[str] = set()
        while ledger_of(office, month).state != "finished" and kills < KILLS // 2:
            kills += kill_at_random(office, month, chance, partial(files_in, office, month))
            at_rest, written = ledger_of(office, month), in_outbox(office, month)
            assert not written or max(written.values()) == 1
            doubt = at_rest.those("attempting", "doubtful")
            assert set(written) <= at_rest.those("accepted") | doubt
            assert at_rest.those("accepted") <= set(written)
            assert len(doubt - doubt_before) <= AT_ONCE
            assert adds_up(office.run("status", month, "--json").stdout)
            doubt_before = doubt
        finish(office, month)
        end, written = ledger_of(office, month), in_outbox(office, month)
        assert set(written.values()) == {1}
        assert end.those("accepted") <= set(written) <= end.those("accepted", "doubtful")
        assert end.those("accepted", "doubtful") == everybody


def files_in(office: Any, month: str) -> int:
    return len(list((office.root / "outbox" / month).glob("*/*.eml")))


def in_outbox(office: Any, month: str) -> Counter[str]:
    """How many messages there are for each address; each is whole."""
    addresses: Counter[str] = Counter()
    for file in (office.root / "outbox" / month).rglob("*.eml"):
        addresses[receiver(file)] += 1
    return addresses


def receiver(file: Path) -> str:
    content = file.read_bytes()
    assert content.endswith(b"--\r\n")
    found = re.search(rb"^To: (\S+@\S+)\r\n", content, re.MULTILINE)
    assert found
    return found[1].decode()
