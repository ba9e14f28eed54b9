"""The pages of the preview, as a client without scripts sees them."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

Get = Callable[..., httpx.Response]

HOSTILE = "</title></textarea><script>alert(1)</script>]]>\u200f&quot;'\"{{ 7**19 }}"


def edit(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")


def test_the_list_has_a_row_for_each_issue(get: Get) -> None:
    rows = re.findall(r"<tr.*?</tr>", get("/").text, re.DOTALL)[1:]
    words = [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows]
    assert [row[:8] for row in words] == ["2023-12 ", "2023-11 "]
    assert re.search(r"Warmth and its limits 2 summaries no findings [\d.]+ KB$", words[0])
    assert re.search(r"Only one study 1 summary 1 warning [\d.]+ KB$", words[1])


def test_a_broken_issue_stays_in_the_list(get: Get, publication: Path) -> None:
    edit(publication / "issues/2023-12.yaml", "summary:", "sumary:")
    assert "4 errors" in get("/").text


@pytest.mark.parametrize(
    ("view", "words"),
    [
        ("mail", '<iframe name="phone"'),
        ("outlook", "an approximation"),
        ("text", "SMALL DIGEST\n"),
        ("inbox", "Gmail on a desktop"),
        ("source", "&lt;!DOCTYPE html&gt;"),
        ("message", "<b>List-Unsubscribe-Post</b>: List-Unsubscribe=One-Click"),
        ("nonsense", '<iframe name="desktop"'),
    ],
)
def test_each_view_has_its_address(get: Get, view: str, words: str) -> None:
    answer = get("/2023-12", params={"view": view})
    assert answer.status_code == 200
    assert words in answer.text


def test_the_view_that_is_shown_is_marked(get: Get) -> None:
    page = get("/2023-12?view=text").text
    assert re.findall(r'aria-current="true">([^<]+)', page) == ["Plain text"]


def test_links_keep_what_else_is_chosen(get: Get) -> None:
    page = html.unescape(get("/2023-12?scheme=dark&name=Ada+L&images=off").text)
    assert 'href="/2023-12?view=text&scheme=dark&images=off&name=Ada+L"' in page
    assert 'src="/2023-12/mail.html?scheme=dark&images=off&name=Ada+L"' in page
    assert 'href="/2023-12?scheme=dark&name=Ada+L"' in page  # images on again


def test_the_mail_can_be_seen_as_a_reader(get: Get) -> None:
    query = {"name": "Ada Lovelace", "email": "ada@engine.example"}
    assert "to Ada (ada@engine.example)" in get("/2023-12/mail.html", params=query).text
    message = get("/2023-12", params=query | {"view": "message"}).text
    assert "<b>To</b>: Ada Lovelace &lt;ada@engine.example&gt;" in message


@pytest.mark.parametrize("email", ["ada@", "a@b\r\nBcc: x@y.example", "<script>"])
def test_what_is_no_address_is_told_and_not_used(get: Get, email: str) -> None:
    page = get("/2023-12", params={"view": "message", "email": email}).text
    assert "This is no e-mail address" in page
    assert "<b>To</b>: reader@example.org" in page


def test_the_gauge_shows_the_size_against_gmails_limit(get: Get) -> None:
    page = get("/2023-12").text
    size = re.search(r'value="(\d+)"', page)
    assert size
    assert 'max="104448"' in page
    words = page.replace("\N{NO-BREAK SPACE}", " ")
    assert f"{int(size[1]) / 1024:.1f} KB of Gmail’s 102 KB" in words


def test_findings_name_their_place(get: Get) -> None:
    page = re.sub(r"<[^>]+>", "", get("/2023-11").text)
    assert re.search(r"issues/2023-11.yaml:3:1: warning: 1 summary; .* N101\n", page)


def test_a_broken_issue_shows_its_errors_in_place_of_the_mail(get: Get, publication: Path) -> None:
    edit(publication / "issues/2023-12.yaml", "doi:", "dio:")
    answer = get("/2023-12")
    assert answer.status_code == 200
    assert "<iframe" not in answer.text
    assert "2023-12.yaml:12:5: error: unknown key" in re.sub(r"<[^>]+>", "", answer.text)
    frame = get("/2023-12/mail.html")
    assert frame.headers["location"] == "/2023-12"


@pytest.mark.parametrize("view", ["mail", "text", "inbox", "source", "message", "outlook"])
def test_hostile_text_is_escaped_wherever_it_is_shown(
    get: Get, publication: Path, view: str
) -> None:
    subject = HOSTILE.replace("'", "''")
    edit(publication / "issues/2023-12.yaml", "Warmth and its limits", f"'{subject}'")
    query = {"view": view, "name": HOSTILE, "email": HOSTILE}
    for address in ("/", "/2023-12", "/2023-12/mail.html", "/2023-12/outlook.html"):
        answer = get(address, params=query)
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
        assert "11398895185373143" not in answer.text or "{{ 7**19 }}" in html.unescape(answer.text)


def test_frames_allow_styles_and_images_and_nothing_else(get: Get) -> None:
    policy = get("/2023-12/mail.html").headers["content-security-policy"]
    assert policy == (
        "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox allow-same-origin"
    )
    off = get("/2023-12/mail.html?images=off").headers["content-security-policy"]
    assert "img-src 'none'" in off


def test_pages_run_no_script_but_their_own(get: Get) -> None:
    for address in ("/", "/2023-12", "/nothing"):
        answer = get(address)
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert not re.search(r"<script(?![^>]* src=)|\son\w+=|\sstyle=", answer.text)


def test_the_frames_are_sandboxed(get: Get) -> None:
    for view in ("mail", "outlook"):
        frames = re.findall(r"<iframe[^>]+>", get(f"/2023-12?view={view}").text)
        assert frames
        assert all('sandbox="allow-same-origin"' in frame for frame in frames)
        assert all("title=" in frame for frame in frames)


@pytest.mark.parametrize(
    "address",
    [
        "/nothing",
        "/2023-13",
        "/٢٠٢٣-12",
        "/2023-12/source.html",
        "/assets/pages.py",
        "/assets/..%2fpages.py",
        "/%2e%2e/newsletter.yaml",
        "/2023-12/..%2f..%2fnewsletter.yaml",
        "/issues/2023-12.yaml",
    ],
)
def test_no_other_address_shows_anything(get: Get, address: str) -> None:
    answer = get(address)
    assert answer.status_code == 404
    assert "There is no such page" in answer.text


def test_a_month_without_a_file_says_so(get: Get) -> None:
    answer = get("/2024-01")
    assert answer.status_code == 404
    assert "issues/2024-01.yaml does not exist" in answer.text


@pytest.mark.parametrize(
    "name", ["preview.css", "preview.js", "events.js", "live.js", "lines.js", "icon.svg"]
)
def test_what_the_pages_need_is_there(get: Get, name: str) -> None:
    assert get(f"/assets/{name}").status_code == 200


def test_an_empty_publication_says_so(get: Get, publication: Path) -> None:
    for path in (publication / "issues").iterdir():
        path.unlink()
    page = get("/").text
    assert "No issues yet" in page
    assert "issues/2024-01.yaml" in page


def test_a_mail_carries_the_digest_of_its_page(get: Get) -> None:
    digest = re.search(r'data-digest="(\w+)"', get("/2023-12").text)
    assert digest
    for frame in ("mail", "outlook"):
        for styles in ("on", "off"):
            text = get(f"/2023-12/{frame}.html?styles={styles}").text
            assert f'<meta name="preview-digest" content="{digest[1]}">' in text
    assert "preview-digest" not in get("/2023-12?view=source").text


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("templates/issue.mjml", "</mj-body>", "{% oops %}</mj-body>"),
        ("newsletter.yaml", "tagline", "tagleine"),
        ("issues/2023-12.yaml", "doi:", "dio:"),
    ],
)
def test_of_a_broken_file_its_name_is_shown_and_that_mending_helps(
    get: Get, publication: Path, name: str, old: str, new: str
) -> None:
    edit(publication / name, old, new)
    page = get("/2023-12").text
    assert "once what is listed below is mended" in page
    assert f"<code>{name}:" in page


def test_a_name_too_long_for_a_file_is_shown_and_no_error_of_the_server(
    get: Get, publication: Path
) -> None:
    edit(publication / "newsletter.yaml", "tagline:", f"issues: {'x' * 300}\ntagline:")
    for address in ("/", "/2023-12"):
        assert "File name too long" in get(address).text
