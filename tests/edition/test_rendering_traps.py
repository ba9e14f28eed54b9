"""One test for each trap that Jinja2, mrml and premailer set."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from newsletter.config import Config
from newsletter.edition import render, specimen
from newsletter.errors import TemplateError
from newsletter.issue import Issue

HtmlOf = Callable[..., str]
PageOf = Callable[..., Any]
TEMPLATES = Path(__file__).parents[2] / "templates"


def change(config: Config, name: str, old: str, new: str) -> None:
    """Edit a template, which must hold what is replaced."""
    path = config.templates_path / name
    source = path.read_text(encoding="utf-8")
    assert old in source
    path.write_text(source.replace(old, new, 1), encoding="utf-8")


def in_head(config: Config, raw: str) -> None:
    change(config, "issue.mjml", "<mj-head>\n", f"<mj-head>\n    <mj-raw>{raw}</mj-raw>\n")


def test_the_document_type_is_in_capitals_and_keeps_browsers_out_of_quirks_mode(
    html_of: HtmlOf,
) -> None:
    html = html_of()
    assert html.startswith("<!DOCTYPE html>\n<html ")
    assert html.lower().count("<!doctype") == 1


def test_no_font_style_sheet_or_script_is_loaded_from_anywhere(html_of: HtmlOf) -> None:
    html = html_of()
    assert "fonts.googleapis" not in html
    assert not re.search(r"<link|<script|@import|@font-face|url\(", html)


@pytest.mark.parametrize("font", ["Ubuntu", "Open Sans", "Roboto", "Lato"])
def test_a_font_that_google_hosts_is_not_fetched_from_there(
    own_templates: Config, make_issue: Callable[..., Issue], font: str
) -> None:
    change(own_templates, "parts/styles.mjml", 'font-family="', f'font-family="{font}, ')
    html = render(make_issue(), own_templates).html.fill({})
    assert f"font-family:{font}, " in html
    assert "fonts.googleapis" not in html


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.mjml")), ids=lambda path: path.name)
def test_no_template_pads_by_a_shorthand_of_several_values(path: Path) -> None:
    assert not re.search(r'\spadding="[^" ]+ ', path.read_text(encoding="utf-8"))


def test_templates_with_windows_line_ends_give_the_same_edition(
    own_templates: Config, config: Config, make_issue: Callable[..., Issue]
) -> None:
    for path in own_templates.templates_path.rglob("*.*"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert render(make_issue(), own_templates) == render(make_issue(), config)


def test_a_less_than_sign_in_a_text_is_no_markup(html_of: HtmlOf, page_of: PageOf) -> None:
    fields = {"summary": "It held, p < .05 & q > .1.", "title": "When p < .05 & r > 0"}
    assert "p\u00a0&lt;\u00a0.05 &amp; q\u00a0&gt;\u00a0.1." in html_of(**fields)
    assert "p\u00a0<\u00a0.05 & r\u00a0>\u00a00" in page_of(**fields).xpath("string(//h2)")


def test_an_undefined_name_is_an_error_and_not_an_empty_place(
    own_templates: Config, make_issue: Callable[..., Issue]
) -> None:
    change(own_templates, "parts/intro.mjml", "{{ issue.intro | markdown }}", "{{ issue.intor }}")
    with pytest.raises(TemplateError, match="'intor'"):
        render(make_issue(intro="Hello."), own_templates)


@pytest.mark.parametrize("name", ["issue.mjml", "part.mjml", "part.mjml.j2", "part.html", "part"])
def test_what_templates_print_into_markup_is_escaped(
    own_templates: Config, make_issue: Callable[..., Issue], name: str
) -> None:
    printed = "<mj-text>{{ issue.subject }}</mj-text>"
    if name != "issue.mjml":
        (own_templates.templates_path / name).write_text(printed, encoding="utf-8")
        printed = f'{{% include "{name}" %}}'
    section = f"<mj-section><mj-column>{printed}</mj-column></mj-section></mj-body>"
    change(own_templates, "issue.mjml", "</mj-body>", section)
    edition = render(make_issue(subject="<b>Tom & Jerry</b>"), own_templates)
    assert "&lt;b&gt;Tom &amp; Jerry&lt;/b&gt;</div>" in edition.html.fill({})


@pytest.mark.parametrize("name", ["part.txt", "part.txt.j2"])
def test_what_templates_print_into_plain_text_is_not_escaped(
    own_templates: Config, make_issue: Callable[..., Issue], name: str
) -> None:
    part = own_templates.templates_path / name
    part.write_text("{{ issue.subject }}", encoding="utf-8")
    change(own_templates, "issue.txt", "{{ issue", f'{{% include "{name}" %}}\n{{{{ issue')
    edition = render(make_issue(subject="<b>Tom & “Jerry”</b>"), own_templates)
    assert "<b>Tom & “Jerry”</b>" in edition.text.fill({})


# premailer


def kept_sheet() -> str:
    source = (TEMPLATES / "parts" / "styles.mjml").read_text(encoding="utf-8")
    found = re.search(r'<style data-premailer="ignore">(.*?)</style>', source, re.DOTALL)
    assert found
    return found[1]


def test_the_sheet_for_modern_clients_is_kept_byte_for_byte(html_of: HtmlOf) -> None:
    sheet = kept_sheet()
    assert f"<style>{sheet}</style>" in html_of()
    for rule in ("@media (prefers-color-scheme: dark)", "[data-ogsc]", "[data-ogsb]", "!important"):
        assert rule in sheet


MODERN = """
  @supports (display: grid) { .a { color: oklch(50% 0.1 200) } }
  @media (width >= 480px) { @media print { .b { color: #111 } } }
  * { } .c:hover { color: red } a > b { color: rgb(1 2 3 / 50%) }
"""


def test_a_sheet_marked_to_be_ignored_is_kept_with_all_that_premailer_would_break(
    own_templates: Config, make_issue: Callable[..., Issue]
) -> None:
    in_head(own_templates, f'<style data-premailer="ignore">{MODERN}</style>')
    html = render(make_issue(), own_templates).html.fill({})
    assert f"<style>{MODERN}</style>" in html


def test_the_reset_and_the_column_widths_of_mrml_are_kept_as_sheets(html_of: HtmlOf) -> None:
    html = html_of()
    assert "#outlook a { padding: 0; }" in html
    assert re.search(r"@media only screen and \(min-width:480px\) \{ \.mj-column-per-100", html)
    assert "-ms-interpolation-mode" not in html.partition("<body")[2]


def test_the_styles_that_all_clients_need_are_written_into_the_elements(page_of: PageOf) -> None:
    page = page_of(intro="Look [here](https://a.example/).")
    styled = page.xpath("//body//h1 | //body//h2 | //body//h3 | //body//a | //body//p[@class]")
    assert len(styled) > 10
    assert [element.get("class") for element in styled if not element.get("style")] == []


def test_a_rule_is_not_left_behind_in_a_sheet_once_it_is_in_the_elements(html_of: HtmlOf) -> None:
    assert ".preheader" not in html_of()


def test_an_important_rule_is_still_important_in_the_element(
    own_templates: Config, make_issue: Callable[..., Issue]
) -> None:
    change(
        own_templates, "parts/styles.mjml", "<mj-style>", "<mj-style> h1 { top: 1px !important; }"
    )
    html = render(make_issue(), own_templates).html.fill({})
    assert re.search(r'<h1 style="[^"]*top:1px !important', html)


def test_conditional_comments_for_outlook_survive(html_of: HtmlOf) -> None:
    html = html_of()
    assert "<!--[if !mso]><!-->" in html
    assert html.count("<!--[if mso | IE]>") > 5
    assert "<o:PixelsPerInch>96</o:PixelsPerInch>" in html


def test_placeholders_in_links_survive_all_stages(
    own_templates: Config, make_issue: Callable[..., Issue]
) -> None:
    links = '<a href="-unsubscribe_url-">a</a> <a href="{{ "{{x}}" }}">b</a>'
    change(own_templates, "parts/footer.mjml", '<p class="small last">', f"{links}<p>")
    html = render(make_issue(), own_templates).html.fill({})
    assert 'href="-unsubscribe_url-"' in html
    assert 'href="{{x}}"' in html


# The preheader


def test_the_preheader_is_a_hidden_div_of_the_colour_of_the_text(page_of: PageOf) -> None:
    (preheader,) = page_of(preheader="What is in it").xpath("//div[@class='preheader']")
    style = dict(re.findall(r"([\w-]+):\s*([^;]+)", preheader.get("style")))
    assert preheader.text_content() == "What is in it"
    assert style["display"] == "none"
    assert style["mso-hide"] == "all"
    assert style["color"] not in ("#ffffff", "#fff", "white", "transparent")


def test_the_preheader_is_the_first_text_of_the_body(page_of: PageOf) -> None:
    body = page_of(preheader="What is in it").xpath("string(//body)")
    assert body.split()[:4] == ["What", "is", "in", "it"]


def test_the_plain_text_has_no_preheader(text_of: Callable[..., str]) -> None:
    assert "What is in it" not in text_of(preheader="What is in it")


# The network


@pytest.fixture
def requests_made() -> Iterator[tuple[str, list[str]]]:
    """A real server, and the paths it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


def test_a_style_sheet_that_a_template_links_to_is_not_fetched(
    own_templates: Config,
    make_issue: Callable[..., Issue],
    requests_made: tuple[str, list[str]],
) -> None:
    address, asked = requests_made
    in_head(own_templates, f'<link rel="stylesheet" href="{address}/sheet.css"/>')
    render(make_issue(), own_templates)
    assert asked == []


def test_rendering_opens_no_socket(
    make_config: Callable[..., Config],
    make_issue: Callable[..., Issue],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was used")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refuse)
    source = "https://digest.example/logo.png"
    config = make_config(logo={"src": source, "alt": "PPRNet", "width": 160, "height": 40})
    edition = render(make_issue(intro="See [this](https://a.example/b)."), config)
    assert source in edition.html.fill(specimen(config))
