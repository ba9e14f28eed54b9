"""What the README shows is what happens."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The repository's own publication, to be played with."""
    for name in ("newsletter.yaml", "issues", "templates", "subscribers.example.csv"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "docs/tutorial.md",
        "docs/how-to/bring-in-old-pages.md",
        "docs/how-to/schedule.md",
        "docs/how-to/send.md",
        "docs/how-to/subscribers.md",
    ],
)
def test_each_console_block_prints_what_it_says(clone: Path, page: str) -> None:
    blocks = BLOCK.findall((ROOT / page).read_text("utf-8"))
    assert blocks
    for block in blocks:
        commands = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
        for command, printed in map(_parted, commands):
            assert _run(command, clone) == printed, command


def _parted(entry: str) -> tuple[str, str]:
    """A command, with the lines behind '> ' that belong to it, and what it prints."""
    lines = entry.splitlines(keepends=True)
    end = next((n for n, line in enumerate(lines) if n and not line.startswith("> ")), len(lines))
    return lines[0] + "".join(line[2:] for line in lines[1:end]), "".join(lines[end:])


def _run(command: str, folder: Path) -> str:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={**os.environ, "PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    return done.stdout


def test_the_reference_pages_are_current() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "reference.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_every_link_between_the_documents_leads_somewhere() -> None:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    links = [
        (page, target)
        for page in pages
        for target in re.findall(r"\]\(([^)#]+)", page.read_text("utf-8"))
        if "://" not in target
    ]
    assert [(page, target) for page, target in links if not (page.parent / target).exists()] == []
