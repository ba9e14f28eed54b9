"""`newsletter approve`, as a person at a shell runs it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from newsletter.store import open_store

Required = Callable[..., None]
EDITOR = ("--by", "the editor")


def planned(office: Any, send_at: str, made_at: str = "") -> None:
    """Have the issue go out then, and the database be older than it is."""
    issue = office.root / "issues" / "2023-12.yaml"
    text = issue.read_text("utf-8").partition("intro:")
    issue.write_text(f"{text[0]}send_at: {send_at}\nintro:{text[2]}", "utf-8")
    if made_at:
        open_store(office.database, office.root).dispose()
        with closing(sqlite3.connect(office.root / "newsletter.db")) as connection:
            connection.execute("UPDATE origin SET made_at = ?", (made_at,))
            connection.commit()


# What is approved


def test_it_shows_what_is_approved_and_keeps_it(office: Any, required: Required) -> None:
    office.subscribe("a@example.org", "b@example.org")
    office.subscribe("none@example.org", consent=None)
    office.subscribe("gone@example.org", status="unsubscribed")
    planned(office, "2150-01-06 09:00")

    ran = office.run("approve", "2023-12", *EDITOR)

    assert ran.returncode == 0
    (approval,) = office.approvals()
    told = ran.stdout.splitlines()
    assert told[:3] == [
        "Issue       2023-12",
        "Subject     Empathy that is acted on",
        "Summaries   2",
    ]
    size = told[3].split()
    assert (size[0], size[2:]) == ("Size", "KB of HTML; Gmail shows 102".split())
    assert 10 < int(size[1]) < 102
    assert told[4:8] == [
        "Recipients  2 of 4",
        "Left out    1 no consent on record",
        "Left out    1 unsubscribed",
        "Goes out    Tuesday 2150-01-06 09:00 -05:00, where the scheduler runs",
    ]
    assert told[8] == f"Hash        {approval.hash[:16]}…"
    assert told[9].startswith("2023-12 is approved by the editor, 20")
    assert len(told) == 10
    assert (approval.approver, approval.subject) == ("the editor", "Empathy that is acted on")
    assert approval.withdrawn_at is None


@pytest.mark.parametrize(
    ("send_at", "made_at", "grace", "told"),
    [
        ("2023-12-05 09:00", "", "12h",
         "by hand alone; Tuesday 2023-12-05 09:00 -05:00 is from before this database"),
        ("2023-12-05 09:00", "2020-01-01T00:00:00.000+00:00", "12h",
         "by hand alone: its time has passed, and nobody sent it"),
        ("2023-12-05 09:00", "2020-01-01T00:00:00.000+00:00", "9999d",
         "at once, where the scheduler runs; it is due since Tuesday 2023-12-05 09:00 -05:00"),
        ("2150-03-08 02:30", "", "12h",
         ("Sunday 2150-03-08 03:30 -04:00, where the scheduler runs; "
          "the clocks skip 2150-03-08 02:30 there, so it is as much later")),
        ("2150-11-01 01:30", "", "12h",
         "Sunday 2150-11-01 01:30 -04:00, where the scheduler runs"),
    ],
    ids=["history", "past", "due", "spring", "autumn"],
)  # fmt: skip
def test_it_says_when_it_goes_out(
    office: Any, required: Required, send_at: str, made_at: str, grace: str, told: str
) -> None:
    required(f"schedule: {{grace: {grace}}}\n")
    planned(office, send_at, made_at)
    ran = office.run("approve", "2023-12", *EDITOR)
    assert f"Goes out    {told}" in ran.stdout.splitlines()
    assert ran.returncode == 0
    assert len(office.approvals()) == 1


def test_warnings_are_told_and_do_not_keep_it_back(office: Any, required: Required) -> None:
    issue = office.root / "issues" / "2023-12.yaml"
    text = issue.read_text("utf-8")
    issue.write_text(text[: text.index("  - title: Does Empathy?")], "utf-8")
    ran = office.run("approve", "2023-12", *EDITOR)
    assert ran.returncode == 0
    assert "issues/2023-12.yaml" in ran.stderr
    assert ": warning: " in ran.stderr
    assert "Summaries   1" in ran.stdout.splitlines()
    assert len(office.approvals()) == 1


@pytest.mark.parametrize(
    "issue", ["latest", "issues/2023-12.yaml", "./issues/../issues/2023-12.yaml"]
)
def test_an_issue_is_the_same_by_any_of_its_names(
    office: Any, required: Required, issue: str
) -> None:
    office.subscribe("a@example.org")
    assert office.run("approve", issue, *EDITOR).returncode == 0
    again = office.run("approve", "2023-12", *EDITOR)
    assert again.stdout.splitlines()[-1].startswith("2023-12 is already approved by the editor, ")
    assert office.run("send", "2023-12", "--yes").returncode == 0


def test_what_was_rehearsed_on_time_goes_out_no_more(office: Any, required: Required) -> None:
    office.subscribe("a@example.org")
    lately = datetime.now(ZoneInfo("America/Toronto")) - timedelta(hours=4)
    planned(office, f"{lately:%Y-%m-%d %H:%M}", "2020-01-01T00:00:00.000+00:00")
    assert "Goes out    at once, where " in office.run("approve", "2023-12", *EDITOR).stdout
    assert office.run("send", "2023-12", "--yes").returncode == 0
    again = office.run("approve", "2023-12", "--by", "the chair")
    assert "Goes out    not again: it was sent" in again.stdout.splitlines()
    assert " sent " in office.run("schedule", "--list").stdout


def test_what_was_rehearsed_in_part_is_told_as_the_schedule_has_it(
    office: Any, required: Required
) -> None:
    office.subscribe("a@example.org", "b@example.org")
    planned(office, "2150-01-06 09:00")
    office.run("approve", "2023-12", *EDITOR)
    assert office.run("send", "2023-12", "--yes", "--limit", "1").returncode == 0
    again = office.run("approve", "2023-12", *EDITOR)
    told = "by hand alone: left to a person, and not finished"
    assert f"Goes out    {told}" in again.stdout.splitlines()


def test_where_no_approval_is_needed_it_says_when_it_goes_out_all_the_same(office: Any) -> None:
    planned(office, "2150-01-06 09:00")
    ran = office.run("approve", "2023-12", *EDITOR)
    assert "Goes out    Tuesday 2150-01-06 09:00 -05:00, where the scheduler runs" in ran.stdout
    assert len(office.approvals()) == 1


# What is refused


@pytest.mark.parametrize("name", ["drafts/2023-12.yaml", "issues/2023-12.yml"])
def test_a_draft_elsewhere_does_not_take_the_approval_of_the_issue(
    office: Any, required: Required, name: str
) -> None:
    office.run("approve", "2023-12", *EDITOR)
    (office.root / "drafts").mkdir()
    draft = (office.root / "issues/2023-12.yaml").read_text("utf-8").replace("It does.", "Yes.")
    (office.root / name).write_text(draft, "utf-8")
    ran = office.run("approve", name, "--by", "the chair")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == (
        f"{name} is none of the publication's issues, so it does not go out; "
        "make it issues/2023-12.yaml, and approve that\n"
    )
    assert [each.approver for each in office.approvals()] == ["the editor"]


def test_a_link_to_the_issue_of_the_same_name_is_the_issue(office: Any, required: Required) -> None:
    (office.root / "today").mkdir()
    (office.root / "today/2023-12.yaml").symlink_to(office.root / "issues/2023-12.yaml")
    assert office.run("approve", "today/2023-12.yaml", *EDITOR).returncode == 0
    office.subscribe("a@example.org")
    assert office.run("send", "2023-12", "--yes").returncode == 0


def test_an_error_keeps_it_back(office: Any, required: Required) -> None:
    office.write_issue((office.root / "issues/2023-12.yaml").read_text().replace(
        "They found that it did.", "They found {{ tbd }}."))  # fmt: skip
    ran = office.run("approve", "2023-12", *EDITOR)
    assert (ran.returncode, ran.stdout) == (1, "")
    *findings, last = ran.stderr.splitlines()
    assert any(": error: " in line for line in findings)
    assert last == "2023-12 is not approved, because of 1 error"
    assert office.approvals() == []


@pytest.mark.parametrize(
    "text", ["month: 2023-12\nsubjct: x\nsummaries: []\n", "\x00\x01", "a: [b"]
)
def test_a_broken_file_is_not_approved(office: Any, required: Required, text: str) -> None:
    office.write_issue(text)
    ran = office.run("approve", "2023-12", *EDITOR)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "issues/2023-12.yaml:" in ran.stderr
    assert ran.stderr.splitlines()[-1].startswith("2023-12 is not approved, because of ")
    assert office.approvals() == []


def test_with_a_broken_template_nothing_is_approved(office: Any, required: Required) -> None:
    (office.root / "templates" / "issue.txt").write_text("{{ nothing.here }}\n")
    ran = office.run("approve", "2023-12", *EDITOR)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "templates/issue.txt:1" in ran.stderr
    assert office.approvals() == []


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("the editr", "; did you mean 'the editor'?"),
        ("The Editor", "; did you mean 'the editor'?"),
        ("somebody", "; there: the editor, the chair"),
    ],
)
def test_only_approvers_may_approve(office: Any, required: Required, name: str, hint: str) -> None:
    required("approvers: [the editor, the chair]\n")
    ran = office.run("approve", "2023-12", "--by", name)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == f"'{name}' is not among the 'approvers' of newsletter.yaml{hint}\n"
    assert office.approvals() == []
    assert office.run("approve", "2023-12", "--by", "  the  chair ").returncode == 0
    assert [each.approver for each in office.approvals()] == ["the chair"]


NO_NAME = ["", "  ", "a\nb", "a\tb", "a\x1cb", "\x1b[31mred", "a\u202eb", "a\u2028b", "x" * 201]


def test_a_name_is_a_name(office: Any, required: Required) -> None:
    for name in NO_NAME:
        for more in ((), ("--withdraw",)):
            ran = office.run("approve", "2023-12", "--by", name, *more)
            assert (ran.returncode, ran.stdout) == (2, "")
            assert ran.stderr == (
                '--by takes a name on one line, such as "the editor" '
                "(see 'newsletter approve --help')\n"
            )
    assert office.approvals() == []
    assert office.run("approve", "2023-12", "--by", "Zoë " + "x" * 196).returncode == 0


JOINED = "the edi\u200dtor"
LISTED = [JOINED, "the\u00a0chair", "a  desk", "x" * 201]


@pytest.mark.parametrize("name", LISTED, ids=["joiner", "wide space", "two spaces", "long"])
def test_a_name_that_is_listed_is_accepted_as_it_is(
    office: Any, required: Required, name: str
) -> None:
    required(f"approvers: {json.dumps(LISTED)}\n")
    ran = office.run("approve", "2023-12", "--by", name)
    assert ran.returncode == 0, ran.stderr
    assert [each.approver for each in office.approvals()] == [name.replace("  ", " ")]


@pytest.mark.parametrize("sign", ["\u202e", "\u2066", "\u200f", "\u061c", "\u0085", "\u2028"])
def test_a_listed_name_turns_no_line_around(office: Any, required: Required, sign: str) -> None:
    name = f"the {sign}editor"
    required(f"approvers: [{json.dumps(name)}, the chair]\n")
    ran = office.run("approve", "2023-12", "--by", name)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert office.approvals() == []


def test_a_joiner_in_a_name_that_is_not_listed_is_no_name(office: Any, required: Required) -> None:
    required("approvers: [the editor]\n")
    assert office.run("approve", "2023-12", "--by", JOINED).returncode == 2
    assert office.approvals() == []


def test_without_a_name_it_asks_for_one(office: Any, required: Required) -> None:
    ran = office.run("approve", "2023-12")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == (
        "say who approves, such as --by \"the editor\" (see 'newsletter approve --help')\n"
    )
    assert office.approvals() == []


def test_an_unknown_issue_is_wrong_usage(office: Any, required: Required) -> None:
    for issue in ("2023-11", "nothing", "issues/2023-11.yaml"):
        assert office.run("approve", issue, *EDITOR).returncode == 2
    assert office.run("approve", "2023-13", "--withdraw").returncode == 2


def test_what_has_begun_to_go_out_can_no_longer_be_approved(
    office: Any, required: Required, server: Any
) -> None:
    office.subscribe("a@example.org", "b@example.org")
    office.through(server)
    assert office.run("send", "2023-12", "--yes", "--limit", "1").returncode == 0
    required()
    for _ in ("paused", "finished"):
        ran = office.run("approve", "2023-12", *EDITOR)
        assert (ran.returncode, ran.stdout) == (1, "")
        assert ran.stderr.splitlines()[-1] == (
            "the mailing of 2023-12 has begun already, with what was frozen then; "
            "'newsletter status 2023-12' says where it stands"
        )
        assert office.run("send", "2023-12", "--yes").returncode == 0
    assert office.approvals() == []


def test_a_rehearsal_does_not_keep_the_real_one_from_being_approved(
    office: Any, required: Required, server: Any
) -> None:
    office.subscribe("a@example.org")
    office.run("approve", "2023-12", *EDITOR)
    assert office.run("send", "2023-12", "--yes").returncode == 0
    office.through(server)
    required()
    again = office.run("approve", "2023-12", "--by", "the chair")
    assert again.returncode == 0
    assert office.run("send", "2023-12", "--yes").returncode == 0
    assert len(server.accepted) == 1
