"""How many web versions a second a hundred readers get from `newsletter serve`, by `wrk`."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
READERS = 100
SECONDS = 10
_MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


class _Served(NamedTuple):
    a_second: float
    p99: float


def versions_a_second() -> float | None:
    """December 2023, uncompressed, to a hundred readers at once; `wrk` takes a core of its own."""
    served = _served()
    return served and served.a_second


def p99_milliseconds() -> float | None:
    """What one reader in a hundred waits for at least, then."""
    served = _served()
    return served and served.p99


@cache
def _served() -> _Served | None:
    wrk = shutil.which("wrk")
    if wrk is None:
        return None
    options = ["-t1", f"-c{READERS}", f"-d{SECONDS}s", "--latency"]
    with TemporaryDirectory() as folder, _serving(Path(folder)) as base:
        command = [wrk, *options, f"{base}/2023-12"]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    latency = re.search(r"99%\s+([\d.]+)(us|ms|s)", said)
    if "Non-2xx" in said or rate is None or latency is None:
        raise RuntimeError(said)
    return _Served(float(rate[1]), float(latency[1]) * _MILLISECONDS[latency[2]])


@contextmanager
def _serving(folder: Path) -> Iterator[str]:
    for name in ("issues", "templates"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "newsletter.yaml", folder)
    _publish(folder)
    environment = {**os.environ, "NEWSLETTER_SECRET": "a benchmark's own, which is long enough"}
    command = [sys.executable, "-m", "newsletter", "serve", "--port", "0"]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        found = re.search(r"http://[^\s/]+", next(process.stdout or iter([""])))
        try:
            yield found[0] if found else ""
        finally:
            process.terminate()


def _publish(folder: Path) -> None:
    """A real mailing of December 2023 that has begun."""
    from newsletter.config import load_config
    from newsletter.edition import render, seal
    from newsletter.issue import find_issue, load_issue
    from newsletter.store import mailings, now_utc, open_store, writing

    config = load_config(folder / "newsletter.yaml", {})
    issue = load_issue(find_issue("2023-12", config), config).issue
    letter = seal(render(issue, config), "2023-12", config, datetime.now(UTC))
    row = {
        "issue": letter.month,
        "kind": "real",
        "provider": "smtp",
        "state": "finished",
        "letter": letter.to_json(),
        "letter_hash": letter.digest,
        "total": 0,
        "recipients": 0,
        "planned_at": now_utc(),
        "started_at": now_utc(),
    }
    engine = open_store(config.database, config.root)
    with writing(engine) as connection:
        connection.execute(mailings.insert().values(row))
    engine.dispose()
