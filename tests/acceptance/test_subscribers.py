"""`newsletter subscribers`: the administrator's way with the audience, as real commands."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from newsletter.cli.subscribers import subscribers

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "newsletter", "subscribers"]
LIST = """\
email;first_name;consent;consent_basis;consent_date;consent_source
ann@example.org;Ann;express;;2024-01-31;web form
bo@example.org;Bo;implied;customer;2001-01-31;workshop
cy@example.org;Cy
Ann@Example.org;Again
nobody@;No
"""


def environment() -> dict[str, str]:
    """Without anything of the tester's own."""
    return {k: v for k, v in os.environ.items() if not k.startswith("NEWSLETTER_")}


def run(folder: Path, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], cwd=folder, env=environment(), input=typed,
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def told(folder: Path, *arguments: str) -> Any:
    """What a command prints as JSON."""
    return json.loads(run(folder, *arguments, "--json").stdout)


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A publication with three subscribers, which nobody changes."""
    folder = tmp_path_factory.mktemp("settled") / "publication"
    shutil.copytree(ROOT / "tests" / "web" / "publication", folder)
    shutil.copytree(ROOT / "templates", folder / "templates")
    (folder / "list.csv").write_text(LIST, "utf-8")
    run(folder, "import", "list.csv")
    return folder


@pytest.fixture
def audience(settled: Path, tmp_path: Path) -> Path:
    """The same, to be changed."""
    return Path(shutil.copytree(settled, tmp_path / "audience"))


def state(folder: Path) -> bytes:
    """All that a publication's database holds."""
    return (folder / "newsletter.db").read_bytes()


def test_an_import_says_what_has_become_of_each_row(publication: Path) -> None:
    (publication / "list.csv").write_text(LIST, "utf-8")
    ran = run(publication, "import", "list.csv")
    assert ran.returncode == 1
    assert ran.stdout.splitlines() == [
        "3 added, 0 updated, 0 unchanged",
        "1 duplicate and 1 invalid row left out",
        "1 without consent on record: skipped when sending",
        "1 whose implied consent has run out: skipped when sending",
    ]
    assert ran.stderr.splitlines() == [
        (
            "list.csv:6: error: 'nobody@' is not an e-mail address: "
            "there must be something after the @-sign"
        ),
        "list.csv:5: warning: Ann@example.org stands in line 2 already, and that row counts",
    ]


def test_a_program_is_told_the_same_in_one_document(publication: Path) -> None:
    (publication / "list.csv").write_text(LIST, "utf-8")
    ran = run(publication, "import", "list.csv", "--dry-run", "--json")
    assert (ran.returncode, ran.stderr) == (1, "")
    document = json.loads(ran.stdout)
    assert document.pop("invalid")[0]["line"] == 6
    assert document == {
        "added": 3, "updated": 0, "unchanged": 0, "suppressed": 0,
        "without_consent": 1, "ran_out": 1, "upgraded": 0, "notes": [],
        "duplicates": [{"line": 5, "first_line": 2, "email": "Ann@example.org"}],
    }  # fmt: skip
    assert told(publication, "list") == []


def test_many_faults_are_told_in_part_and_counted_whole(publication: Path) -> None:
    (publication / "list.csv").write_text("email\n" + "nobody\n" * 25, "utf-8")
    ran = run(publication, "import", "list.csv")
    lines = ran.stderr.splitlines()
    assert (len(lines), lines[-1]) == (21, "… and 5 more; --json names all")
    assert "25 invalid rows left out" in ran.stdout


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('email\nbroken@example.org\n"cut@exam', "broken.csv:3: error: the file ends inside"),
        ("", "broken.csv: error: the file is empty"),
        ("name\nAnn\n", "broken.csv:1: error: there is no column 'email'"),
        ("email\na\0@example.org\n", "broken.csv:2: error: there is a NUL byte"),
    ],
)
def test_a_list_that_cannot_be_read_changes_nothing(settled: Path, content: str, line: str) -> None:
    before = state(settled)
    (settled / "broken.csv").write_text(content, "utf-8")
    ran = run(settled, "import", "broken.csv")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith(line)
    assert len(ran.stderr.splitlines()) == 1
    assert state(settled) == before


