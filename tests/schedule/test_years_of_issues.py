"""What a look costs where there are years of issues."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, update

from newsletter.checks import clear
from newsletter.delivery.plan import Terms, plan
from newsletter.schedule import shelf
from newsletter.store import mailings, origin, writing

OVER = {
    "state": "finished",
    "started_at": "2020-01-01T00:00:00.000+00:00",
    "finished_at": "2020-01-01T00:00:00.000+00:00",
}


@contextmanager
def counted_statements(bureau: Any) -> Iterator[list[str]]:
    """What the database is asked meanwhile, without how many values a list has."""
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        statements.append(re.sub(r"\(\?(?:, \?)*\)", "(?)", statement))

    event.listen(bureau.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(bureau.engine, "before_cursor_execute", note)


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often issue files were parsed, and laid out."""
    counted: Counter[str] = Counter()

    def counting(name: str) -> Callable[..., Any]:
        read = getattr(shelf, name)

        def count(path: Path, *more: Any) -> Any:
            counted[name] += 1
            return read(path, *more)

        return count

    for name in ("load_issue", "clear"):
        monkeypatch.setattr(shelf, name, counting(name))
    return counted


@pytest.fixture
def archive(sqlite_bureau: Any, clock: Any) -> Callable[[int, int], Any]:
    """Makes a publication have so many issues: finished ones, then some approved and overdue."""
    bureau = sqlite_bureau
    terms = Terms("real", "smtp", "2024-01-03", unattended=True)
    with writing(bureau.engine) as connection:
        connection.execute(update(origin).values(made_at="2005-01-01T00:00:00.000+00:00"))

    def fill(finished: int, approved: int) -> Any:
        months = [f"{2007 + each // 12}-{each % 12 + 1:02}" for each in range(finished + approved)]
        for month in months:
            bureau.write(month)
        letter = clear(bureau.path(months[0]), bureau.config, clock.now).letter
        for month in months[:finished]:
            plan(bureau.engine, replace(letter, month=month), terms)
        with writing(bureau.engine) as connection:
            connection.execute(update(mailings).values(OVER))
        for month in months[finished:]:
            bureau.approve(month)
        bureau.attend()  # operators hear of all that is overdue
        return bureau

    return fill


def test_an_issue_that_did_not_change_is_not_read_again(
    archive: Callable[[int, int], Any], readings: Counter[str]
) -> None:
    bureau = archive(180, 20)
    assert readings == {"load_issue": 200, "clear": 20}
    readings.clear()

    bureau.attend()
    assert readings == {}

    bureau.write("2022-01", subject="Another subject")
    bureau.attend()
    assert readings == {"load_issue": 1, "clear": 1}


def test_the_number_of_issues_does_not_matter_to_the_database(
    archive: Callable[[int, int], Any],
) -> None:
    asked = []
    for finished, approved in ((10, 2), (180, 20)):
        bureau = archive(finished, approved)
        with counted_statements(bureau) as statements:
            bureau.attend()
        asked.append(statements)

    few, many = asked
    assert few
    assert many == few
