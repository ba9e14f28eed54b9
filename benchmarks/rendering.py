"""How long an issue takes to render, and to build as a whole process."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from newsletter.config import Config, load_config
from newsletter.edition import render, specimen
from newsletter.issue import Issue, find_issue, load_issue

ROOT = Path(__file__).parent.parent
NODE = ROOT / ".cache" / "mjml"
"""Where the reference implementation of MJML is installed for comparison."""


def warm_render() -> float:
    """Milliseconds to render December 2023 again, one of its texts changed each time."""
    config, issue = _december()
    rounds = [_with_other_text(issue, number) for number in range(60)]
    for variant in rounds[:10]:
        render(variant, config)
    return median(_milliseconds(lambda v=variant: render(v, config)) for variant in rounds[10:])  # type: ignore[misc]


def html_kilobytes() -> float:
    """Size of the HTML of three real summaries."""
    config, issue = _december()
    return len(render(issue, config).html.fill(specimen(config)).encode()) / 1024


def build_against_mjml() -> float | None:
    """`newsletter build` over `npx mjml` on the same MJML, whole processes, run in turn.

    None where Node.js is missing.
    """
    npx = shutil.which("npx")
    if npx is None:
        return None
    _install_mjml()
    with tempfile.TemporaryDirectory() as folder:
        ours = [sys.executable, "-m", "newsletter", "build", "2023-12", "--out", folder, "--mjml"]
        theirs = [npx, "mjml", f"{folder}/2023-12.mjml", "-o", f"{folder}/theirs.html"]
        _run(ours, ROOT)
        _run(theirs, NODE)
        pairs = [
            (_milliseconds(lambda: _run(ours, ROOT)), _milliseconds(lambda: _run(theirs, NODE)))
            for _ in range(7)
        ]
    return median(our / their for our, their in pairs)


def help_against_click() -> float:
    """`newsletter --help` over a bare interpreter that imports click, run in turn."""
    ours = [str(Path(sys.executable).with_name("newsletter")), "--help"]
    bare = [sys.executable, "-c", "import click"]
    pairs = [
        (_milliseconds(lambda: _run(ours, ROOT)), _milliseconds(lambda: _run(bare, ROOT)))
        for _ in range(25)
    ]
    return median(our / their for our, their in pairs[5:])


def _december() -> tuple[Config, Issue]:
    config = load_config(ROOT / "newsletter.yaml", {})
    return config, load_issue(find_issue("2023-12", config), config).issue


def _with_other_text(issue: Issue, number: int) -> Issue:
    first, *others = issue.summaries
    changed = first.model_copy(update={"summary": f"{first.summary} Version {number}."})
    return issue.model_copy(update={"summaries": (changed, *others)})


def _install_mjml() -> None:
    if not (NODE / "node_modules").is_dir():
        NODE.mkdir(parents=True, exist_ok=True)
        _run(["npm", "install", "--silent", "--prefix", str(NODE), "mjml@5"], NODE)


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def _milliseconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000