@pytest.mark.parametrize(
    ("arguments", "code", "line"),
    [
        (["import", "none.csv"], 1, "none.csv: error: there is no such file; name a list"),
        (["import", "."], 1, ".: error: this is a folder; name a list in it"),
        (["export", "--out", "nope/x.csv"], 1, "nope/x.csv: error: No such file"),
        (["import", "list.csv", "--consent", "express"], 2, "add --consent-date and"),
        (["import", "list.csv", "--consent-source", "form"], 2, "add --consent and"),
        (["import", "list.csv", "--encoding", "klingon"], 2, "'klingon' is not known"),
        (["add", "nobody"], 2, "must have an @-sign"),
        (["add", "a@example.org", "--consent", "implied"], 2, "without consent_basis"),
        (["add", "a@example.org", "--consent-date", "2024-01-31"], 2, "consent is empty"),
        (
            ["add", "a@example.org", "--first-name", "A\nB"],
            2,
            "first_name holds a tab, a line end or",
        ),
        (["add", "a@example.org", "--resubscribe"], 2, "needs --consent-source"),
        (["show", "stranger@example.org"], 1, "is not on the list"),
        (["erase", "stranger@example.org", "--yes"], 1, "is not on the list"),
        (["erase", "ann@example.org"], 2, "nobody answered, so nothing was done; --yes"),
        (["lst"], 2, "list"),
    ],
)
def test_what_cannot_be_done_is_told_with_the_way_out(
    settled: Path, arguments: list[str], code: int, line: str
) -> None:
    before = state(settled)
    ran = run(settled, *arguments)
    assert (ran.returncode, ran.stdout) == (code, "")
    assert line in ran.stderr
    assert "Traceback" not in ran.stderr
    assert state(settled) == before


def test_consent_for_a_whole_list_comes_from_the_command_line(audience: Path) -> None:
    run(
        audience, "import", "list.csv", "--consent", "implied", "--consent-basis", "customer",
        "--consent-date", "2024-02-29", "--consent-source", "members of 2024",
    )  # fmt: skip
    shown = told(audience, "show", "cy@example.org")
    assert (shown["consent"], shown["consent_until"]) == ("implied", "2026-02-28")
    assert told(audience, "show", "ann@example.org")["consent"] == "express"


def test_express_consent_from_the_command_line_takes_the_place_of_implied(audience: Path) -> None:
    (audience / "list.csv").write_text(LIST.rpartition("nobody")[0], "utf-8")
    ran = run(
        audience, "import", "list.csv", "--consent", "express",
        "--consent-date", "2025-01-31", "--consent-source", "sign-up sheet",
    )  # fmt: skip
    assert (ran.returncode, ran.stdout.splitlines()) == (
        0,
        [
            "0 added, 2 updated, 1 unchanged",
            "1 duplicate left out",
            "1 whose implied consent gave way to that of --consent",
        ],
    )
    shown = told(audience, "show", "bo@example.org")
    assert (shown["consent"], shown["consent_basis"]) == ("express", None)
    assert told(audience, "show", "ann@example.org")["consent_date"] == "2024-01-31"


def test_a_subscriber_leaves_and_comes_back_only_by_asking(audience: Path) -> None:
    ran = run(audience, "unsubscribe", "ANN@example.org")
    assert ran.stdout == "ANN@example.org is unsubscribed from now on\n"
    assert "already" in run(audience, "unsubscribe", "ann@example.org").stdout
    assert told(audience, "import", "list.csv")["suppressed"] == 1
    refused = run(audience, "add", "ann@example.org", "--consent", "express")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "--resubscribe --consent-source" in refused.stderr
    shown = told(audience, "show", "ann@example.org")
    assert (shown["status"], shown["skipped"]) == ("unsubscribed", "unsubscribed")
    back = run(audience, "add", "ann@example.org", "--resubscribe", "--consent-source", "letter")
    assert (back.returncode, back.stdout) == (0, "ann@example.org is resubscribed\n")
    shown = told(audience, "show", "ann@example.org")
    assert (shown["status"], shown["consent"], shown["consent_source"]) == (
        "active", "express", "letter",
    )  # fmt: skip


