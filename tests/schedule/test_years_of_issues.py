"""What a look costs where there are years of issues."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

from sqlalchemy import update

from newsletter.delivery.plan import Terms, plan
from newsletter.store import mailings, origin, writing


def test_a_pass_is_quick_with_years_of_issues(
    sqlite_bureau: Any, clock: Any, lines: Callable[..., str]
) -> None:
    bureau = sqlite_bureau
    with writing(bureau.engine) as connection:
        connection.execute(update(origin).values(made_at="2005-01-01T00:00:00.000+00:00"))
    months = [f"{2007 + number // 12}-{number % 12 + 1:02}" for number in range(200)]
    from newsletter.checks import clear

    for month in months:
        bureau.write(month)
    letter = clear(bureau.path(months[0]), bureau.config, clock.now).letter
    from dataclasses import replace

    terms = Terms("real", "smtp", "2024-01-03", unattended=True)
    for month in months[:150]:
        plan(bureau.engine, replace(letter, month=month), terms)
    over = {"state": "finished", "started_at": "2020-01-01T00:00:00.000+00:00"}
    with writing(bureau.engine) as connection:
        connection.execute(update(mailings).values(**over, finished_at=over["started_at"]))
    bureau.attend()
    took = []
    for _ in range(5):
        began = perf_counter()
        bureau.attend()
        took.append(perf_counter() - began)

    assert min(took) < 0.1
