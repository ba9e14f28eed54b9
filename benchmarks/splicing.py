"""How long it takes to make one reader's message of a letter that is encoded already."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median

from newsletter.config import load_config
from newsletter.edition import Reader, Splice, render, seal
from newsletter.issue import find_issue, load_issue, planned_at

ROOT = Path(__file__).parent.parent
READERS = 2_000
NAMES = (("Ana", "Li"), ("Zoë", "Müller"), ("", ""), ("Mary Ann", "O'Brien, Jr."))
"""Plain, in need of encoding, unknown, in need of quotes."""


def microseconds_a_message() -> float:
    """Microseconds per message of December 2023, some 52 KB, to readers with names of all kinds."""
    config = load_config(ROOT / "newsletter.yaml", {})
    issue = load_issue(find_issue("2023-12", config), config).issue
    letter = seal(render(issue, config), issue.month, config, planned_at(issue, config))
    splice = Splice(letter)
    readers = [_reader(number) for number in range(READERS)]
    return median(_round(splice, readers) for _ in range(9))


def _reader(number: int) -> Reader:
    first_name, last_name = NAMES[number % len(NAMES)]
    return Reader(
        email=f"reader{number}@example.org",
        first_name=first_name,
        last_name=last_name,
        unsubscribe_url=f"https://news.pprnet.example/u/{number:040}",
        message_id=f"2023-12.{number:032}@pprnet.example",
    )


def _round(splice: Splice, readers: list[Reader]) -> float:
    start = time.perf_counter()
    for reader in readers:
        splice.message(reader)
    return (time.perf_counter() - start) / len(readers) * 1e6
