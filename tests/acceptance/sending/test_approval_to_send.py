"""`newsletter send` where the publication asks for an approval."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

Readers = Callable[[int], list[str]]
QUESTION = "type 2023-12 to send it without approval: "
NOT_TYPED = "'2023-12' was not typed out, so nothing is sent"


@pytest.fixture
def strict(office: Any, server: Any, readers: Readers) -> Any:
    """A publication with three readers that sends by SMTP, and only what was approved."""
    office.subscribe(*readers(3))
    office.through(server)
    office.require_approval()
    return office


def edit(office: Any, old: str, new: str, name: str = "issues/2023-12.yaml") -> None:
    file = office.root / name
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def approve(office: Any, by: str = "the editor") -> None:
    ran = office.run("approve", "2023-12", "--by", by)
    assert ran.returncode == 0, ran.stderr


def mailing(office: Any) -> tuple[bool, int | None] | None:
    """Whether the mailing goes out unapproved, and by which approval; None without one."""
    with closing(sqlite3.connect(office.root / "newsletter.db")) as connection:
        row = connection.execute("SELECT unapproved, approval_id FROM mailings").fetchone()
    return row and (bool(row[0]), row[1])


def test_without_an_approval_nothing_is_sent_and_it_says_the_two_ways_out(
    strict: Any, server: Any
) -> None:
    ran = strict.run("send", "2023-12", "--yes")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == (
        "2023-12 is not approved, and newsletter.yaml says 'approval: required'; "
        "approve it with 'newsletter approve 2023-12 --by NAME', or send it with --unapproved\n"
    )
    assert mailing(strict) is None
    assert server.accepted == []


def test_what_was_approved_is_sent_and_the_mailing_says_by_what(strict: Any, server: Any) -> None:
    approve(strict)
    approve(strict, "the chair")
    ran = strict.run("send", "2023-12", "--yes")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert mailing(strict) == (False, 2)
    assert len(server.accepted) == 3


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("issues/2023-12.yaml", "acted on", "acted upon", "issues/2023-12.yaml: subject"),
        ("issues/2023-12.yaml", "month:", "# read\nmonth:",
         "issues/2023-12.yaml: comments or layout"),
        ("templates/issue.txt", "", "{# read #}", "templates/issue.txt"),
        ("newsletter.yaml", "name: PPRNet", "name: The network",
         ("sender: The network <news@digest.example>, was PPRNet <news@digest.example>")),
    ],
    ids=["subject", "comment", "template", "sender"],
)  # fmt: skip
def test_what_has_changed_since_is_refused_and_the_change_is_told(
    strict: Any, server: Any, name: str, old: str, new: str, told: str
) -> None:
    approve(strict)
    edit(strict, old, new, name)
    ran = strict.run("send", "2023-12", "--yes")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == (
        f"2023-12 has changed since the editor approved it ({told}); approve it again with "
        "'newsletter approve 2023-12 --by NAME', or send it with --unapproved\n"
    )
    assert mailing(strict) is None
    assert server.accepted == []


def test_after_a_change_it_is_approved_again_or_changed_back(strict: Any, server: Any) -> None:
    approve(strict)
    edit(strict, "acted on", "acted upon")
    edit(strict, "acted upon", "acted on")
    assert strict.run("send", "2023-12", "--yes", "--limit", "1").returncode == 0
    edit(strict, "acted on", "acted upon")
    # What has begun goes on with what was approved, and frozen.
    assert strict.run("send", "2023-12", "--yes").returncode == 0
    assert len(server.accepted) == 3
    assert not any(b"acted upon" in message for _, message in server.accepted)


def test_a_dry_run_needs_no_approval(strict: Any, server: Any) -> None:
    assert strict.run("send", "2023-12", "--dry-run").returncode == 0
    assert server.accepted == []


def test_a_rehearsal_needs_an_approval_too(strict: Any) -> None:
    edit(strict, '"provider": "smtp"', '"provider": "outbox"', "newsletter.yaml")
    assert strict.run("send", "2023-12", "--yes").returncode == 1
    approve(strict)
    assert strict.run("send", "2023-12", "--yes").returncode == 0


# Insisting


@pytest.mark.parametrize("typed", ["2023-12\n", " 2023-12 \n", "2023-12"])
@pytest.mark.parametrize("approved", [False, True], ids=["never", "changed"])
def test_whoever_types_the_issue_out_sends_it_and_that_is_recorded(
    strict: Any, server: Any, typed: str, approved: bool
) -> None:
    if approved:
        approve(strict)
        edit(strict, "acted on", "acted upon")
    ran = strict.run("send", "2023-12", "--yes", "--unapproved", input=typed)
    assert (ran.returncode, ran.stderr) == (0, QUESTION)
    assert mailing(strict) == (True, None)
    assert len(server.accepted) == 3


@pytest.mark.parametrize("typed", ["2023-11\n", "y\n", "\n", "latest\n", "2023-1\n2023-12\n"])
def test_whoever_types_anything_else_sends_nothing(strict: Any, server: Any, typed: str) -> None:
    ran = strict.run("send", "2023-12", "--yes", "--unapproved", input=typed)
    assert (ran.returncode, ran.stdout, ran.stderr) == (2, "", f"{QUESTION}{NOT_TYPED}\n")
    assert mailing(strict) is None
    assert server.accepted == []


def test_where_nobody_answers_nothing_is_sent(strict: Any, server: Any) -> None:
    ran = strict.run("send", "latest", "--yes", "--unapproved")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.splitlines() == [QUESTION, NOT_TYPED]
    assert mailing(strict) is None
    assert server.accepted == []


def test_what_is_approved_needs_no_insisting(strict: Any) -> None:
    approve(strict)
    ran = strict.run("send", "2023-12", "--yes", "--unapproved")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert mailing(strict) == (False, 1)


def test_a_publication_without_approvals_asks_for_none(office: Any, readers: Readers) -> None:
    office.subscribe(*readers(1))
    ran = office.run("send", "2023-12", "--yes", "--unapproved")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert mailing(office) == (False, None)


# Taken back after it had begun


@pytest.fixture
def begun(strict: Any) -> Any:
    """The same, one mail sent of three, by an approval that was withdrawn then."""
    approve(strict)
    assert strict.run("send", "2023-12", "--yes", "--limit", "1").returncode == 0
    ran = strict.run("approve", "2023-12", "--withdraw")
    assert ran.returncode == 0
    assert ran.stdout == (
        "the approval of 2023-12 by the editor is withdrawn; its mailing has begun, and "
        "'newsletter pause 2023-12' stops a sender\n"
    )
    return strict


def test_a_mailing_whose_approval_was_withdrawn_does_not_go_on(begun: Any, server: Any) -> None:
    for _ in range(2):
        ran = begun.run("send", "2023-12", "--yes")
        assert (ran.returncode, ran.stdout) == (1, "")
        assert ran.stderr == (
            "the approval of 2023-12 was withdrawn after it had begun; go on with --unapproved, "
            "or end it with 'newsletter cancel 2023-12'\n"
        )
    assert len(server.accepted) == 1


def test_whoever_insists_lets_it_go_on_and_that_is_recorded(begun: Any, server: Any) -> None:
    wrong = begun.run("send", "2023-12", "--yes", "--unapproved", input="yes\n")
    assert (wrong.returncode, wrong.stderr) == (2, f"{QUESTION}{NOT_TYPED}\n")
    assert mailing(begun) == (False, 1)
    ran = begun.run("send", "2023-12", "--yes", "--unapproved", input="2023-12\n")
    assert (ran.returncode, ran.stderr) == (0, QUESTION)
    assert mailing(begun) == (True, 1)
    assert len(server.accepted) == 3


def test_a_withdrawal_after_the_end_says_that_it_is_too_late(strict: Any) -> None:
    approve(strict)
    assert strict.run("send", "2023-12", "--yes").returncode == 0
    ran = strict.run("approve", "2023-12", "--withdraw")
    assert (ran.returncode, ran.stdout) == (
        0,
        "the approval of 2023-12 by the editor is withdrawn; its mails have gone out already\n",
    )
    again = strict.run("send", "2023-12", "--yes")
    assert (again.returncode, again.stdout) == (0, "2023-12 is finished already: 3 accepted of 3\n")


def test_a_withdrawal_of_what_was_cancelled_or_rehearsed_needs_no_more_words(strict: Any) -> None:
    told = "the approval of 2023-12 by the editor is withdrawn\n"
    edit(strict, '"provider": "smtp"', '"provider": "outbox"', "newsletter.yaml")
    approve(strict)
    assert strict.run("send", "2023-12", "--yes").returncode == 0
    assert strict.run("approve", "2023-12", "--withdraw").stdout == told
    edit(strict, '"provider": "outbox"', '"provider": "smtp"', "newsletter.yaml")
    approve(strict)
    strict.run("send", "2023-12", "--yes", "--limit", "1")
    assert strict.run("cancel", "2023-12").returncode == 0
    assert strict.run("approve", "2023-12", "--withdraw").stdout == told
