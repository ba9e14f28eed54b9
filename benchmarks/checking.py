"""How long `newsletter check` takes, as whole processes."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parent.parent


def check_one() -> float:
    """Milliseconds of `newsletter check 2023-12` among the sample issues."""
    return median(_milliseconds(ROOT, "2023-12") for _ in range(7))


def check_120() -> float:
    """Seconds of `newsletter check` over ten years of issues, no two texts the same."""
    with tempfile.TemporaryDirectory() as folder:
        publication = ten_years(Path(folder))
        return median(_milliseconds(publication) for _ in range(3)) / 1000


def ten_years(folder: Path) -> Path:
    """A publication of 120 issues in a folder."""
    shutil.copytree(ROOT / "templates", folder / "templates")
    shutil.copy(ROOT / "newsletter.yaml", folder)
    (folder / "issues").mkdir()
    samples = [path.read_text("utf-8") for path in sorted((ROOT / "issues").glob("*.yaml"))]
    for number in range(120):
        month = f"{2010 + number // 12}-{number % 12 + 1:02}"
        text = samples[number % len(samples)]
        sample = text[text.index("month: ") + 7 :][:7]
        text = text.replace(f"month: {sample}", f"month: {month}")
        text = re.sub(r"title: (>-\n +)?", rf"\g<0>Number {number} ", text)
        (folder / "issues" / f"{month}.yaml").write_text(text, "utf-8")
    return folder


def _milliseconds(folder: Path, *issues: str) -> float:
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "newsletter", "check", *issues],
        cwd=folder,
        capture_output=True,
        check=False,
    )
    if b"checked" not in done.stdout:
        raise RuntimeError(done.stderr.decode())
    return (time.perf_counter() - start) * 1000
