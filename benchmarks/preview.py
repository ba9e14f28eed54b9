"""How fast the preview sees a save, and lists ten years of issues."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from urllib.request import urlopen

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parent.parent
SAVES = 30
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def save_to_event() -> float:
    """Median milliseconds from the write of an issue file to the event in an open issue page.

    Both ends read the same clock, the machine's; the page puts together what it began with
    and what its own, finer clock has counted since.
    """
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        publication = _publication(Path(folder))
        issue = publication / "issues" / "2023-12.yaml"
        text = issue.read_text("utf-8")
        with _preview(publication) as url:
            browser = playwright.chromium.launch(
                executable_path=_chromium(), args=["--no-sandbox", "--disable-gpu"]
            )
            page = browser.new_page()
            page.goto(f"{url}2023-12")
            page.evaluate(
                """() => new Promise((opened) => {
                  window.seen = [];
                  const source = new EventSource("/events");
                  source.onmessage = () => seen.push(performance.timeOrigin + performance.now());
                  source.onopen = opened;
                })"""
            )
            page.wait_for_timeout(1000)  # the watch's own first word is not a save
            delays = []
            for number in range(SAVES):
                page.evaluate("seen.length = 0")
                saved = time.time() * 1000
                issue.write_text(f"{text}# saved {number}\n", "utf-8")
                page.wait_for_timeout(250)
                delays.append(page.evaluate("seen[0]") - saved)
            browser.close()
    return median(delays)


def list_120() -> float:
    """Milliseconds of the list of 120 issues, once it has been loaded before."""
    with tempfile.TemporaryDirectory() as folder:
        publication = _publication(Path(folder))
        text = (publication / "issues" / "2023-12.yaml").read_text("utf-8")
        for year in range(2010, 2020):
            for month in range(1, 13):
                name = f"{year}-{month:02}"
                issue = text.replace("month: 2023-12", f"month: {name}")
                (publication / "issues" / f"{name}.yaml").write_text(issue, "utf-8")
        for path in (publication / "issues").glob("202*.yaml"):
            path.unlink()
        with _preview(publication) as url:
            if _load(url).count("<tr") != 121:
                raise RuntimeError("the list does not show 120 issues")
            start = time.perf_counter()
            _load(url)
            return (time.perf_counter() - start) * 1000


def _load(url: str) -> str:
    with urlopen(url) as answer:  # noqa: S310 - our own server
        return str(answer.read().decode())


def _publication(folder: Path) -> Path:
    for name in ("issues", "templates"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "newsletter.yaml", folder)
    return folder


@contextmanager
def _preview(publication: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "newsletter", "preview", "--port", "0", "--no-browser"]
    with subprocess.Popen(command, cwd=publication, stdout=subprocess.PIPE, text=True) as process:
        found = re.search(r"http://\S+", next(process.stdout or iter([""])))
        try:
            yield found[0] if found else ""
        finally:
            process.terminate()


def _chromium() -> str | None:
    found = (shutil.which(name) for name in _BROWSERS)
    return os.environ.get("NEWSLETTER_CHROMIUM") or next(filter(None, found), None)
