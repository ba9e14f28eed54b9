"""Which file a month, a path or `latest` means."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from newsletter.errors import ConfigurationError, IssueNotFound, UsageError
from newsletter.issue import find_issue, issue_paths


def _message(name: str, publication: Any) -> str:
    with pytest.raises(IssueNotFound) as missing:
        find_issue(name, publication.config())
    return str(missing.value)


def test_a_month_means_the_file_of_its_name(publication: Any) -> None:
    expected = publication.root / "issues" / "2023-12.yaml"
    assert find_issue("2023-12", publication.config()) == expected


def test_latest_means_the_greatest_month(publication: Any) -> None:
    for month in ("2024-02", "2024-10", "2019-12"):
        publication.write_issue(name=f"{month}.yaml")
    assert find_issue("latest", publication.config()).name == "2024-10.yaml"


def test_months_are_listed_newest_first_and_nothing_else_is(publication: Any) -> None:
    names = ("2024-02.yaml", "2023-13.yaml", "draft.yaml", "2024-03.yml", "2024-04.yaml.bak")
    for name in names:
        publication.write_issue(name=name)
    assert list(issue_paths(publication.config())) == ["2024-02", "2023-12"]


def test_a_path_means_itself_wherever_it_is(
    publication: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = tmp_path / "draft.yaml"
    draft.write_text("x", encoding="utf-8")
    monkeypatch.chdir(tmp_path / "issues")
    config = publication.config()
    assert find_issue(str(draft), config) == draft
    assert find_issue("../draft.yaml", config) == Path("../draft.yaml")
    assert find_issue("2023-12.yaml", config) == Path("2023-12.yaml")


def test_a_month_is_looked_for_in_the_publication_and_not_here(
    publication: Any, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert find_issue("2023-12", publication.config()).is_file()


def test_a_path_from_below_is_shown_from_the_publication(
    publication: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(publication.root / "templates")
    config = publication.config()
    path = find_issue("../issues/2023-12.yaml", config)
    assert config.shown(path) == "issues/2023-12.yaml"


def test_of_a_missing_month_the_file_is_named_and_the_nearest_month(publication: Any) -> None:
    assert _message("2023-11", publication) == (
        "no issue 2023-11: issues/2023-11.yaml does not exist; did you mean '2023-12'?"
    )


def test_a_month_far_from_all_others_gets_no_suggestion(publication: Any) -> None:
    assert _message("1999-01", publication) == (
        "no issue 1999-01: issues/1999-01.yaml does not exist"
    )


@pytest.mark.parametrize("folder", ["empty", "absent"])
def test_latest_without_any_issue_says_what_to_write(publication: Any, folder: str) -> None:
    (publication.root / "issues" / "2023-12.yaml").unlink()
    if folder == "absent":
        (publication.root / "issues").rmdir()
    expected = "there is no issue in issues/ yet; try 'newsletter new MONTH'"
    assert _message("latest", publication) == expected


@pytest.mark.parametrize(
    "name", ["2023-13", "2023-1", "2023", "12-2023", "december", "", "2٠23-12", "2023-12-05", "."]
)
def test_what_is_neither_month_nor_path_is_refused(publication: Any, name: str) -> None:
    message = _message(name, publication)
    assert message.startswith(f"'{name}' is not an issue; write a month such as 2023-12, a path")


def test_a_mistyped_latest_is_recognised(publication: Any) -> None:
    assert _message("lastest", publication).endswith("; did you mean 'latest'?")


def test_a_malformed_month_is_recognised(publication: Any) -> None:
    assert _message("2023-1", publication).endswith("; did you mean '2023-12'?")


def test_a_file_name_without_its_folder_is_recognised(
    publication: Any, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert _message("2023-12.yaml", publication) == (
        "2023-12.yaml: no such file; did you mean 'issues/2023-12.yaml'?"
    )


@pytest.mark.parametrize("name", ["drafts/zebra.yaml", "/nowhere/x.yml", "issues/"])
def test_a_path_without_a_file_is_refused(publication: Any, name: str) -> None:
    if name == "issues/":
        name = str(publication.root / "issues")
    assert _message(name, publication) == f"{name}: no such file; check the path"


def test_a_missing_issue_is_wrong_usage() -> None:
    assert issubclass(IssueNotFound, UsageError)
    assert IssueNotFound.exit_code == 2


def test_what_is_no_file_is_not_listed(publication: Any) -> None:
    folder = publication.root / "issues"
    (folder / "2024-01.yaml").mkdir()
    (folder / "2024-02.yaml").symlink_to("nowhere.yaml")
    (folder / "2024-03.yaml").symlink_to("2023-12.yaml")
    assert list(issue_paths(publication.config())) == ["2024-03", "2023-12"]


def test_a_file_in_place_of_the_folder_is_no_empty_publication(publication: Any) -> None:
    folder = publication.root / "issues"
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    folder.write_text("", "utf-8")
    with pytest.raises(ConfigurationError, match="'issues' names issues, which is no folder"):
        issue_paths(publication.config())
