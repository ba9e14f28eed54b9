"""`newsletter check` tells an approval that no longer holds, and needs no database for it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "newsletter"]


def run(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *words], cwd=folder, capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, **environment},
    )  # fmt: skip


@pytest.fixture
def approved(publication: Path) -> Path:
    """A publication whose newest issue is approved."""
    done = run(publication, "approve", "2023-12", "--by", "the editor")
    assert done.returncode == 0, done.stderr
    return publication


def edit(folder: Path) -> None:
    path = folder / "issues/2023-12.yaml"
    path.write_text(path.read_text("utf-8").replace("Warmth and its", "Kindness and its"), "utf-8")


def test_a_change_since_the_approval_is_a_warning_until_it_is_approved_anew(approved: Path) -> None:
    assert "N413" not in run(approved, "check").stdout
    edit(approved)
    done = run(approved, "check", "2023-12", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    (found,) = (each for each in json.loads(done.stdout) if each["code"] == "N413")
    assert found["severity"] == "warning"
    assert (found["path"], found["line"]) == ("issues/2023-12.yaml", 1)
    assert "but changed since: issues/2023-12.yaml: subject; approve it again" in found["message"]
    assert run(approved, "check", "2023-12", "--strict").returncode == 1
    assert run(approved, "approve", "2023-12", "--by", "the editor").returncode == 0
    assert "N413" not in run(approved, "check").stdout


def test_with_no_approval_required_nothing_is_said(approved: Path) -> None:
    edit(approved)
    settings = approved / "newsletter.yaml"
    settings.write_text("approval: none\n" + settings.read_text("utf-8"), "utf-8")
    assert "N413" not in run(approved, "check").stdout


def test_once_its_mailing_has_begun_nothing_is_said(approved: Path) -> None:
    (approved / "readers.csv").write_text("email\nada@reader.example\n", "utf-8")
    consent = ("express", "2023-01-01", "the form")
    options = ("--consent", "--consent-date", "--consent-source")
    words = [word for pair in zip(options, consent, strict=True) for word in pair]
    assert run(approved, "subscribers", "import", "readers.csv", *words).returncode == 0
    secret = {"NEWSLETTER_SECRET": "a secret of the tests, and nobody's"}
    sent = run(approved, "send", "2023-12", "--yes", **secret)
    assert sent.returncode == 0, sent.stderr
    edit(approved)
    assert "N413" not in run(approved, "check").stdout


def test_without_a_database_none_is_made_and_none_is_loaded(publication: Path) -> None:
    before = sorted(publication.iterdir())
    done = run(publication, "check", PYTHONPROFILEIMPORTTIME="1")
    assert "issues checked" in done.stdout
    assert "newsletter.checks" in done.stderr
    assert "sqlalchemy" not in done.stderr
    assert sorted(publication.iterdir()) == before


def test_a_database_that_does_not_answer_fails_no_check(approved: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://newsletter:hush@127.0.0.1:{silent.getsockname()[1]}/none"
        done = run(approved, "check", "--json", NEWSLETTER_DATABASE=url)
    assert done.returncode == 0
    assert json.loads(done.stdout)
    assert done.stderr == (
        "whether approvals still hold is not known: the database does not answer\n"
    )
