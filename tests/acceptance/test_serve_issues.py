"""Web versions in a real browser: mailed by SMTP, served by `newsletter serve`."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from playwright.sync_api import Browser, Page, expect

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "newsletter"]
ENVIRONMENT = {**os.environ, "NEWSLETTER_SECRET": "a secret of these tests, long enough"}
SUBSCRIBERS = """\
email,first_name
ada@engine.example,Ada
grace@compiler.example,Grace
"""
LOOKS = [(width, scheme) for width in (375, 1280) for scheme in ("light", "dark")]


class Served(NamedTuple):
    """A publication on the web, and its folder."""

    base: str
    folder: Path


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Two issues, of which December is sent."""
    folder = tmp_path_factory.mktemp("served") / "publication"
    shutil.copytree(ROOT / "tests" / "web" / "publication", folder)
    shutil.copytree(ROOT / "templates", folder / "templates")
    (folder / "readers.csv").write_text(SUBSCRIBERS, "utf-8")
    port = free_port()
    with (folder / "newsletter.yaml").open("a", encoding="utf-8") as settings:
        settings.write("approval: none\n")
        settings.write(f"delivery: {{provider: smtp, smtp: {{host: 127.0.0.1, port: {port}}}}}\n")
    mailer = Controller(Sink(), hostname="127.0.0.1", port=port)
    mailer.start()
    try:
        consent = ("--consent-date", "2020-01-01", "--consent-source", "form")
        run(folder, "subscribers", "import", "readers.csv", "--consent", "express", *consent)
        with serving(folder) as base:
            assert httpx.get(f"{base}/2023-12").status_code == 404
            run(folder, "send", "2023-12", "--yes")
            yield Served(base, folder)
    finally:
        mailer.stop()


def run(folder: Path, *arguments: str) -> None:
    done = subprocess.run(
        [*COMMAND, *arguments],
        cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    command = [*COMMAND, "serve", "--port", "0"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=log, text=True
        )
    with process:
        assert process.stdout
        found = re.search(r"http://[^\s/]+", process.stdout.readline())
        try:
            assert found, (folder / "log").read_text("utf-8")
            yield found[0]
        finally:
            process.terminate()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def looking(chromium: Browser, width: int, scheme: Any) -> Iterator[Page]:
    """A page of which everything that the browser complains of is an error."""
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, has_touch=width < 500
    )
    page, complaints = context.new_page(), list[str]()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_an_issue_is_fit_to_be_shown(
    chromium: Browser, served: Served, width: int, scheme: str
) -> None:
    with looking(chromium, width, scheme) as page:
        page.goto(f"{served.base}/2023-12")
        assert page.evaluate("document.documentElement.scrollWidth") == width
        sheet = page.locator(".sheet").first
        background = sheet.evaluate("it => getComputedStyle(it).backgroundColor")
        assert background == ("rgb(29, 27, 24)" if scheme == "dark" else "rgb(255, 254, 251)")
        nav = page.get_by_role("navigation")
        assert nav.evaluate("it => getComputedStyle(it).backgroundColor") == background
        assert page.get_by_role("main").count() == 1
        expect(page.get_by_role("main").get_by_role("heading", level=1)).to_have_count(1)


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_the_list_leads_to_an_issue_and_back(
    chromium: Browser, served: Served, width: int, scheme: str
) -> None:
    with looking(chromium, width, scheme) as page:
        page.goto(f"{served.base}/")
        assert page.evaluate("document.documentElement.scrollWidth") == width
        expect(page.locator(".list li")).to_have_count(1)
        expect(page.locator(".list")).to_contain_text("December 2023")
        page.locator(".list a").click()
        page.wait_for_url("**/2023-12")
        page.get_by_role("link", name="All issues").click()
        page.wait_for_url(f"{served.base}/")


def test_the_contents_lead_to_the_summaries_on_the_page(chromium: Browser, served: Served) -> None:
    with looking(chromium, 375, "light") as page:
        page.goto(f"{served.base}/2023-12")
        page.locator(".contents a").last.click()
        page.wait_for_url(f"{served.base}/2023-12#summary-2")
        expect(page.locator("#summary-2")).to_be_in_viewport()


def test_nobody_it_was_sent_to_is_named(served: Served) -> None:
    page = httpx.get(f"{served.base}/2023-12").text
    for each in ("Ada", "Grace", "engine.example", "reader@", "/u/", "nsubscribe"):
        assert each not in page


def test_everything_on_it_is_reached_by_keyboard_and_seen(
    chromium: Browser, served: Served
) -> None:
    with looking(chromium, 1280, "light") as page:
        page.goto(f"{served.base}/2023-12")
        number = page.locator("a[href]").count()
        for index in range(number):
            page.keyboard.press("Tab")
            focused = page.locator("a[href]").nth(index)
            expect(focused).to_be_focused()
            assert focused.evaluate("it => getComputedStyle(it).outlineStyle") == "solid"


def test_in_print_it_is_black_on_white_and_its_links_are_told(
    chromium: Browser, served: Served
) -> None:
    with looking(chromium, 816, "dark") as page:
        page.goto(f"{served.base}/2023-12")
        assert page.pdf(format="Letter").startswith(b"%PDF-")
        page.emulate_media(media="print")
        expect(page.get_by_role("navigation")).to_be_hidden()
        looks = page.evaluate(
            """() => [...document.querySelectorAll("main *, [role=main] *")].map((each) => {
              const style = getComputedStyle(each);
              return [style.color, style.backgroundColor, style.backgroundImage].join(" ");
            })"""
        )
        assert set(looks) == {"rgb(0, 0, 0) rgba(0, 0, 0, 0) none"}
        contact = page.get_by_role("link", name="Contact us")
        told = contact.evaluate("it => getComputedStyle(it, '::after').content")
        assert "https://digest.example/contact" in str(told)
        implications = page.locator(".implications").first
        broken = implications.evaluate("it => getComputedStyle(it).breakInside")
        assert broken == "avoid"


def test_every_text_has_contrast_enough(chromium: Browser, served: Served) -> None:
    """WCAG 2.2 §1.4.3: 4.5 to 1."""
    for width, scheme in LOOKS:
        with looking(chromium, width, scheme) as page:
            for path in ("/", "/2023-12"):
                page.goto(f"{served.base}{path}")
                assert page.evaluate(FAINT) == []


FAINT = """() => {
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = numbers(colour).map((each) => each / 255)
      .map((each) => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = getComputedStyle(each).backgroundColor;
      if (numbers(colour)[3] !== 0) return colour;
    }
    return getComputedStyle(document.documentElement).colorScheme.includes("dark")
      && matchMedia("(prefers-color-scheme: dark)").matches ? "rgb(0,0,0)" : "rgb(255,255,255)";
  };
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const faint = [];
  while (words.nextNode()) {
    const element = words.currentNode.parentElement;
    if (!words.currentNode.data.trim() || !element.checkVisibility()) continue;
    const shades = [light(getComputedStyle(element).color), light(behind(element))].sort();
    if ((Math.max(...shades) + 0.05) / (Math.min(...shades) + 0.05) < 4.5)
      faint.push(words.currentNode.data.trim());
  }
  return faint;
}"""
