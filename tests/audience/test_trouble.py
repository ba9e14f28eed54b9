"""Full disks, two at a time, and lists that are large."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, insert, inspect

from newsletter.audience.importing import Source, Terms, import_list
from newsletter.audience.suppression import suppress
from newsletter.errors import StoreUnavailable, UnreadableList
from newsletter.store import now_utc, open_store, subscribers, writing


def test_a_full_disk_changes_nothing_and_is_told(tmp_path: Path, sqlite_roll: Any) -> None:
    sqlite_roll.clear()
    engine = open_store("sqlite:///full.db", tmp_path)
    roll = type(sqlite_roll)(engine, tmp_path)
    roll.take("email\na@example.org\n")
    engine.dispose()

    @event.listens_for(engine, "connect")
    def little_room(connection: Any, _: object) -> None:
        connection.execute("PRAGMA max_page_count = 60")

    before = roll.rows()
    rows = "".join(f"reader{number}@example.org\n" for number in range(5000))
    with pytest.raises(StoreUnavailable, match=r"full\.db: error: the disk is full; free some"):
        roll.take(f"email\n{rows}")
    assert roll.rows() == before
    assert roll.take("email\nb@example.org\n").added == 1
    engine.dispose()


def test_two_imports_at_once_add_nobody_twice(roll: Any, tmp_path: Path) -> None:
    rows = "".join(f"reader{number}@example.org\n" for number in range(3000))
    list_ = tmp_path / "both.csv"
    list_.write_text(f"email\n{rows}")

    def take(_: int) -> Any:
        with list_.open("rb") as opened:
            source = Source(opened, "both.csv")
            return import_list(roll.engine, source, Terms("2026-03-10"), lambda: roll.keyring)

    with ThreadPoolExecutor(2) as pool:
        tallies = list(pool.map(take, range(2)))
    assert sorted((each.added, each.unchanged) for each in tallies) == [(0, 3000), (3000, 0)]
    assert len(roll.rows()) == 3000


def test_somebody_who_leaves_while_a_list_is_read_has_left(roll: Any, tmp_path: Path) -> None:
    """PostgreSQL lets a reader unsubscribe between two batches of an import."""
    roll.take("email,first_name\nfirst@example.org,A\nlast@example.org,A\n")
    rows = "".join(f"reader{number}@example.org,B\n" for number in range(4500))
    list_ = tmp_path / "long.csv"
    list_.write_text(f"email,first_name\nfirst@example.org,B\n{rows}last@example.org,B\n")
    left = []

    def between(_: int) -> None:
        if not left and roll.engine.dialect.name == "postgresql":
            left.append(suppress_now(roll, "last@example.org"))

    with list_.open("rb") as opened:
        source, terms = Source(opened, "long.csv"), Terms("2026-03-10")
        tally = import_list(roll.engine, source, terms, lambda: roll.keyring, between)
    expected = (1, 1) if left else (2, 0)
    assert (tally.updated, tally.suppressed) == expected
    row = roll.of("last@example.org")
    assert (row["status"], row["first_name"]) == (
        ("unsubscribed", "A") if left else ("active", "B")
    )


def test_a_list_that_comes_slowly_keeps_nobody_from_writing(
    tmp_path: Path, sqlite_roll: Any
) -> None:
    engine = open_store("sqlite:///newsletter.db", tmp_path, busy=0.05)
    roll = type(sqlite_roll)(engine, tmp_path)
    roll.take("email\nann@example.org\n")
    theirs, ours = os.pipe()

    def take() -> Any:
        with os.fdopen(theirs, "rb") as pipe:
            return import_list(engine, Source(pipe, "-"), Terms("2026-03-10"), lambda: roll.keyring)

    with ThreadPoolExecutor(1) as pool:
        with os.fdopen(ours, "wb") as pipe:
            taking = pool.submit(take)
            pipe.write(b"email\n" + b"".join(b"reader%06d@example.org\n" % n for n in range(9000)))
            pipe.flush()  # a pipe holds a third of it, so that the rest has been read
            assert suppress_now(roll, "ann@example.org")
            pipe.write(b"last@example.org\n")
        assert taking.result().added == 9001
    engine.dispose()


def suppress_now(roll: Any, key: str) -> bool:
    with writing(roll.engine) as connection:
        return suppress(connection, key, "unsubscribed", "reader", now_utc())


@pytest.mark.parametrize("end", ["", '"cut off'])
def test_a_long_first_list_leaves_the_indexes_as_they_were(roll: Any, end: str) -> None:
    """They are built anew behind it, or never were away where it cannot be read whole."""
    before = indexes(roll)
    rows = "".join(f"reader{number}@example.org,{'x' * 2000}\n" for number in range(2100))
    with pytest.raises(UnreadableList) if end else nullcontext():
        roll.take(f"email,notes\nreader7@example.org,first\n{rows}{end}")
    assert indexes(roll) == before
    assert len(roll.rows()) == (0 if end else 2100)
    assert roll.take("email\nREADER8@example.org\n").added == bool(end)
    twice = {"id": 1, "key": "reader8@example.org", "created_at": "", "updated_at": ""}
    with pytest.raises(StoreUnavailable), writing(roll.engine) as connection:
        connection.execute(insert(subscribers), [twice])


def indexes(roll: Any) -> Any:
    found = inspect(roll.engine)
    unique = found.get_unique_constraints("subscribers"), found.get_indexes("subscribers")
    return sorted((str(each["name"]), each["column_names"]) for part in unique for each in part)


MEASURE = """
import re, sys
from pathlib import Path
from newsletter.audience.importing import Source, Terms, import_list
from newsletter.store import open_store

def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024

folder = Path(sys.argv[1])
engine = open_store("sqlite:///newsletter.db", folder)
for name in ("small.csv", "large.csv"):
    with (folder / name).open("rb") as file:
        tally = import_list(engine, Source(file, name), Terms("2026-03-10"), lambda: None)
    print(tally.added, tally.unchanged, round(peak(), 1))
"""


def test_memory_does_not_grow_with_a_list(tmp_path: Path) -> None:
    rows = [f"reader{number}@domain{number % 999}.example,Zoë,Lee\n" for number in range(100_000)]
    for name, number in (("small.csv", 10_000), ("large.csv", 100_000)):
        text = "email,first_name,last_name\n" + "".join(rows[:number])
        (tmp_path / name).write_text(text, "utf-8")
    command = [sys.executable, "-c", MEASURE, str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    small, large = (line.split() for line in ran.stdout.splitlines())
    assert (small[:2], large[:2]) == (["10000", "0"], ["90000", "10000"])
    assert float(large[2]) - float(small[2]) < 30
