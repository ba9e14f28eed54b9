"""Saving a file changes the open page, and nothing else about it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Frame, Page, Route, expect


@pytest.fixture
def issue(publication: Path) -> Path:
    return publication / "issues" / "2023-12.yaml"


@pytest.fixture
def opened(preview: Any, page: Page) -> Page:
    page.goto(preview.url)
    frame(page, "desktop").locator("h2.title").first.wait_for()
    frame(page, "phone").locator("h2.title").first.wait_for()
    return page


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def frame(page: Page, name: str) -> Frame:
    found = page.frame(name)
    assert found
    return found


def scroll_frame(page: Page, name: str, y: int) -> None:
    script = "([name, y]) => document.querySelector(`[name=${name}]`).contentWindow.scrollTo(0, y)"
    page.evaluate(script, [name, y])


def scrolled(page: Page, name: str) -> int:
    script = "name => document.querySelector(`[name=${name}]`).contentWindow.scrollY"
    return int(page.evaluate(script, name))


def test_saving_the_issue_updates_every_frame(opened: Page, issue: Path) -> None:
    edit(issue, "Warmth is\n", "Kindness is\n")
    for name in ("desktop", "phone"):
        expect(frame(opened, name).locator("#summary-1")).to_have_text("Kindness is not enough")
    expect(opened.locator("#news")).to_contain_text("Updated at")


def test_the_page_around_the_mail_is_updated(opened: Page, issue: Path) -> None:
    edit(issue, "subject: Warmth", "subject: Kindness")
    expect(opened.locator("h1")).to_have_text("Kindness and its limits")
    expect(opened).to_have_title("Kindness and its limits · 2023-12")


def test_scroll_positions_stay(opened: Page, issue: Path) -> None:
    opened.evaluate("scrollTo(0, 60)")
    scroll_frame(opened, "desktop", 200)
    scroll_frame(opened, "phone", 300)
    edit(issue, "Warmth is\n", "Kindness is\n")
    for name, y in (("desktop", 200), ("phone", 300)):
        expect(frame(opened, name).locator("#summary-1")).to_contain_text("Kindness")
        assert scrolled(opened, name) == y
    assert opened.evaluate("scrollY") == 60


def test_open_details_and_the_focus_stay(opened: Page, issue: Path) -> None:
    opened.locator("summary").click()
    opened.get_by_role("link", name="Dark").focus()
    edit(issue, "doi: 10.1037/cou0000708", "# a line more\n    doi: 10.1037/cou0000709")
    expect(opened.locator("[data-part='1.doi'] code")).to_have_text("issues/2023-12.yaml:13")
    assert opened.evaluate("document.activeElement.textContent") == "Dark"


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("templates/words.j2", "In this issue", "Contents"),
        ("templates/parts/contents.mjml", "words.in_this_issue", "'Contents'"),
        ("newsletter.yaml", "tagline: Two studies a month", "tagline: Contents"),
    ],
)
def test_templates_and_the_configuration_are_seen(
    opened: Page, publication: Path, name: str, old: str, new: str
) -> None:
    edit(publication / name, old, new)
    expect(frame(opened, "desktop").get_by_text("Contents", exact=True)).to_be_visible()


def test_a_broken_issue_shows_its_errors_and_recovers(opened: Page, issue: Path) -> None:
    scroll_frame(opened, "desktop", 200)
    edit(issue, "doi:", "dio:")
    expect(opened.locator("main")).to_contain_text("2023-12.yaml:12:5: error: unknown key 'dio'")
    expect(opened.locator("iframe")).to_have_count(0)
    edit(issue, "dio:", "doi:")
    expect(opened.locator("iframe")).to_have_count(2)
    for _ in range(100):
        if scrolled(opened, "desktop") == 200:
            break
        opened.wait_for_timeout(50)
    assert scrolled(opened, "desktop") == 200


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("templates/issue.mjml", "<mj-body", "<mj-boody"),
        ("templates/parts/footer.txt", "{{ rule() }}", "{{ rule( }}"),
        ("newsletter.yaml", "timezone:", "timezoone:"),
    ],
)
def test_other_broken_files_show_their_errors_and_recover(
    opened: Page, publication: Path, name: str, old: str, new: str
) -> None:
    edit(publication / name, old, new)
    expect(opened.locator(".refusal")).to_contain_text(f"{name}:")
    edit(publication / name, new, old)
    expect(opened.locator("iframe")).to_have_count(2)


def test_a_file_saved_by_renaming_is_seen(opened: Page, issue: Path) -> None:
    for subject in ("First", "Second"):
        fresh = issue.with_name(".2023-12.yaml.tmp")
        text = issue.read_text("utf-8").splitlines(keepends=True)
        fresh.write_text("".join([text[0], f"subject: {subject}\n", *text[2:]]), "utf-8")
        fresh.replace(issue)
        expect(opened.locator("h1")).to_have_text(subject)


def test_a_deleted_issue_is_gone_until_it_is_back(opened: Page, issue: Path) -> None:
    text = issue.read_text("utf-8")
    issue.unlink()
    expect(opened.locator("main")).to_contain_text("This file is gone")
    issue.write_text(text, "utf-8")
    expect(opened.locator("iframe")).to_have_count(2)


def test_the_list_follows(start: Callable[..., Any], page: Page, issue: Path) -> None:
    page.goto(start("--port", "0", "--no-browser").url)
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(2)
    fresh = issue.with_name("2024-01.yaml")
    fresh.write_text(issue.read_text("utf-8").replace("2023-12", "2024-01"), "utf-8")
    expect(rows.first).to_contain_text("2024-01")
    edit(fresh, "Warmth and", "Cold and")
    expect(rows.first).to_contain_text("Cold and its limits")
    fresh.unlink()
    expect(rows).to_have_count(2)


def test_folders_that_come_later_are_seen(
    start: Callable[..., Any], page: Page, publication: Path
) -> None:
    shutil.move(publication / "issues", publication.parent / "kept")
    page.goto(start("--port", "0", "--no-browser").url)
    expect(page.locator("main")).to_contain_text("No issues yet")
    (publication / "issues").mkdir()
    shutil.copy(publication.parent / "kept/2023-12.yaml", publication / "issues")
    expect(page.locator("tbody tr")).to_have_count(1)
    shutil.copy(publication.parent / "kept/2023-11.yaml", publication / "issues")
    expect(page.locator("tbody tr")).to_have_count(2)
    shutil.rmtree(publication / "issues")
    expect(page.locator("main")).to_contain_text("No issues yet")
    shutil.copytree(publication.parent / "kept", publication / "issues")
    expect(page.locator("tbody tr")).to_have_count(2)


def test_issues_may_move(opened: Page, publication: Path) -> None:
    shutil.move(publication / "issues", publication / "months")
    expect(opened.locator("main")).to_contain_text("This file is gone")
    edit(publication / "newsletter.yaml", "tagline:", "issues: months\ntagline:")
    expect(opened.locator("iframe")).to_have_count(2)
    edit(publication / "months/2023-12.yaml", "subject: Warmth", "subject: Kindness")
    expect(opened.locator("h1")).to_have_text("Kindness and its limits")


def test_the_page_finds_a_preview_that_was_started_again(
    start: Callable[..., Any], page: Page, issue: Path
) -> None:
    first = start("2023-12", "--port", "0", "--no-browser")
    port = first.base.rpartition(":")[2]
    page.goto(first.url)
    first.stop()
    expect(page.locator("#news")).to_have_text("Waiting for the preview to come back")
    edit(issue, "subject: Warmth", "subject: Kindness")
    start("2023-12", "--port", port, "--no-browser")
    expect(page.locator("h1")).to_have_text("Kindness and its limits")


def test_any_number_of_tabs_is_kept_up_to_date(preview: Any, page: Page, issue: Path) -> None:
    pages = [page, *(page.context.new_page() for _ in range(8))]
    for each in pages:
        each.goto(preview.url)
        frame(each, "phone").locator("h2.title").first.wait_for()
    edit(issue, "subject: Warmth", "subject: Kindness")
    for each in pages:
        expect(each.locator("h1")).to_have_text("Kindness and its limits")
    pages.pop(0).close()  # the one that listened for all
    edit(issue, "subject: Kindness", "subject: Patience")
    for each in pages:
        expect(each.locator("h1")).to_have_text("Patience and its limits")


def test_without_locks_a_page_listens_for_itself(preview: Any, page: Page, issue: Path) -> None:
    page.add_init_script("Object.defineProperty(navigator, 'locks', { value: undefined })")
    page.goto(preview.url)
    frame(page, "phone").locator("h2.title").first.wait_for()
    edit(issue, "subject: Warmth", "subject: Kindness")
    expect(page.locator("h1")).to_have_text("Kindness and its limits")


@pytest.mark.parametrize("failures", [1, 3])
def test_a_frame_that_could_not_be_fetched_is_fetched_again(
    opened: Page, issue: Path, failures: int
) -> None:
    left = [failures] * failures

    def fail(route: Route) -> None:
        if left:
            left.pop()
            route.abort()
        else:
            route.continue_()

    opened.route("**/mail.html", fail)
    edit(issue, "Warmth is\n", "Kindness is\n")
    if failures > 2:  # the second try failed too, for one frame; the next save makes up for it
        expect(opened.locator("#news")).to_have_text("The page could not be brought up to date")
        edit(issue, "subject: Warmth", "subject: Kindness")
    for name in ("desktop", "phone"):
        expect(frame(opened, name).locator("#summary-1")).to_have_text("Kindness is not enough")
    expect(opened.locator("#news")).to_contain_text("Updated at")


def test_a_frame_that_was_loaded_at_a_bad_moment_is_loaded_again(preview: Any, page: Page) -> None:
    moments = [1]

    def redirect(route: Route) -> None:
        if moments:
            moments.pop()
            route.fulfill(status=200, content_type="text/html", body="<p>not the mail</p>")
        else:
            route.continue_()

    page.route("**/mail.html", redirect)
    page.goto(preview.url)
    for name in ("desktop", "phone"):
        expect(page.frame_locator(f"[name={name}]").locator("#summary-1")).to_be_visible()


@pytest.mark.parametrize("name", ["issues/2023-12.yaml", "templates/issue.mjml", "newsletter.yaml"])
def test_the_pages_place_is_found_again_after_an_error(
    opened: Page, publication: Path, name: str
) -> None:
    opened.locator("summary").click()
    opened.evaluate("scrollTo(0, 150)")
    text = (publication / name).read_text("utf-8")
    (publication / name).write_text("", "utf-8")
    expect(opened.locator(".refusal")).to_be_visible()
    (publication / name).write_text(text, "utf-8")
    expect(opened.locator("iframe")).to_have_count(2)
    assert opened.evaluate("scrollY") == 150


def test_a_wide_text_keeps_its_place(preview: Any, page: Page, issue: Path) -> None:
    page.set_viewport_size({"width": 375, "height": 800})
    page.goto(f"{preview.url}?view=text")
    page.evaluate("document.querySelector('pre').scrollLeft = 90")
    edit(issue, "Warmth is\n", "Kindness is\n")
    expect(page.locator("pre")).to_contain_text("Kindness is")
    assert page.evaluate("document.querySelector('pre').scrollLeft") == 90


def test_the_named_line_follows_its_part(opened: Page, issue: Path) -> None:
    place = opened.locator("#place")
    opened.frame_locator("[name=desktop]").locator("#summary-1").click()
    expect(place).to_have_text("issues/2023-12.yaml:9")
    edit(issue, "month:", "# one\n# two\nmonth:")
    expect(place).to_have_text("issues/2023-12.yaml:11")
    edit(issue, "doi:", "dio:")
    expect(place).to_have_text("")
    edit(issue, "dio:", "doi:")
    expect(place).to_have_text("Click a part of the e-mail to see its line")


def test_where_parts_are_more_or_fewer_the_line_is_asked_for_anew(
    opened: Page, issue: Path
) -> None:
    opened.frame_locator("[name=desktop]").locator("#summary-2").click()
    expect(opened.locator("#place")).to_have_text("issues/2023-12.yaml:25")
    edit(issue, "    doi: 10.1037/cou0000708\n", "")
    expect(opened.locator("#place")).to_have_text("Click a part of the e-mail to see its line")


def test_names_that_are_too_long_do_not_end_the_watch(opened: Page, publication: Path) -> None:
    edit(publication / "newsletter.yaml", "tagline:", f"issues: {'x' * 300}\ntagline:")
    expect(opened.locator(".refusal")).to_contain_text("File name too long")
    edit(publication / "newsletter.yaml", f"issues: {'x' * 300}\n", "")
    expect(opened.locator("iframe")).to_have_count(2)
    edit(publication / "issues/2023-12.yaml", "subject: Warmth", "subject: Kindness")
    expect(opened.locator("h1")).to_have_text("Kindness and its limits")


def test_the_lists_heading_follows_the_publications_name(
    start: Callable[..., Any], page: Page, publication: Path
) -> None:
    page.goto(start("--port", "0", "--no-browser").url)
    edit(publication / "newsletter.yaml", "name: Small Digest", "name: Tiny Digest")
    expect(page.locator("h1")).to_have_text("Tiny Digest")


def test_long_subjects_are_cut_in_the_list(
    start: Callable[..., Any], page: Page, issue: Path
) -> None:
    edit(issue, "subject: Warmth", f"subject: {'very ' * 200}")
    page.goto(start("--port", "0", "--no-browser").url)
    box = page.locator("td.subject").first.bounding_box()
    assert box
    assert box["height"] < 120