def test_an_address_that_is_not_listed_can_leave_before_it_comes(audience: Path) -> None:
    ran = run(audience, "unsubscribe", "new@example.org", "--as", "complained")
    assert "was not on the list; recorded as complained" in ran.stdout
    (audience / "new.csv").write_text("email\nnew@example.org\n")
    assert told(audience, "import", "new.csv")["suppressed"] == 1


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("bounced", "gets no mail from now on, since it bounces"),
        ("complained", "gets no mail from now on, since they complained of spam"),
        ("manual", "gets no mail from now on, by your decision"),
    ],
)
def test_a_reason_is_told_in_words(audience: Path, status: str, told: str) -> None:
    ran = run(audience, "unsubscribe", "ann@example.org", "--as", status)
    assert ran.stdout == f"ann@example.org {told}\n"


def test_everybody_is_listed_and_shown(audience: Path) -> None:
    run(audience, "unsubscribe", "bo@example.org")
    lines = run(audience, "list").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["active", "unsubscribed", "active"]
    assert lines[2].partition("cy@example.org ")[2].split() == [
        "skipped:", "no", "consent", "on", "record",
    ]  # fmt: skip
    assert [each["email"] for each in told(audience, "list", "--status", "unsubscribed")] == [
        "bo@example.org"
    ]
    shown = run(audience, "show", "ann@example.org").stdout
    assert "express, 2024-01-31, web form" in shown
    keys = told(audience, "show", "ann@example.org").keys()
    assert {"email", "status", "since", "consent", "deliveries"} <= keys


def test_an_export_can_be_imported_and_brings_nobody_back(audience: Path) -> None:
    run(audience, "add", "dee@example.org", "--first-name", "=1+1")
    run(audience, "unsubscribe", "bo@example.org")
    printed = run(audience, "export").stdout
    assert "\ndee@example.org,'=1+1," in printed
    assert run(audience, "export", "--out", "out.csv", "--excel").stdout == (
        "out.csv: 4 subscribers written\n"
    )
    written = (audience / "out.csv").read_bytes()
    assert written == b"\xef\xbb\xbf" + "\r\n".join(printed.splitlines()).encode() + b"\r\n"
    document = told(audience, "import", "out.csv")
    assert (document["unchanged"], document["suppressed"]) == (3, 1)
    rows = csv.DictReader(io.StringIO(printed))
    assert [row["status"] for row in rows] == ["active", "unsubscribed", "active", "active"]


def test_a_reader_of_the_export_may_stop_early(audience: Path) -> None:
    rows = "".join(f"reader{number}@example.org\n" for number in range(3000))
    (audience / "many.csv").write_text(f"email\n{rows}")
    run(audience, "import", "many.csv")
    with subprocess.Popen(
        [*COMMAND, "export"], cwd=audience, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline().startswith(b"email,")
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()


def newsletter(folder: Path, *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "newsletter", *arguments],
        cwd=folder, env=environment(), capture_output=True, check=True,
    )  # fmt: skip


