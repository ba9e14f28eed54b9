"""What is read again, and what is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsletter.config import Config
from newsletter.issue import Archive
from newsletter.web.preview import desk as desk_module
from newsletter.web.preview.desk import Closed, Desk
from newsletter.web.preview.proof import Proof, read_proof


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Months that were read and laid out, in order."""
    months: list[str] = []

    def noted(path: Path, config: Config, archive: Archive, digest: str) -> Proof:
        months.append(path.stem)
        return read_proof(path, config, archive, digest)

    monkeypatch.setattr(desk_module, "read_proof", noted)
    return months


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_the_shelf_lists_the_newest_first(desk: Desk) -> None:
    assert [proof.month for proof in desk.shelf().proofs] == ["2023-12", "2023-11"]


def test_an_unchanged_issue_is_not_laid_out_twice(desk: Desk, read: list[str]) -> None:
    desk.shelf()
    desk.proof("2023-12")
    desk.shelf()
    assert read == ["2023-12", "2023-11"]


def test_only_the_changed_issue_is_laid_out_again(
    desk: Desk, read: list[str], publication: Path
) -> None:
    desk.shelf()
    edit(publication / "issues/2023-11.yaml", "Only one", "Just one")
    assert desk.shelf().proofs[1].sheet.edition.subject == "Just one study"  # type: ignore[union-attr]
    assert read == ["2023-12", "2023-11", "2023-11"]


def test_a_month_that_covers_something_else_changes_what_is_said_of_later_ones(
    desk: Desk, read: list[str], publication: Path
) -> None:
    desk.shelf()
    edit(publication / "issues/2023-11.yaml", "title: ", "title: Another ")
    desk.shelf()
    assert read == ["2023-12", "2023-11", "2023-12", "2023-11"]


def test_a_later_month_changes_nothing_of_an_earlier_one(
    desk: Desk, read: list[str], publication: Path
) -> None:
    desk.shelf()
    edit(publication / "issues/2023-12.yaml", "title: ", "title: Another ")
    desk.shelf()
    assert read == ["2023-12", "2023-11", "2023-12"]


def test_an_earlier_month_that_cannot_be_read_spoils_no_other(
    desk: Desk, publication: Path
) -> None:
    (publication / "issues/2023-11.yaml").write_text("month: [", "utf-8")
    assert desk.proof("2023-12").sheet


@pytest.mark.parametrize("name", ["templates/parts/footer.mjml", "newsletter.yaml"])
def test_a_template_or_the_configuration_changes_all(
    desk: Desk, read: list[str], publication: Path, name: str
) -> None:
    desk.shelf()
    path = publication / name
    path.write_text(path.read_text("utf-8") + "\n", "utf-8")
    desk.shelf()
    assert read == ["2023-12", "2023-11"] * 2


def test_a_broken_issue_tells_its_problems_and_recovers(desk: Desk, publication: Path) -> None:
    path = publication / "issues/2023-12.yaml"
    edit(path, "doi:", "dio:")
    proof = desk.proof("2023-12")
    assert proof.sheet is None
    assert proof.problems[0].place == "issues/2023-12.yaml:12:5"
    assert proof.problems[0].message.startswith("unknown key 'dio'")
    edit(path, "dio:", "doi:")
    assert desk.proof("2023-12").sheet


def test_a_broken_template_tells_its_line(desk: Desk, publication: Path) -> None:
    edit(publication / "templates/issue.mjml", "</mj-body>", "{% oops %}</mj-body>")
    problem = desk.proof("2023-12").problems[0]
    assert problem.place.startswith("templates/issue.mjml:")
    assert "oops" in problem.message


def test_a_broken_configuration_is_told_everywhere_and_recovers(
    desk: Desk, publication: Path
) -> None:
    edit(publication / "newsletter.yaml", "tagline", "tagleine")
    problems = desk.proof("2023-12").problems
    assert "newsletter.yaml:2:1" in [problem.place for problem in problems]
    assert any("unknown key 'tagleine'" in problem.message for problem in problems)
    assert desk.shelf().problems == problems
    edit(publication / "newsletter.yaml", "tagleine", "tagline")
    assert desk.shelf().proofs


def test_a_deleted_issue_is_gone_and_remembered(desk: Desk, publication: Path) -> None:
    assert not desk.was_here("2023-12")
    desk.proof("2023-12")
    (publication / "issues/2023-12.yaml").unlink()
    assert desk.proof("2023-12").gone
    assert desk.was_here("2023-12")


def test_issues_may_move_while_the_preview_runs(desk: Desk, publication: Path) -> None:
    (publication / "issues").rename(publication / "months")
    assert desk.shelf().proofs == ()
    edit(publication / "newsletter.yaml", "tagline:", "issues: months\ntagline:")
    assert len(desk.shelf().proofs) == 2


def test_once_closed_it_lays_out_no_more_but_shows_what_it_has(
    desk: Desk, publication: Path
) -> None:
    desk.proof("2023-12")
    desk.close()
    assert desk.proof("2023-12").sheet
    with pytest.raises(Closed):
        desk.shelf()


@pytest.mark.parametrize("key", ["issues", "templates", "words"])
def test_a_name_that_is_too_long_for_a_file_is_told(
    desk: Desk, publication: Path, key: str
) -> None:
    edit(publication / "newsletter.yaml", "tagline:", f"{key}: {'x' * 300}\ntagline:")
    proof = desk.proof("2023-12")
    assert proof.problems or key == "words"
    if key == "issues":
        assert "too long" in proof.problems[0].message
        assert "too long" in desk.shelf().problems[0].message


def test_what_is_gone_or_no_file_is_not_listed(desk: Desk, publication: Path) -> None:
    (publication / "issues/2024-01.yaml").mkdir()
    (publication / "issues/2024-02.yaml").symlink_to("nowhere.yaml")
    (publication / "issues/2024-03.yaml").symlink_to("2024-03.yaml")
    assert [proof.month for proof in desk.shelf().proofs] == ["2023-12", "2023-11"]
    assert all(desk.proof(f"2024-0{month}").gone for month in (1, 2, 3))


def test_an_issue_that_goes_while_the_list_is_made_is_left_out(
    desk: Desk, publication: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = {month: publication / f"issues/{month}.yaml" for month in ("2023-12", "2023-10")}
    monkeypatch.setattr(desk_module, "issue_paths", lambda _: paths)
    assert [proof.month for proof in desk.shelf().proofs] == ["2023-12"]
