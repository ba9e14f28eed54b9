"""`newsletter serve`, and the link of a real mail in a real browser."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes, policy
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

COMMAND = [sys.executable, "-m", "newsletter"]
READER = "reader@example.org"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
UNBROKEN = policy.default.clone(max_line_length=None)


def environment() -> dict[str, str]:
    """Without anything of the tester's own."""
    return {k: v for k, v in os.environ.items() if not k.startswith("NEWSLETTER_")}


def run(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [*COMMAND, *arguments], cwd=folder, env=environment(),
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def told(folder: Path) -> dict[str, Any]:
    """What is on record of the reader."""
    shown = run(folder, "subscribers", "show", READER, "--json")
    return dict(json.loads(shown))


class Served:
    """A publication that has sent an issue, served on a free port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        run(folder, "subscribers", "add", READER, "--consent", "express")
        run(folder, "approve", "2023-12", "--by", "the editor")
        run(folder, "send", "2023-12", "--yes")
        (mail,) = folder.glob("outbox/**/*.eml")
        message = message_from_bytes(mail.read_bytes(), policy=UNBROKEN)
        self.token = str(message["List-Unsubscribe"]).strip("<>").rpartition("/")[2]
        self._process = subprocess.Popen(
            [*COMMAND, "serve", "--port", "0"],
            cwd=folder, env=environment(), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert self._process.stdout
        found = re.search(r"http://\S+", self._process.stdout.readline())
        assert found
        self.base = found[0]
        self.link = f"{self.base}/u/{self.token}"

    def stop(self) -> None:
        self._process.terminate()
        self._process.communicate(timeout=20)

    @property
    def status(self) -> str:
        return str(told(self.folder)["status"])


@pytest.fixture
def served(publication: Path) -> Iterator[Served]:
    serving = Served(publication)
    yield serving
    serving.stop()


def test_the_link_of_a_mail_leads_out_and_back(served: Served, page: Page) -> None:
    page.goto(served.link)
    expect(page.get_by_role("heading", level=1)).to_have_text("Unsubscribe")
    expect(page.locator("main")).to_contain_text("r…r@example.org")
    assert served.status == "active"

    page.get_by_role("button", name="Unsubscribe").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are unsubscribed")
    assert served.status == "unsubscribed"
    page.reload()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()

    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are still subscribed")
    assert served.status == "active"

    page.get_by_role("button", name="Unsubscribe after all").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are unsubscribed")
    assert served.status == "unsubscribed"
    page.goto(served.link)
    expect(page.get_by_role("heading", level=1)).to_have_text("You are unsubscribed")
    expect(page.get_by_role("button")).to_have_count(0)


def test_the_keyboard_alone_is_enough(served: Served, page: Page) -> None:
    page.goto(served.link)
    page.get_by_role("button", name="Unsubscribe").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("You are unsubscribed")
    outline = page.get_by_role("button", name="Undo")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(outline).to_be_focused()
    assert outline.evaluate("it => getComputedStyle(it).outlineStyle") == "solid"


def test_it_works_without_scripts_and_leaves_no_cookie(served: Served, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(served.link)
    page.get_by_role("button", name="Unsubscribe").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    assert context.cookies() == []
    context.close()
    assert served.status == "unsubscribed"


LOOKS = (
    "document.querySelectorAll('a, link').forEach(it => fetch(it.href).catch(() => 0))",
    "for (const method of ['GET', 'HEAD']) fetch(location.href, {method})",
    """for (const rel of ['prefetch', 'prerender', 'preload', 'dns-prefetch']) {
         const link = document.createElement('link');
         link.rel = rel; link.href = location.href; link.as = 'document';
         document.head.append(link);
       }""",
    """const rules = document.createElement('script');
       rules.type = 'speculationrules';
       rules.textContent = JSON.stringify({prerender: [{urls: [location.href]}]});
       document.head.append(rules)""",
    """const frame = document.createElement('iframe');
       frame.src = location.href;
       document.body.append(frame)""",
    "new Image().src = location.href",
)
"""What scanners, and programs that look ahead, do with a page."""


def test_scanners_with_a_browser_unsubscribe_nobody(served: Served, page: Page) -> None:
    for _ in range(3):
        page.goto(served.link)
        for look in LOOKS:
            page.evaluate(f"() => {{ {look} }}")
        page.mouse.move(300, 300)
        page.wait_for_load_state("networkidle")
    with httpx.Client() as scanner:
        for method in ("GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"):
            scanner.request(method, served.link, params=ONE_CLICK)
            scanner.request(method, served.link, headers={"Purpose": "prefetch"})
        assert scanner.post(served.link).status_code == 400
    assert told(served.folder)["withdrawals"] == []
    assert served.status == "active"


def test_twenty_clicks_at_once_are_one_withdrawal(served: Served) -> None:
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: httpx.post(served.link, data=ONE_CLICK), range(20)))
    assert {answer.status_code for answer in answers} == {200}
    record = told(served.folder)
    assert record["status"] == "unsubscribed"
    (withdrawal,) = record["withdrawals"]
    assert withdrawal["channel"] == "one-click"
    assert withdrawal["issue"] == "2023-12"


def test_what_is_on_record_of_a_withdrawal_is_told(served: Served) -> None:
    httpx.post(served.link, files={"List-Unsubscribe": (None, "One-Click")})
    (withdrawal,) = told(served.folder)["withdrawals"]
    shown = run(served.folder, "subscribers", "show", READER)
    assert f"left       {withdrawal['at']} by one click (RFC 8058), mail of 2023-12" in shown
    assert f"key {withdrawal['key_id']}" in shown


def test_links_outlive_new_keys_new_lists_and_erasing(served: Served) -> None:
    (served.folder / "list.csv").write_text(f"email,consent\n{READER},express\n", "utf-8")
    run(served.folder, "subscribers", "import", "list.csv")
    assert httpx.post(served.link, data=ONE_CLICK).status_code == 200
    assert served.status == "unsubscribed"
    run(served.folder, "subscribers", "import", "list.csv")
    assert served.status == "unsubscribed"
    run(served.folder, "subscribers", "erase", READER, "--yes")
    answer = httpx.post(served.link, data=ONE_CLICK)
    assert answer.status_code == 200
    assert "@" not in answer.text.partition("<main>")[2].partition("</main>")[0]


@pytest.fixture(scope="module")
def axe() -> str:
    """The source of axe-core, which looks for barriers in a page."""
    return (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
SEEN = """async tags => (await axe.run(document, {runOnly: tags})).violations.map(
  rule => rule.id + ': ' + rule.nodes.map(node => node.failureSummary).join('; '))"""
SMALL_TARGETS = """() => [...document.querySelectorAll('a, button')].filter(it => {
  const box = it.getBoundingClientRect();
  return box.height < 44 || box.width < 44;
}).map(it => it.textContent)"""


def test_a_barrier_would_be_found(page: Page, axe: str) -> None:
    page.set_content("<main><h1>Small</h1><p style='color: #999'>print</p><a href='/'>x</a></main>")
    page.evaluate(axe)
    assert "color-contrast" in str(page.evaluate(SEEN, RULES))
    assert page.evaluate(SMALL_TARGETS) == ["x"]


@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_barrier(
    served: Served, chromium: Browser, axe: str, width: int, scheme: Any
) -> None:
    context = chromium.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    for name in visited(page, served):
        page.evaluate(axe)
        assert page.evaluate(SEEN, RULES) == [], name
        assert page.evaluate(SMALL_TARGETS) == [], name
        assert page.evaluate("document.documentElement.scrollWidth") == width, name
    context.close()


def visited(page: Page, served: Served) -> Iterator[str]:
    """Opens each page that a reader may come upon, one after the other."""
    page.goto(served.link)
    yield "confirm"
    page.get_by_role("button", name="Unsubscribe").click()
    yield "done"
    page.goto(served.link)
    yield "done before"
    page.goto(f"{served.base}/u/preview")
    yield "specimen"
    page.goto(f"{served.link}x")
    yield "damaged"
    page.goto(f"{served.base}/nothing")
    yield "error"
    page.goto(served.link)
    httpx.post(served.link, data=ONE_CLICK)
    undo = re.search(r'name="undo" value="([^"]+)"', httpx.post(served.link, data=ONE_CLICK).text)
    assert undo
    for value, name in ((undo[1], "undone"), ("x", "late")):
        page.set_content(f'<form method="post" action="{served.link}"><input name="undo" '
                         f'value="{value}"><button>Send</button></form>')  # fmt: skip
        with page.expect_navigation():
            page.get_by_role("button", name="Send").click()
        yield name