def test_erasing_leaves_neither_address_nor_mail(audience: Path) -> None:
    (audience / "list.csv").unlink()
    newsletter(audience, "approve", "2023-12", "--by", "the editor")
    newsletter(audience, "send", "2023-12", "--yes")
    newsletter(audience, "test", "2023-12", "Ann@example.org", "bo@example.org")
    assert len(list(audience.rglob("*.eml"))) == 3
    assert told(audience, "show", "ann@example.org")["deliveries"][0]["state"] == "accepted"
    ran = run(audience, "erase", "ann@example.org", typed="y\n")
    assert (ran.returncode, ran.stdout.splitlines()) == (
        0,
        ["ann@example.org is erased, and from 1 delivery", "2 mails removed from the outbox"],
    )
    for file in audience.rglob("*"):
        assert not file.is_file() or b"ann@example.org" not in file.read_bytes(), file
    assert "erased before" in run(audience, "erase", "ann@example.org", "--yes").stdout
    shown = told(audience, "show", "ann@example.org")
    assert (shown["email"], shown["status"]) == ("ann@example.org", "erased")
    assert told(audience, "list", "--status", "erased")[0]["email"] is None
    (audience / "again.csv").write_text("email\nann@example.org\n")
    assert told(audience, "import", "again.csv")["suppressed"] == 1


def test_without_the_secret_of_an_erasure_no_list_is_taken(audience: Path) -> None:
    run(audience, "erase", "ann@example.org", "--yes")
    secret = audience / ".newsletter" / "secret"
    secret.rename(audience / "kept")
    ran = run(audience, "import", "list.csv")
    assert (ran.returncode, ran.stdout) == (2, "")
    (refused,) = ran.stderr.splitlines()
    assert not secret.exists()
    assert "NEWSLETTER_SECRET_OLD" in refused
    command = [*COMMAND, "import", "list.csv", "--json"]
    old = {**environment(), "NEWSLETTER_SECRET_OLD": (audience / "kept").read_text()}
    with_old = subprocess.run(
        command, cwd=audience, env=old, capture_output=True, text=True, check=False
    )
    assert json.loads(with_old.stdout)["suppressed"] == 1


def test_a_killed_import_changes_nothing(audience: Path) -> None:
    before = told(audience, "list")
    rows = "".join(f"reader{number}@example.org,Reader\n" for number in range(50_000))
    (audience / "many.csv").write_text(f"email,first_name\nann@example.org,Changed\n{rows}")
    process = subprocess.Popen([*COMMAND, "import", "many.csv"], cwd=audience)
    while not is_written_to(audience):
        assert process.poll() is None, "it was done before it could be killed"
    process.kill()
    process.wait()
    assert told(audience, "list") == before


def is_written_to(folder: Path) -> bool:
    """Whether another program has a writing transaction open."""
    with closing(sqlite3.connect(folder / "newsletter.db", timeout=0)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
    return False


def test_a_pipe_is_a_list_too(audience: Path) -> None:
    shown = run(audience, "import", "/dev/stdin", typed="email\nannabel@example.org\n").stdout
    assert shown.splitlines()[0] == "1 added, 0 updated, 0 unchanged"
    ran = run(audience, "import", "-", typed="email\nannabel@example.org\nnobody\n")
    assert ran.stdout.splitlines()[0] == "0 added, 0 updated, 1 unchanged"
    assert ran.stderr.startswith("stdin:3: error: 'nobody'")


def test_a_terminal_sees_how_far_an_import_has_come(audience: Path) -> None:
    rows = "".join(f"reader{number}@example.org\n" for number in range(5000))
    (audience / "many.csv").write_text(f"email\n{rows}")
    ours, theirs = pty.openpty()
    ran = subprocess.run(
        [*COMMAND, "import", "many.csv"],
        cwd=audience,
        env={**environment(), "TERM": "xterm", "COLUMNS": "80"},
        stdout=subprocess.PIPE,
        stderr=theirs,
        check=True,
    )
    os.close(theirs)
    shown = os.read(ours, 100_000)
    os.close(ours)
    assert b"%" in shown
    assert ran.stdout.startswith(b"5,000 added")


@pytest.mark.parametrize("command", sorted(subscribers.commands))
def test_the_help_of_each_ends_with_an_example(command: str) -> None:
    ran = CliRunner().invoke(subscribers, [command, "--help"])
    assert ran.exit_code == 0
    assert f"\n  Example:  newsletter subscribers {command} " in ran.output
