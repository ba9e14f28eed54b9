"""How long a million subscribers take to import, and how much memory, as a whole process."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
ROWS = 1_000_000
_HEADER = (
    "email,first_name,last_name,topics,language,consent,consent_basis,consent_date,consent_source\n"
)
_FIRST = ("Ann", "Zoë", "José", "Mary", "Li", "Olga", "Pat")
_LAST = ("Smith", "Müller", "O'Brien", "Lee", "de la Cruz", "Nguyen")
_CONSENT = ("express,,2023-01-16,form on the web site", "implied,customer,2025-06-02,workshop")
_RUN = """
import atexit, re, sys
from pathlib import Path

def peak():
    sys.stderr.write(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

atexit.register(peak)
from newsletter.cli import main
main()
"""
"""What a child's parent is told of its memory counts the parent's own too; so it says it itself."""


class Import(NamedTuple):
    """One import, measured from outside."""

    seconds: float
    megabytes: float
    """The most memory that was resident at once."""


def import_seconds() -> float:
    """Seconds of `newsletter subscribers import` with a million rows, into an empty store."""
    return _measured().seconds


def import_megabytes() -> float:
    """Megabytes of the same."""
    return _measured().megabytes


@cache
def _measured() -> Import:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "newsletter.yaml").write_bytes((ROOT / "newsletter.yaml").read_bytes())
        _write_list(folder / "list.csv")
        arguments = ["subscribers", "import", "list.csv", "--json"]
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", _RUN, *arguments],
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
        )
        seconds = time.perf_counter() - start
    if json.loads(done.stdout)["added"] != ROWS:
        raise RuntimeError(done.stdout)
    return Import(seconds, int(done.stderr) / 1024)


def _write_list(path: Path) -> None:
    """Half of them at three providers, the rest at 20,000 domains; addresses in no order."""
    random = Random(1)  # noqa: S311 - the same list each time
    with path.open("w", encoding="utf-8") as file:
        file.write(_HEADER)
        for number in range(ROWS):
            domain = number % 3 if number % 2 else random.randrange(20_000)
            local = f"reader.{random.getrandbits(32):x}.{number}"
            file.write(
                f"{local}@mail{domain}.example,{_FIRST[number % 7]},{_LAST[number % 6]},"
                f"Training|Empathy,en-CA,{_CONSENT[number % 2]}\n"
            )


if __name__ == "__main__":
    print(_measured())
