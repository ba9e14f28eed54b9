"""The preview says where an approval stands, to whoever looks and whoever listens."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect


def approve(folder: Path, *options: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "newsletter", "approve", "2023-12", *options],
        cwd=folder, check=True, capture_output=True, timeout=60,
    )  # fmt: skip


def edit(path: Path, *words: str) -> None:
    text = path.read_text("utf-8")
    for word in words:
        assert word in text
        text = text.replace(word, f"{word} too")
    path.write_text(text, "utf-8")


@pytest.fixture
def issue(publication: Path) -> Path:
    return publication / "issues/2023-12.yaml"


def test_an_approval_from_another_terminal_shows_on_reload_and_an_edit_by_itself(
    preview: Any, page: Page, publication: Path, issue: Path
) -> None:
    page.goto(preview.url)
    stamp = page.locator(".stamp")
    expect(stamp).to_have_text("Not approved yet")
    assert not (publication / "newsletter.db").exists()
    approve(publication, "--by", "the editor")
    page.reload()
    expect(stamp).to_contain_text("Approved by the editor, 20")
    edit(issue, "Warmth and")
    expect(stamp).to_contain_text("Changed since the editor approved it: subject")
    approve(publication, "--withdraw")
    page.reload()
    expect(stamp).to_have_text("Not approved yet")
    assert preview.stop()[1] == ""


def test_a_long_list_of_changes_stays_open_while_it_grows(
    preview: Any, page: Page, publication: Path, issue: Path
) -> None:
    approve(publication, "--by", "the editor")
    edit(issue, "Warmth and", "What warmth does", "This month", "not enough")
    page.goto(preview.url)
    page.get_by_text("in 4 places").click()
    changes = page.locator("#changes li")
    expect(changes.last).to_be_visible()
    edit(issue, "Limits")
    expect(changes).to_have_count(5)
    expect(changes.last).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(375, "dark"), (1280, "light")])
def test_it_is_legible_at_every_width_and_in_both_schemes(
    preview: Any, chromium: Browser, publication: Path, issue: Path, width: int, scheme: Any
) -> None:
    approve(publication, "--by", "the editor")
    size: Any = {"width": width, "height": 900}
    context = chromium.new_context(viewport=size, color_scheme=scheme)
    page = context.new_page()
    for words in ((), ("Warmth and", "What warmth does", "This month", "not enough")):
        edit(issue, *words)
        for address in ("/", "/2023-12"):
            page.goto(preview.base + address)
            expect(page.locator(".stamp").first).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            found = Axe().run(page, context=".stamp").response
            assert found["violations"] == []
            assert "color-contrast" in [rule["id"] for rule in found["passes"]]
    context.close()
