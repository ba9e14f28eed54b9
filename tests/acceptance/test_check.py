"""`newsletter check`, as an author and a build server run it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "newsletter", "check"]


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *options], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture
def clean(publication: Path) -> Path:
    """A publication whose newest issue has nothing to mend, with all other checks off."""
    for path in (publication / "issues").glob("*.yaml"):
        path.unlink()
    return publication


STUDY = "  - {{title: {0}, summary: A team studied it., practice_implications: Ask., link: 'https://a.example'}}\n"


def issue(folder: Path, month: str, *titles: str) -> None:
    text = f"month: {month}\nsummaries:\n" + "".join(map(STUDY.format, titles))
    (folder / "issues" / f"{month}.yaml").write_text(text, "utf-8")


def test_an_error_exits_with_1_and_stands_at_its_place(clean: Path) -> None:
    (clean / "issues/2023-12.yaml").write_text("month: 2023-12\nsumaries: []\n", "utf-8")
    done = run(clean)
    assert done.returncode == 1
    *found, last = done.stdout.splitlines()
    assert "issues/2023-12.yaml:2:1: error: unknown key 'sumaries'" in found[-1]
    assert all(line.endswith("[N001]") for line in found)
    assert last == "1 issue checked: 2 errors"
    assert done.stderr == ""


def test_a_warning_exits_with_1_only_where_it_is_to_be_strict(clean: Path) -> None:
    issue(clean, "2023-12", "One study")
    done = run(clean, "2023-12")
    assert done.returncode == 0
    assert "warning: 1 summary; a digest has two or three [N101]" in done.stdout
    assert run(clean, "2023-12", "--strict").returncode == 1


def test_json_is_one_document_with_every_finding(clean: Path) -> None:
    issue(clean, "2023-12", "One study")
    done = run(clean, "latest", "--json")
    findings = json.loads(done.stdout)
    found = next(each for each in findings if each["code"] == "N101")
    assert found == {
        "code": "N101",
        "severity": "warning",
        "message": "1 summary; a digest has two or three",
        "path": "issues/2023-12.yaml",
        "line": 2,
        "column": 1,
    }


def test_all_issues_are_checked_oldest_first(clean: Path) -> None:
    for month in ("2023-12", "2023-02"):
        issue(clean, month, "One study")
    done = run(clean, "--json")
    paths = [each["path"] for each in json.loads(done.stdout) if each["code"] == "N101"]
    assert paths == ["issues/2023-02.yaml", "issues/2023-12.yaml"]


def test_no_issues_are_no_error(clean: Path) -> None:
    done = run(clean)
    assert (done.returncode, done.stderr) == (0, "")
    assert "newsletter new" in done.stdout
    assert json.loads(run(clean, "--json").stdout) == []


def test_an_unknown_month_is_wrong_usage(clean: Path) -> None:
    done = run(clean, "2031-01")
    assert done.returncode == 2
    assert "2031-01" in done.stderr
    assert done.stdout == ""


def test_a_mistyped_code_to_switch_off_is_refused(clean: Path) -> None:
    issue(clean, "2023-12", "One study")
    file = clean / "newsletter.yaml"
    file.write_text(file.read_text("utf-8").replace("N103", "N999"), "utf-8")
    done = run(clean)
    assert done.returncode == 2
    assert "checks.off: no check N999" in done.stderr
