"""What `newsletter status` says of approvals, and of operators who were not told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from newsletter.schedule.notices import Notice, mark, record, waiting
from newsletter.store import open_store, writing


@pytest.fixture
def careful(office: Any) -> Any:
    """A publication with one reader, whose mail needs an approval."""
    office.subscribe("a@example.org")
    settings = office.root / "newsletter.yaml"
    settings.write_text(settings.read_text().replace("approval: none", "approval: required"))
    return office


def approve(office: Any) -> None:
    assert office.run("approve", "2023-12", "--by", "the editor").returncode == 0


def edit(office: Any) -> None:
    issue = office.root / "issues" / "2023-12.yaml"
    before = issue.read_text()
    assert "Does Empathy?" in before
    issue.write_text(before.replace("Does Empathy?", "Does Empathy Help?"))


def approval(office: Any) -> Any:
    return office.status()["approval"]


def test_an_issue_that_nobody_approved(careful: Any) -> None:
    assert "  not approved\n" in careful.run("status", "2023-12").stdout
    assert approval(careful) == {
        "state": "unapproved", "by": None, "at": None, "hash": None, "changed": [],
    }  # fmt: skip


def test_an_approved_issue_and_by_whom(careful: Any) -> None:
    approve(careful)
    told = approval(careful)
    assert (told["state"], told["by"], told["changed"]) == ("approved", "the editor", [])
    assert f"  approved  by the editor, {told['at']}\n" in careful.run("status", "2023-12").stdout
    assert datetime.fromisoformat(told["at"]).utcoffset() is not None
    assert len(told["hash"]) == 64


def test_an_issue_that_was_changed_since_and_what(careful: Any) -> None:
    approve(careful)
    edit(careful)
    told = approval(careful)
    assert (told["state"], told["by"]) == ("changed", "the editor")
    assert told["changed"] == ["issues/2023-12.yaml: summary 2, title"]
    said = careful.run("status", "2023-12").stdout
    assert "and changed since: issues/2023-12.yaml: summary 2, title\n" in said


def test_a_file_that_can_no_longer_be_read(careful: Any) -> None:
    approve(careful)
    (careful.root / "issues" / "2023-12.yaml").write_text("month: [")
    told = approval(careful)
    assert told["state"] == "changed"
    assert told["changed"][0].startswith("issues/2023-12.yaml:1:8: error: ")


def test_a_mailing_goes_on_telling_what_it_went_out_by(careful: Any) -> None:
    approve(careful)
    careful.run("send", "2023-12", "--yes")
    edit(careful)
    assert approval(careful)["state"] == "approved"
    withdrawn = careful.run("approve", "2023-12", "--withdraw")
    assert withdrawn.returncode == 0
    assert approval(careful)["state"] == "withdrawn"
    assert "; withdrawn since\n" in careful.run("status", "2023-12").stdout


def test_a_mailing_without_the_approval_it_needed(careful: Any) -> None:
    careful.run("send", "2023-12", "--yes", "--unapproved", input="2023-12\n")
    assert approval(careful)["state"] == "unapproved"


def test_no_word_of_approvals_where_none_is_needed(office: Any) -> None:
    assert approval(office) is None
    assert "approved" not in office.run("status", "2023-12").stdout


def test_what_operators_were_not_told_is_said_on_stderr(office: Any) -> None:
    now = datetime.now(UTC) - timedelta(minutes=1)
    notice = Notice("2023-12", "refused", "x", "2023-12 did not go out", "Nobody approved it.\n")
    engine = open_store(office.database, office.root)
    with writing(engine) as connection:
        record(connection, notice, ["o@example.org"], now)
        mark(connection, waiting(connection, now), "doubtful", now, "no answer")
    engine.dispose()

    for arguments in (("status",), ("status", "2023-12")):
        said = office.run(*arguments)
        assert said.returncode == 0
        assert said.stderr == (
            "operators were not told by mail: 2023-12 did not go out\n"
            "operator-messages.txt has the whole messages, and why they did not leave\n"
        )
    assert office.run("status", "--json").stderr == ""
