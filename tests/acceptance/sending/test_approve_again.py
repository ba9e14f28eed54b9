"""Approving twice, taking it back, and approving where something is the matter."""

from __future__ import annotations

import ctypes
import os
import resource
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

Required = Callable[..., None]
EDITOR = ("--by", "the editor")


def test_the_same_once_more_is_one_approval(office_on: Any, required: Required) -> None:
    first = office_on.run("approve", "2023-12", *EDITOR)
    again = office_on.run("approve", "2023-12", *EDITOR)
    assert (first.returncode, again.returncode) == (0, 0)
    last = first.stdout.splitlines()[-1].replace(" is approved", " is already approved")
    assert again.stdout.splitlines()[-1] == last
    assert len(office_on.approvals()) == 1


def test_another_name_or_another_content_is_another_approval(
    office: Any, required: Required
) -> None:
    office.run("approve", "2023-12", *EDITOR)
    office.run("approve", "2023-12", "--by", "the chair")
    issue = office.root / "issues" / "2023-12.yaml"
    issue.write_text(issue.read_text("utf-8") + "# read\n", "utf-8")
    office.run("approve", "2023-12", "--by", "the chair")
    assert [each.approver for each in office.approvals()] == [
        "the chair",
        "the chair",
        "the editor",
    ]


def test_an_approval_is_taken_back_and_given_anew(office_on: Any, required: Required) -> None:
    office_on.subscribe("a@example.org")
    office_on.run("approve", "2023-12", *EDITOR)
    ran = office_on.run("approve", "2023-12", "--withdraw", "--by", "the chair")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == "the approval of 2023-12 by the editor is withdrawn\n"
    (approval,) = office_on.approvals()
    assert approval.withdrawn_at
    assert approval.withdrawn_by == "the chair"
    assert office_on.run("send", "2023-12", "--yes").returncode == 1
    anew = office_on.run("approve", "2023-12", *EDITOR)
    assert anew.stdout.splitlines()[-1].startswith("2023-12 is approved by")
    assert office_on.run("send", "2023-12", "--yes").returncode == 0
    assert [bool(each.withdrawn_at) for each in office_on.approvals()] == [False, True]


def test_without_an_approval_there_is_nothing_to_take_back(office: Any, required: Required) -> None:
    for issue in ("2023-12", "2020-01"):
        ran = office.run("approve", issue, "--withdraw")
        assert (ran.returncode, ran.stdout) == (1, "")
        assert ran.stderr == f"{issue} is not approved, so there is nothing to withdraw\n"


def test_an_approval_is_taken_back_though_the_file_is_broken_or_gone(
    office: Any, required: Required
) -> None:
    office.run("approve", "2023-12", *EDITOR)
    office.write_issue("broken: [")
    assert office.run("approve", "2023-12", "--withdraw").returncode == 0
    office.write_issue()
    (office.root / "issues" / "2023-12.yaml").unlink()
    assert office.run("approve", "2023-12", "--withdraw").returncode == 1


# Trouble


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))


def without_roots_privilege() -> None:
    """Root may write to any file; with CAP_DAC_OVERRIDE out of reach, no longer."""
    ctypes.CDLL(None).prctl(24, 1)


def test_a_full_disk_is_told_and_nothing_is_approved(office: Any, required: Required) -> None:
    office.subscribe("a@example.org")
    with closing(sqlite3.connect(office.root / "newsletter.db")) as connection:
        connection.execute("SELECT count(*) FROM approvals").fetchone()
        process = office.open("approve", "2023-12", *EDITOR, preexec_fn=limited)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "is approved" not in out
    assert "newsletter.db: error: the disk " in err.splitlines()[-1]
    assert office.approvals() == []


def test_a_database_that_may_only_be_read_is_told(office: Any, required: Required) -> None:
    office.subscribe("a@example.org")
    database = Path(office.root / "newsletter.db")
    database.chmod(0o444)
    process = office.open("approve", "2023-12", *EDITOR, preexec_fn=without_roots_privilege)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "is approved" not in out
    assert err.endswith(
        "newsletter.db: error: the file may not be written to; check its permissions\n"
    )
    database.chmod(0o644)
    assert office.approvals() == []


def test_a_server_that_only_reads_is_told(office: Any, required: Required, postgresql: str) -> None:
    office.use(postgresql)
    office.subscribe("a@example.org")
    name = postgresql.rpartition("/")[2]
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on".encode())
    ran = office.run("approve", "2023-12", *EDITOR)
    assert ran.returncode == 1
    assert "is approved" not in ran.stdout
    assert "read-only" in ran.stderr.splitlines()[-1]
    assert office.approvals() == []


@pytest.mark.parametrize("names", [("the editor", "the editor"), ("the editor", "the chair")])
def test_two_who_approve_at_once(
    office_on: Any, required: Required, names: tuple[str, str]
) -> None:
    office_on.subscribe("a@example.org")
    started = [office_on.start("approve", "2023-12", "--by", name) for name in names]
    ran = [each.wait() for each in started]
    assert [each.returncode for each in ran] == [0, 0]
    assert sorted(each.approver for each in office_on.approvals()) == sorted(set(names))
    assert office_on.run("send", "2023-12", "--yes").returncode == 0


@pytest.mark.parametrize("closed", ["stdout", "stderr"])
def test_whoever_reads_along_may_stop_and_the_approval_stands(
    office: Any, required: Required, closed: str
) -> None:
    issue = office.root / "issues" / "2023-12.yaml"
    text = issue.read_text("utf-8")
    issue.write_text(text[: text.index("  - title: Does Empathy?")], "utf-8")  # remarked on
    reader, writer = os.pipe()
    os.close(reader)
    process = office.open("approve", "2023-12", *EDITOR, **{closed: writer})
    os.close(writer)
    assert process.wait(60) == 1
    assert len(office.approvals()) == 1
