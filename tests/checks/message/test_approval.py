"""An approval that no longer holds is told, with what has changed since."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pytest

from newsletter.approval.record import Approval
from newsletter.checks import check_issues, clear
from newsletter.config import Config
from newsletter.yaml_source import Finding

# 2023-12-02 in UTC, still the first of December in Toronto.
AT = datetime(2023, 12, 2, 1, 30, tzinfo=UTC)


class Publication(Protocol):
    root: Path

    def config(self) -> Config: ...

    def write_issue(self, content: str, name: str = ...) -> Path: ...


def approved(publication: Publication) -> dict[str, Approval]:
    """An approval of the issue as it is now."""
    config = publication.config()
    evidence = clear(config.issues_path / "2023-12.yaml", config, AT).evidence
    approval = Approval(
        1, "2023-12", "the editor", evidence.hash, evidence, "A subject", AT, None, ""
    )
    return {"2023-12": approval}


Found = Callable[..., list[Finding]]


@pytest.fixture
def found(publication: Publication) -> Found:
    """What is said of the approval, and nothing else."""

    def find(approvals: dict[str, Approval], path: Path | None = None) -> list[Finding]:
        config = publication.config()
        path = path or config.issues_path / "2023-12.yaml"
        return [each for each in check_issues([path], config, approvals) if each.code == "N413"]

    return find


def change(path: Path, *pairs: tuple[str, str]) -> None:
    text = path.read_text("utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, "utf-8")


def test_a_change_of_the_issue_is_told_with_its_place_and_what_to_do(
    publication: Publication, found: Found, issue_text: str
) -> None:
    approvals = approved(publication)
    publication.write_issue("# a comment\n" + issue_text.replace("(2023). Emp", "(2022). Emp"))
    (finding,) = found(approvals)
    assert str(finding) == (
        "issues/2023-12.yaml:2:1: warning: approved by the editor on 2023-12-01, "
        "but changed since: issues/2023-12.yaml: summary 1, citation; "
        "approve it again with 'newsletter approve 2023-12 --by NAME'"
    )


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("templates/words.j2", "In this issue", "Contents", "templates/words.j2"),
        ("newsletter.yaml", "tagline: R", "tagline: Some r", "newsletter.yaml: tagline"),
        ("newsletter.yaml", "news@", "digest@", "sender: PPRNet <digest@digest.example>, was PPRN"),
    ],
)
def test_a_change_of_templates_settings_or_sender_is_told(
    publication: Publication, found: Found, name: str, old: str, new: str, told: str
) -> None:
    approvals = approved(publication)
    change(publication.root / name, (old, new))
    (finding,) = found(approvals)
    assert f"but changed since: {told}" in finding.message
    assert (finding.path, finding.line) == ("issues/2023-12.yaml", 1)


def test_of_many_changes_the_first_are_named_and_the_others_counted(
    publication: Publication, found: Found, issue_text: str
) -> None:
    approvals = approved(publication)
    for word in ("acted", "begin", "title", "Author", "Survey", "studied", "patients", "Train."):
        issue_text = issue_text.replace(word, f"{word}s" if word != "title" else word)
    publication.write_issue(issue_text.replace("[Empathy, Training]", "[Empathy]"))
    change(publication.root / "newsletter.yaml", ("Survey", "Surveys"))
    (finding,) = found(approvals)
    listed = finding.message.partition("since: ")[2].rpartition("; approve it")[0].split("; ")
    assert listed[0] == "issues/2023-12.yaml: subject"
    assert len(listed) == 6
    assert listed[-1] == "and 3 more"


def test_nothing_is_said_where_the_approval_holds(publication: Publication, found: Found) -> None:
    assert found(approved(publication)) == []


def test_nothing_is_said_where_nobody_approved(publication: Publication, found: Found) -> None:
    (approval,) = approved(publication).values()
    change(publication.root / "templates/words.j2", ("In this issue", "Contents"))
    assert found({}) == []
    assert found({"2023-11": approval}) == []
    assert len(found({"2023-12": approval})) == 1


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("issues/2023-12.yaml", "citation:", "citaton:"),
        ("templates/parts/study.mjml", "{{", "{{ nothing_of_the_kind."),
    ],
)
def test_what_cannot_be_read_or_laid_out_has_errors_enough(
    publication: Publication, found: Found, name: str, old: str, new: str
) -> None:
    approvals = approved(publication)
    change(publication.root / name, (old, new))
    assert found(approvals) == []
    config = publication.config()
    findings = check_issues([config.issues_path / "2023-12.yaml"], config, approvals)
    assert {each.code for each in findings} & {"N001", "N002"}


def test_a_draft_elsewhere_is_not_what_was_approved(
    publication: Publication, found: Found, issue_text: str
) -> None:
    approvals = approved(publication)
    drafts = publication.root / "drafts"
    drafts.mkdir()
    path = drafts / "2023-12.yaml"
    path.write_text(issue_text.replace("Empathy that", "Care that"), "utf-8")
    assert found(approvals, path) == []
    path.replace(publication.root / "issues/2023-12.yaml")
    assert len(found(approvals)) == 1


def test_it_can_be_switched_off(publication: Publication, found: Found, issue_text: str) -> None:
    approvals = approved(publication)
    publication.write_issue(issue_text.replace("Empathy that", "Care that"))
    assert found(approvals)
    settings = publication.root / "newsletter.yaml"
    settings.write_text(settings.read_text("utf-8") + "checks: {off: [N413]}\n", "utf-8")
    assert found(approvals) == []
