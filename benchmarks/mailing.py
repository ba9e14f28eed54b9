"""One whole mailing, planned and sent in a process of its own, measured from inside.

    python -m benchmarks.mailing FOLDER RECIPIENTS DATABASE plan|send

FOLDER holds the publication; its `newsletter.yaml` says through which provider. Prints a JSON
object: seconds to plan and to send, CPU seconds of sending, and the process's memory.
"""

from __future__ import annotations

import json
import re
import resource
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from time import perf_counter, process_time
from typing import Any

ROOT = Path(__file__).parents[1]
_SECRETS = {"NEWSLETTER_SECRET": "a benchmark's own", "SENDGRID_API_KEY": "SG.benchmark"}


def measure(
    folder: Path, recipients: int, delivery: str, database: str = "", *, send: bool = True
) -> dict[str, Any]:
    """Plan the repository's December 2023 for so many made-up readers, and send it.

    Args:
        folder: an empty one.
        recipients: how many.
        delivery: the value of `delivery` in newsletter.yaml, in one line.
        database: its URL; SQLite in the folder by default.
        send: False plans it only.
    """
    shutil.copytree(ROOT / "templates", folder / "templates")
    shutil.copytree(ROOT / "issues", folder / "issues")
    settings = (ROOT / "newsletter.yaml").read_text("utf-8")
    more = f"\napproval: none\ndelivery: {delivery}\n"
    (folder / "newsletter.yaml").write_text(settings + more, "utf-8")
    command = [
        *(sys.executable, "-m", "benchmarks.mailing"),
        *(str(folder), str(recipients), database, "send" if send else "plan"),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


def _measured(folder: Path, recipients: int, database: str, what: str) -> dict[str, Any]:
    from newsletter.audience.keys import keyring
    from newsletter.config import load_config, secrets_from
    from newsletter.delivery.mailing import kind_of
    from newsletter.delivery.plan import Terms, plan
    from newsletter.delivery.providers import load_provider
    from newsletter.delivery.send import Orders, run
    from newsletter.edition import render, seal
    from newsletter.issue import find_issue, load_issue
    from newsletter.store import open_store, today_in

    environment = _SECRETS | ({"NEWSLETTER_DATABASE": database} if database else {})
    config, secrets = load_config(folder / "newsletter.yaml", environment), secrets_from(_SECRETS)
    engine = open_store(config.database, config.root)
    _subscribe(engine, recipients)
    file = load_issue(find_issue("2023-12", config), config)
    letter = seal(render(file.issue, config), "2023-12", config, datetime.now(UTC))
    terms = Terms(kind_of(config), config.delivery.provider, today_in(config.zone))
    began = perf_counter()
    mailing, _ = plan(engine, letter, terms)
    planned = perf_counter()
    if what == "plan":
        return {"plan_seconds": planned - began, "memory_mb": _memory()}
    cpu = process_time()
    provider = load_provider(config, secrets)
    ending = run(engine, mailing, provider, Orders(config, keyring(config, secrets)[0]))
    return {
        "ended": ending.why.name,
        "accepted": ending.counts.accepted,
        "error": ending.error,
        "plan_seconds": planned - began,
        "send_seconds": perf_counter() - planned,
        "cpu_seconds": process_time() - cpu,
        "memory_mb": _memory(),
    }


def _memory() -> float:
    """The most megabytes that were resident at once.

    Linux's own figure for a process counts what its parent had before it became another program.
    """
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text("ascii"))
        return int(found[1]) / 1024 if found else 0.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _subscribe(engine: Any, number: int) -> None:
    """Made-up readers with consent; a generator, so that they take no memory."""
    from newsletter.store import now_utc, subscribers, writing

    random, now = Random(1), now_utc()  # noqa: S311 - nothing is secret here
    with writing(engine) as connection:
        for first in range(0, number, 5000):
            rows = [
                {
                    "id": random.getrandbits(63),
                    "key": f"reader{n}@d{n % 97}.example",
                    "email": f"reader{n}@d{n % 97}.example",
                    "domain": f"d{n % 97}.example",
                    "first_name": "Noël",
                    "consent": "express",
                    "created_at": now,
                    "updated_at": now,
                }
                for n in range(first, min(number, first + 5000))
            ]
            connection.execute(subscribers.insert(), rows)


if __name__ == "__main__":
    _folder, _number, _database, _what = sys.argv[1:]
    print(json.dumps(_measured(Path(_folder), int(_number), _database, _what)))
