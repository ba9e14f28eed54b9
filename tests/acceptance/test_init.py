"""`newsletter init`, as a person at a shell runs it."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from newsletter.config import load_config
from newsletter.issue.schema import schema_text

TEMPLATES = Path(__file__).parents[2] / "templates"
MONTH = f"{date.today():%Y-%m}"
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs a command in an empty folder."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("NEWSLETTER_")}

    def running(
        *arguments: str, cwd: Path | None = None, **options: Any
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "newsletter", *arguments],
            cwd=cwd or tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
            check=False,
            **options,
        )

    return running


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_a_publication_is_made_and_what_comes_next_is_said(run: Run, tmp_path: Path) -> None:
    ran = run("init", "my digest")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "my digest: a publication of" in ran.stdout
    assert "  cd 'my digest'\n" in ran.stdout
    assert f"  newsletter preview {MONTH}\n" in ran.stdout
    made = contents(tmp_path / "my digest")
    assert {"newsletter.yaml", f"issues/{MONTH}.yaml", "words.txt", ".gitignore"} < made.keys()
    assert {"subscribers.example.csv", "schema/issue.schema.json"} < made.keys()
    shared = {f"templates/{name}": content for name, content in contents(TEMPLATES).items()}
    assert {name: made[name] for name in made if name.startswith("templates/")} == shared


def test_it_can_be_checked_built_and_gone_on_with_at_once(run: Run, tmp_path: Path) -> None:
    run("init")
    checked = run("check", "--strict", "--json")
    assert (checked.returncode, json.loads(checked.stdout)) == (0, [])
    built = run("build", "latest")
    assert built.returncode == 0
    assert (tmp_path / "build" / f"{MONTH}.eml").is_file()
    begun = run("new", "1999-01")
    assert (begun.returncode, begun.stderr) == (0, "")
    assert run("import", "nothing.txt").returncode == 1


def test_its_preview_shows_the_first_issue(run: Run, tmp_path: Path) -> None:
    from urllib.request import urlopen

    run("init")
    with subprocess.Popen(
        [sys.executable, "-m", "newsletter", "preview", "latest", "--port", "0", "--no-browser"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
    ) as preview:
        assert preview.stdout
        url = preview.stdout.readline().split()[1]
        with urlopen(url) as page:  # noqa: S310 - the preview's own address
            assert page.status == 200
        preview.terminate()


def test_its_schema_is_its_own(run: Run, tmp_path: Path) -> None:
    run("init")
    config = load_config(tmp_path / "newsletter.yaml", {})
    assert (tmp_path / "schema" / "issue.schema.json").read_text("utf-8") == schema_text(config)


def test_an_unrelated_folder_keeps_what_it_has(run: Run, tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "mine.txt").write_text("mine")
    (tmp_path / "notes.md").write_text("mine")
    assert run("init").returncode == 0
    made = contents(tmp_path)
    assert made["notes.md"] == made["templates/mine.txt"] == b"mine"


def test_folders_above_are_made(run: Run, tmp_path: Path) -> None:
    assert run("init", "a/b/c").returncode == 0
    assert (tmp_path / "a" / "b" / "c" / "newsletter.yaml").is_file()


@pytest.mark.parametrize("arguments", [[], ["."], ["../here"]])
def test_a_folder_that_holds_a_publication_is_refused(
    arguments: list[str], run: Run, tmp_path: Path
) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / "newsletter.yaml").write_text("mine")
    ran = run("init", *arguments, cwd=folder)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "holds a publication already; choose another folder" in ran.stderr
    assert contents(folder) == {"newsletter.yaml": b"mine"}


def test_all_that_stands_in_the_way_is_told_and_nothing_is_written(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / ".gitignore").write_text("mine")
    (tmp_path / "issues").write_text("mine")
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "issue.txt").symlink_to("nowhere")
    before = sorted(tmp_path.rglob("*"))
    ran = run("init")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == (
        "nothing is written, since in this folder there are already templates/issue.txt, issues, "
        ".gitignore; move them, or choose another folder\n"
    )
    assert sorted(tmp_path.rglob("*")) == before


def test_a_file_is_no_folder(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    ran = run("init", "file")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "file" in ran.stderr
    below = run("init", "file/below")
    assert (below.returncode, len(below.stderr.splitlines())) == (1, 1)
    assert contents(tmp_path) == {"file": b"mine"}


@pytest.mark.parametrize("room", [500, 2000, 3000])
def test_on_a_full_disk_nothing_is_left_behind(room: int, run: Run, tmp_path: Path) -> None:
    (tmp_path / "issues").mkdir()
    ran = run(
        "init",
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
    )
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ": error: " in ran.stderr
    assert list(tmp_path.rglob("*")) == [tmp_path / "issues"]


def test_what_a_killed_init_has_left_is_completed(run: Run, tmp_path: Path) -> None:
    run("init", "whole")
    run("init", "half")
    for name in ("newsletter.yaml", "words.txt", "templates/issue.mjml"):
        (tmp_path / "half" / name).unlink()
    assert run("init", "half").returncode == 0
    assert contents(tmp_path / "half") == contents(tmp_path / "whole")
