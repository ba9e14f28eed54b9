"""The issue's page in a real browser: views, lines, keyboard, and hostile text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

SMALL = Path(__file__).parents[1] / "web" / "publication"
HOSTILE = "</title></textarea>]]><script>top.hacked = 1</script><img src=x onerror=top.hacked=1>"


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory, launch: Any) -> Iterator[Any]:
    """A preview of files that nobody changes."""
    folder = tmp_path_factory.mktemp("shown") / "publication"
    preview = launch(folder, "2023-12")
    yield preview
    preview.stop()


@pytest.fixture
def opened(shown: Any, page: Page) -> Page:
    page.goto(shown.url)
    mail(page).locator("h2.title").first.wait_for()
    return page


def mail(page: Page, name: str = "desktop") -> Any:
    return page.frame_locator(f"iframe[name={name}]")


def background(page: Page) -> str:
    sheet = mail(page).locator(".sheet").first
    return str(sheet.evaluate("it => getComputedStyle(it).backgroundColor"))


@pytest.mark.parametrize("preferred", ["light", "dark"])
def test_the_scheme_is_the_chosen_one_whatever_the_browser_prefers(
    chromium: Browser, shown: Any, preferred: Any
) -> None:
    context = chromium.new_context(color_scheme=preferred)
    page = context.new_page()
    page.goto(shown.url)
    light = background(page)
    page.get_by_role("link", name="Dark").click()
    page.wait_for_url("**/2023-12?scheme=dark")
    assert (light, background(page)) == ("rgb(255, 254, 251)", "rgb(29, 27, 24)")
    context.close()


def test_the_phone_is_as_narrow_as_one(opened: Page) -> None:
    width = "document.querySelector('[name=phone]').clientWidth"
    assert 360 <= opened.evaluate(width) <= 375
    assert opened.evaluate("document.querySelector('[name=desktop]').clientWidth") >= 640


def test_without_images_their_words_are_shown(preview: Any, page: Page, publication: Path) -> None:
    path = publication / "newsletter.yaml"
    pixel = "{src: https://digest.example/logo.png, alt: The logo, width: 160, height: 40}"
    path.write_text(path.read_text("utf-8") + f"logo: {pixel}\n", "utf-8")
    failed: list[tuple[str, str | None]] = []
    page.on("requestfailed", lambda request: failed.append((request.url, request.failure)))
    page.goto(f"{preview.url}?images=off")
    expect(mail(page).get_by_alt_text("The logo")).to_have_count(1)
    assert set(failed) == {("https://digest.example/logo.png", "csp")}


def test_views_are_reached_by_links_and_kept_in_the_address(opened: Page) -> None:
    for name, words in {
        "Outlook": "an approximation",
        "Plain text": "SMALL DIGEST",
        "Inbox": "Gmail on a desktop",
        "Source": "<!DOCTYPE html>",
        "Message": "List-Unsubscribe-Post",
    }.items():
        opened.get_by_role("navigation", name="View").get_by_role("link", name=name).click()
        expect(opened.locator("main")).to_contain_text(words)
        opened.reload()
        expect(opened.locator("main")).to_contain_text(words)


def test_the_plain_texts_edge_is_at_column_72(shown: Any, page: Page) -> None:
    page.goto(f"{shown.url}?view=text")
    edge, columns, padding = page.locator("pre.text").evaluate(
        """pre => {
          const style = getComputedStyle(pre);
          const probe = pre.appendChild(document.createElement("span"));
          probe.textContent = "x".repeat(72);
          const px = parseFloat;
          return [px(style.backgroundPositionX), probe.offsetWidth, px(style.paddingLeft)];
        }"""
    )
    assert edge == pytest.approx(columns + padding, abs=1)


PARTS = {
    "h1": "name: Small Digest",
    ".month": "month: 2023-12",
    ".intro p": "This month is about warmth,",
    ".contents li:nth-child(2)": "- title: Limits",
    "#summary-1": "Warmth is",
    ".labels >> nth=0": "research_type: Survey",
    ".labels >> nth=1": "topics:",
    ".citation": "citation: Author, A. (2023). Warmth. *Journal of Warmth, 1*, 2–3.",
    ".doi a >> nth=0": "doi: 10.1037/cou0000708",
    ".doi a >> nth=1": "link: https://study.example/limits",
    ".summary >> nth=0 >> p >> nth=1": "The second paragraph stands here.",
    ".advice >> nth=0 >> li >> nth=1": "- be more than warm",
    ".summary >> nth=1 >> p >> nth=0": "A blank line came first.",
    ".advice >> nth=1 >> p >> nth=1": "Another folded",
    ".footer .last": "postal_address: 1 Main Street, Ottawa",
}
"""Parts of the mail, and what is written on their lines."""


@pytest.mark.parametrize("name", ["desktop", "phone"])
def test_clicking_a_part_names_its_line(opened: Page, name: str) -> None:
    for selector, typed in PARTS.items():
        mail(opened, name).locator(selector).click()
        place = opened.locator("#place code")
        expect(place).to_have_text(place_of(typed))
    assert opened.frame(name).url.endswith("/mail.html")  # type: ignore[union-attr]


def place_of(typed: str) -> str:
    for path in ("newsletter.yaml", "issues/2023-12.yaml"):
        lines = (SMALL / path).read_text("utf-8").splitlines()
        found = [number for number, line in enumerate(lines, 1) if line.strip() == typed]
        if found:
            return f"{path}:{found[0]}"
    raise AssertionError(typed)


def test_a_link_in_the_mail_shows_where_it_leads(opened: Page) -> None:
    mail(opened).locator(".doi a").first.click()
    link = opened.locator("#place").get_by_role("link", name="open")
    expect(link).to_have_attribute("href", "https://doi.org/10.1037/cou0000708")
    expect(link).to_have_attribute("rel", "noopener")


def test_lines_are_still_named_after_an_update(preview: Any, page: Page, publication: Path) -> None:
    page.goto(preview.url)
    mail(page).locator("#summary-2").wait_for()
    path = publication / "issues/2023-12.yaml"
    path.write_text(path.read_text("utf-8").replace("Limits\n", "Borders\n"), "utf-8")
    title = mail(page).locator("#summary-2")
    expect(title).to_have_text("Borders")
    title.click()
    expect(page.locator("#place")).to_have_text("issues/2023-12.yaml:25")


def test_the_keyboard_reaches_everything(opened: Page) -> None:
    seen = []
    for _ in range(40):
        opened.keyboard.press("Tab")
        seen.append(
            opened.evaluate(
                "document.activeElement.name || document.activeElement.textContent.trim()"
            )
        )
    for name in ("All issues", "Dark", "No images", "name", "email", "Show", "desktop", "phone"):
        assert name in seen
    details = opened.locator("summary")
    details.focus()
    opened.keyboard.press("Enter")
    expect(opened.locator("[data-part='1.summary.2']")).to_contain_text("issues/2023-12.yaml:19")


def test_enter_on_a_link_of_the_mail_names_its_line(opened: Page) -> None:
    mail(opened).locator(".contents li a").first.focus()
    opened.keyboard.press("Enter")
    expect(opened.locator("#place code")).to_have_text("issues/2023-12.yaml:9")


def test_the_mail_is_seen_as_the_reader_that_is_asked_for(opened: Page) -> None:
    opened.locator("[name=name]").fill("Ada Lovelace")
    opened.locator("[name=email]").fill("ada@engine.example")
    opened.keyboard.press("Enter")
    expect(mail(opened).locator(".footer")).to_contain_text("Ada (ada@engine.example)")
    assert "name=Ada+Lovelace" in opened.url


def test_hostile_text_runs_no_script(preview: Any, page: Page, publication: Path) -> None:
    path = publication / "issues/2023-12.yaml"
    hostile = f"'{HOSTILE} \u05d0\u05d1 {'long ' * 400}'"
    text = path.read_text("utf-8").replace("Limits\n", f"{hostile}\n")
    path.write_text(text.replace("Warmth and its limits", hostile), "utf-8")
    for view in ("text", "inbox", "source", "message", "outlook", "mail"):
        page.goto(f"{preview.url}?view={view}")
        assert page.evaluate("window.hacked") is None
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    path.write_text(path.read_text("utf-8").replace("preheader: What", "preheader: So what"))
    expect(mail(page).locator(".preheader")).to_contain_text("So what")
    assert page.evaluate("window.hacked") is None


def test_a_page_of_a_phones_width_does_not_scroll_sideways(chromium: Browser, shown: Any) -> None:
    context = chromium.new_context(viewport={"width": 375, "height": 800})
    page = context.new_page()
    for view in ("mail", "outlook", "text", "inbox", "source", "message"):
        page.goto(f"{shown.url}?view={view}")
        assert page.evaluate("document.documentElement.scrollWidth") == 375
    page.goto(shown.base)
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    context.close()


def test_without_scripts_the_pages_still_work(chromium: Browser, shown: Any) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(shown.base)
    page.get_by_role("link", name="2023-12").click()
    expect(mail(page).locator("#summary-1")).to_be_visible()
    page.get_by_role("link", name="Plain text").click()
    expect(page.locator("pre")).to_contain_text("SMALL DIGEST")
    context.close()
