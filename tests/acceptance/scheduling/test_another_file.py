"""What the scheduler does when its database's file is taken away, or another takes its place."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.acceptance.scheduling.offices import ISSUE


def backed_up(database: Path, copy: Path) -> None:
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)


def remove(database: Path) -> None:
    for path in database.parent.glob(f"{database.name}*"):
        if "sender" not in path.name:
            path.unlink()


def test_a_restored_backup_is_what_it_works_with_from_then_on(office: Any) -> None:
    office.settings(approval="required")
    office.due()
    daemon = office.daemon()
    office.until(lambda: "nobody approved it" in daemon.complaint)
    database = office.root / "newsletter.db"
    backed_up(database, office.root / "backup.db")
    remove(database)
    (office.root / "backup.db").rename(database)
    office.approve()
    (office.root / "issues" / f"{ISSUE}.yaml").touch()  # it looks within a minute without that, too
    office.until(lambda: "opened-anew" in daemon.complaint)
    office.until(lambda: office.got == office.everybody)
    office.until(lambda: "info result" in daemon.complaint)

    assert office.run("send", "--due").returncode == 0
    assert office.got == office.everybody
    assert office.ledger() == {"accepted": 12}


def test_without_its_file_it_sends_nothing_and_says_so_until_it_is_back(office: Any) -> None:
    office.settings(approval="required")
    office.due()
    daemon = office.daemon()
    office.until(lambda: "nobody approved it" in daemon.complaint)
    office.approve()
    database = office.root / "newsletter.db"
    backed_up(database, office.root / "backup.db")
    remove(database)
    (office.root / "issues" / f"{ISSUE}.yaml").touch()
    office.until(lambda: "file is gone, so nothing is sent" in daemon.complaint)
    assert not database.exists()
    (office.root / "backup.db").rename(database)
    (office.root / "issues" / f"{ISSUE}.yaml").touch()
    office.until(lambda: office.got == office.everybody)
