"""What `newsletter status` says of approvals, and of operators who were not told."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine

from newsletter import store
from newsletter.cli.main import main
from newsletter.schedule.notices import Notice, mark, record, waiting
from newsletter.store import open_store, writing


@pytest.fixture
def careful(office: Any) -> Any:
    """A publication with one reader, whose mail needs an approval."""
    office.subscribe("a@example.org")
    office.require_approval()
    return office


def approve(office: Any, by: str = "the editor") -> None:
    assert office.run("approve", "2023-12", "--by", by).returncode == 0


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


def test_of_many_changes_the_text_names_the_first_and_json_all(careful: Any) -> None:
    approve(careful)
    issue = careful.root / "issues" / "2023-12.yaml"
    text = issue.read_text()
    for word in ("acted", "What", "Alliance", "Author", "found", "Ask", "Empathy?", "Listen"):
        text = text.replace(word, f"{word}s")
    issue.write_text(text)
    changed = approval(careful)["changed"]
    assert len(changed) > 6
    told = f"; {changed[4]}; and {len(changed) - 5} more"
    status = careful.run("status", "2023-12").stdout
    assert f"and changed since: {'; '.join(changed[:4])}{told}\n" in status
    assert f"({'; '.join(changed[:4])}{told}); " in careful.run("send", "2023-12", "--yes").stderr


# All that were ever given


def earlier(office: Any) -> list[str]:
    """What a person sees of the approvals besides the one that counts."""
    said = office.run("status", "2023-12").stdout.splitlines()
    return [line for line in said if line.startswith(("  earlier", "  later"))]


def test_all_approvals_are_told_newest_first(careful: Any) -> None:
    assert careful.status()["approvals"] == []
    approve(careful, "the chair")
    careful.run("approve", "2023-12", "--withdraw", "--by", "the editor")
    edit(careful)
    approve(careful)
    newest, first = careful.status()["approvals"]
    assert {name: newest[name] for name in ("by", "subject", "withdrawn_at", "withdrawn_by")} == {
        "by": "the editor", "subject": "Empathy that is acted on",
        "withdrawn_at": None, "withdrawn_by": None,
    }  # fmt: skip
    assert list(first) == ["by", "at", "hash", "subject", "withdrawn_at", "withdrawn_by"]
    assert (first["by"], first["withdrawn_by"]) == ("the chair", "the editor")
    assert first["hash"] != newest["hash"]
    for moment in (newest["at"], first["at"], first["withdrawn_at"]):
        assert datetime.fromisoformat(moment).utcoffset() is not None
    said = careful.run("status", "2023-12").stdout.splitlines()
    assert said[2:] == [
        f"  approved  by the editor, {newest['at']}",
        f"  earlier   by the chair, {first['at']}; withdrawn {first['withdrawn_at']} by the editor",
    ]


def test_whoever_withdrew_it_may_have_given_no_name(careful: Any) -> None:
    approve(careful)
    careful.run("approve", "2023-12", "--withdraw")
    (only,) = careful.status()["approvals"]
    assert only["withdrawn_by"] is None
    assert earlier(careful) == [
        f"  earlier   by the editor, {only['at']}; withdrawn {only['withdrawn_at']}"
    ]


def test_what_a_mailing_went_out_by_is_told_once_among_others(careful: Any) -> None:
    approve(careful, "the chair")
    approve(careful)
    careful.run("send", "2023-12", "--yes")  # a rehearsal, after which it may be approved again
    edit(careful)
    approve(careful, "the board")
    document = careful.status()
    assert document["approval"]["by"] == "the editor"
    newest, _, first = document["approvals"]
    assert earlier(careful) == [
        f"  later     by the board, {newest['at']}",
        f"  earlier   by the chair, {first['at']}",
    ]
    assert careful.run("status", "2023-12").stdout.count("by the editor") == 1


def test_approvals_are_told_where_none_is_needed_any_more(careful: Any) -> None:
    approve(careful)
    settings = careful.root / "newsletter.yaml"
    settings.write_text(settings.read_text().replace("approval: required", "approval: none"))
    document = careful.status()
    assert document["approval"] is None
    assert [each["by"] for each in document["approvals"]] == ["the editor"]
    assert earlier(careful) == [f"  earlier   by the editor, {document['approvals'][0]['at']}"]


def test_the_list_of_all_mailings_has_the_same_documents(careful: Any) -> None:
    approve(careful)
    careful.run("send", "2023-12", "--yes")
    assert json.loads(careful.run("status", "--json").stdout) == [careful.status()]


@pytest.mark.parametrize("arguments", [("status",), ("status", "2023-12")])
def test_the_database_is_opened_once(
    office: Any, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []

    def counted(url: str, root: Path) -> Engine:
        opened.append(open_store(url, root))
        return opened[-1]

    monkeypatch.setattr(store, "open_store", counted)
    monkeypatch.chdir(office.root)
    ran = CliRunner().invoke(main, arguments)
    for engine in opened:
        engine.dispose()
    assert (ran.exit_code, len(opened)) == (0, 1)


# Operators who were not told


def test_what_operators_were_not_told_is_said_on_stderr(office: Any) -> None:
    now = datetime.now(UTC) - timedelta(minutes=1)
    notice = Notice("2023-12", "refused", "x", "2023-12 did not go out", "Nobody approved it.\n")
    engine = open_store(office.database, office.root)
    with writing(engine) as connection:
        record(connection, notice, ["o@example.org"], now)
        mark(connection, waiting(connection, now), "doubtful", now, "no answer")
    engine.dispose()

    first = "operators were not told by mail: 2023-12 did not go out\n"
    assert (
        office.run("status").stderr == f"{first}  o@example.org: no answer\n  Nobody approved it.\n"
    )

    (office.root / "operator-messages.txt").write_text("All of it.")
    for arguments in (("status",), ("status", "2023-12")):
        said = office.run(*arguments)
        assert said.returncode == 0
        where = "operator-messages.txt has the whole messages, and why they did not leave\n"
        assert said.stderr == first + where
    assert office.run("status", "--json").stderr == ""
