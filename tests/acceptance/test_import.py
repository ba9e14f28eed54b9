"""`newsletter import`: the saved pages of ten years become issue files in one command."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "newsletter"]
LONG = "The team asked therapists about a session, and then compared what both had said of it. "
ARTICLE = """\
{title}
Author, A., & Writer, C. ({year}). A study of it. Psychotherapy, 5(2), 1–9. {doi}
{text}
Practice Implications
{text}
"""


LITTLE_DISK = 'ulimit -f 1; trap "" XFSZ; exec "$@"'


def article(title: str, doi: str = "", year: int = 2020) -> str:
    return ARTICLE.format(title=title, doi=doi, year=year, text=(LONG * 8).strip())


PAGE_1 = (
    "Blog\nA network tells about research.\nThis month...\n…I blog about things.\n"
    "Topics\n- Empathy\n- Training\nMarch 2021\n"
    + article("What Patients Say", "https://doi.org/10.1037/a0034530")
    + "February 2021\n"
    + article("How Therapists Listen", "DOI: 10.1002/cpp.2509")
)
SHARED = article("How Therapists Listen", "DOI: 10.1002/cpp.2509")
PAGE_2 = f"Blog\nFebruary 2021\n{SHARED}{article('Why Some Leave')}"


@pytest.fixture
def archive(publication: Path) -> Path:
    """A publication without issues, and two saved pages in it."""
    for path in (publication / "issues").glob("*.yaml"):
        path.unlink()
    (publication / "page-1.txt").write_text(PAGE_1, "utf-8")
    (publication / "page-2.txt").write_text(PAGE_2, "utf-8")
    return publication


def run(
    folder: Path, *options: str, command: str = "import"
) -> subprocess.CompletedProcess[str]:  # fmt: skip
    return subprocess.run(
        [*COMMAND, command, *options], cwd=folder, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip


def test_pages_become_issues_that_build(archive: Path) -> None:
    done = run(archive, "page-1.txt", "page-2.txt")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "issues/2021-02.yaml: written (2 articles)",
        "issues/2021-03.yaml: written (1 article)",
    ]
    assert "page-1.txt:4: note: the standing line is left out" in done.stderr
    for month in ("2021-02", "2021-03"):
        assert run(archive, month, command="build").returncode == 0


def test_json_lists_months_articles_and_where_they_were(archive: Path) -> None:
    done = run(archive, "page-1.txt", "page-2.txt", "--json")
    document = json.loads(done.stdout)
    assert set(document) == {"months", "unplaced", "notes"}
    february, march = document["months"]
    assert (february["month"], february["file"], february["action"]) == (
        "2021-02", "issues/2021-02.yaml", "created"
    )  # fmt: skip
    keys = ("title", "doi", "page", "line")
    assert february["articles"] == [
        dict(
            zip(keys, ("How Therapists Listen", "10.1002/cpp.2509", "page-1.txt", 15), strict=True)
        ),
        dict(zip(keys, ("Why Some Leave", None, "page-2.txt", 8), strict=True)),
    ]
    assert march["articles"][0]["line"] == 9
    assert document["unplaced"] == []
    assert {note["page"] for note in document["notes"]} == {"page-1.txt", "page-2.txt"}
    assert done.stderr == ""


def test_a_dry_run_says_the_same_and_writes_nothing(archive: Path) -> None:
    told = json.loads(run(archive, "page-1.txt", "--json", "--dry-run").stdout)
    assert not list((archive / "issues").iterdir())
    assert json.loads(run(archive, "page-1.txt", "--json").stdout) == told
    done = run(archive, "page-2.txt", "--dry-run", "--out", "elsewhere")
    assert done.stdout == "elsewhere/2021-02.yaml: would be written (2 articles)\n"
    assert not (archive / "elsewhere").exists()


def test_existing_files_are_compared_and_completed_only_when_asked(archive: Path) -> None:
    assert run(archive, "page-1.txt").returncode == 0
    path = archive / "issues/2021-02.yaml"
    before = path.read_bytes()
    again = run(archive, "page-1.txt")
    assert (again.returncode, "issues/2021-02.yaml: unchanged (1 article)" in again.stdout) == (
        0,
        True,
    )
    more = run(archive, "page-2.txt")
    assert more.returncode == 1
    assert more.stdout == "issues/2021-02.yaml: differs (2 articles)\n"
    assert "issues/2021-02.yaml:2:1: warning: 'Why Some Leave' is missing" in more.stderr
    assert path.read_bytes() == before
    merged = run(archive, "page-2.txt", "--merge")
    assert (merged.returncode, merged.stdout) == (
        0,
        "issues/2021-02.yaml: articles added (2 articles)\n",
    )
    assert path.read_bytes().startswith(before.rstrip(b"\n"))
    assert run(archive, "page-1.txt", "page-2.txt").returncode == 0


def test_text_that_found_no_place_is_told_with_its_line(archive: Path) -> None:
    (archive / "page-1.txt").write_text(PAGE_1 + article("X").split("Practice")[0], "utf-8")
    done = run(archive, "page-1.txt")
    assert done.returncode == 1
    line = PAGE_1.count("\n") + 1
    assert f"page-1.txt:{line}: error: not imported" in done.stderr
    assert (archive / "issues/2021-02.yaml").is_file()
    document = json.loads(run(archive, "page-1.txt", "--json").stdout)
    assert [each["line"] for each in document["unplaced"]] == [line, line + 1, line + 2]
    assert document["unplaced"][0]["text"] == "X"


def test_one_page_that_is_none_stops_all(archive: Path) -> None:
    (archive / "list.txt").write_text("milk\nbread\n", "utf-8")
    done = run(archive, "page-1.txt", "list.txt", "nowhere.txt")
    assert done.returncode == 1
    assert done.stderr.startswith("nowhere.txt: error: cannot be read")
    done = run(archive, "page-1.txt", "list.txt")
    assert done.returncode == 1
    assert done.stderr.startswith("list.txt: error: this is no page of the blog")
    assert not list((archive / "issues").iterdir())


def test_no_page_is_wrong_usage(archive: Path) -> None:
    assert run(archive).returncode == 2


def test_a_disk_that_is_full_leaves_no_half_file(archive: Path) -> None:
    """/dev/full cannot be a folder, so a limit on the size of files stands in for it."""
    done = subprocess.run(
        ["bash", "-c", LITTLE_DISK, "-", *COMMAND, "import", "page-1.txt"],
        cwd=archive, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "issues/2021-02.yaml: error: " in done.stderr
    assert not list((archive / "issues").iterdir())


def test_pages_named_twice_are_read_once(archive: Path) -> None:
    document = json.loads(run(archive, "page-1.txt", "page-1.txt", "--json").stdout)
    assert len(document["notes"]) == len({json.dumps(each) for each in document["notes"]})
