"""How long the scheduler takes to look whether anything is due, which it does each minute."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from statistics import median

from sqlalchemy import insert

from benchmarks.checking import ten_years
from newsletter.audience.keys import Keyring
from newsletter.config import load_config
from newsletter.delivery.dispatch import Stop
from newsletter.delivery.providers.outbox import Outbox
from newsletter.issue import issue_paths
from newsletter.schedule.attend import Rests, attend
from newsletter.schedule.office import Office
from newsletter.schedule.shelf import Shelf
from newsletter.store import deliveries, mailings, now_utc, open_store, writing

RECIPIENTS = 1000


def look_at_120() -> float:
    """Milliseconds of a look at ten years of issues, each of them sent to a thousand."""
    with tempfile.TemporaryDirectory() as folder:
        office = _office(ten_years(Path(folder)))
        shelf, rests, stop = Shelf(office.config), Rests(), Stop()
        attend(office, shelf, rests, stop)
        return median(_milliseconds(office, shelf, rests, stop) for _ in range(9))


def _milliseconds(office: Office, shelf: Shelf, rests: Rests, stop: Stop) -> float:
    start = time.perf_counter()
    attend(office, shelf, rests, stop)
    return (time.perf_counter() - start) * 1000


def _office(root: Path) -> Office:
    config = load_config(root / "newsletter.yaml", {})
    engine = open_store(config.database, root)
    with writing(engine) as connection:
        for number, month in enumerate(issue_paths(config), 1):
            mailing = {
                "id": number, "issue": month, "kind": "rehearsal", "provider": "outbox",
                "state": "finished", "letter": "{}", "letter_hash": "", "total": RECIPIENTS,
                "recipients": RECIPIENTS, "planned_at": now_utc(), "started_at": now_utc(),
                "finished_at": now_utc(), "unattended": True,
            }  # fmt: skip
            connection.execute(insert(mailings).values(mailing))
            rows = [
                {"mailing_id": number, "subscriber_id": each, "key": f"{each}@example.org",
                 "email": f"{each}@example.org", "domain": "example.org", "state": "accepted"}
                for each in range(RECIPIENTS)
            ]  # fmt: skip
            connection.execute(insert(deliveries), rows)
    return Office(config, engine, Keyring(["a secret"]), lambda: Outbox(root / "outbox", "outbox"))
