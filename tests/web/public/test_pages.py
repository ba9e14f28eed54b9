"""The public pages: whose they are, in which language, and nothing that needs a script."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from lxml import html

from newsletter.config import Config, load_config
from newsletter.web.public.pages import Pages
from newsletter.web.public.words import WORDS
from tests.web.public.conftest import Ask

PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "confirm": ("confirm.html", {"address": "a…e@example.org"}),
    "done": ("done.html", {"address": "a…e@example.org", "undo": None}),
    "done, and can be undone": ("done.html", {"address": "a…e@example.org", "undo": "x"}),
    "gone": ("done.html", {"address": None, "undo": None}),
    "undone": ("undone.html", {"address": "a…e@example.org"}),
    "late": ("notice.html", {"notice": "late"}),
    "specimen": ("notice.html", {"notice": "specimen"}),
    "damaged": ("notice.html", {"notice": "damaged"}),
    "error": ("error.html", {"error": "404"}),
}
STATUSES = ("400", "404", "405", "408", "413", "429", "500", "503")


def of(folder: Path, **changed: str) -> Pages:
    """The pages of a publication with some settings changed, or added."""
    settings = (Path(__file__).parents[1] / "publication" / "newsletter.yaml").read_text("utf-8")
    for key, value in changed.items():
        settings = re.sub(f"^{key}: .*\n", "", settings, flags=re.MULTILINE)
        settings += f"{key}: {value}\n"
    file = folder / "newsletter.yaml"
    file.write_text(settings, "utf-8")
    return Pages(load_config(file, {}))


def show(pages: Pages, page: str) -> Any:
    """A page's document."""
    name, values = PAGES[page]
    return html.document_fromstring(bytes(pages.page(name, **values).body))


@pytest.mark.parametrize("page", PAGES)
def test_every_page_says_whose_it_is_and_how_to_reach_them(config: Config, page: str) -> None:
    document = show(Pages(config), page)
    assert document.findtext(".//title").endswith(" · Small Digest")
    assert len(document.findall(".//h1")) == 1
    (footer,) = document.findall(".//footer")
    assert footer.find(".//a").get("href") == "https://digest.example/contact"
    assert footer.findtext("address") == "1 Main Street, Ottawa"


@pytest.mark.parametrize("page", PAGES)
def test_no_page_has_a_script_or_a_style_of_its_own(config: Config, page: str) -> None:
    document = show(Pages(config), page)
    assert not document.xpath("//script | //style | //@style | //@*[starts-with(name(), 'on')]")
    assert not document.xpath(
        "//link[@rel='preload' or @rel='prefetch'] | //iframe | //meta[@http-equiv]"
    )


@pytest.mark.parametrize("page", PAGES)
def test_a_form_goes_to_the_page_it_is_on_and_says_what_it_does(config: Config, page: str) -> None:
    for form in show(Pages(config), page).findall(".//form"):
        assert form.get("action") is None
        assert form.get("method") == "post"
        assert len(form.findall(".//input[@type='hidden']")) == 1
        assert form.findtext(".//button").strip()


LANGUAGES = {
    "en-CA": ("ltr", None, None, "Unsubscribe"),
    "fr": ("ltr", None, None, "Se désabonner"),
    "fr-CA": ("ltr", None, None, "Se désabonner"),
    "de": ("ltr", "en", None, "Unsubscribe"),
    "ar": ("rtl", "en", "ltr", "Unsubscribe"),
    "he-IL": ("rtl", "en", "ltr", "Unsubscribe"),
    "zh-Hant-TW": ("ltr", "en", None, "Unsubscribe"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_speak_the_publications_language_or_say_which(tmp_path: Path, language: str) -> None:
    direction, spoken, turned, heading = LANGUAGES[language]
    document = show(of(tmp_path, language=language), "confirm")
    assert (document.get("lang"), document.get("dir")) == (language, direction)
    words = document.find(".//main/div")
    assert (words.get("lang"), words.get("dir")) == (spoken, turned)
    assert words.findtext("h1") == heading


def test_every_language_says_the_same_things() -> None:
    def places(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    english = {key: places(text) for key, text in WORDS["en"].items()}
    for words in WORDS.values():
        assert {key: places(text) for key, text in words.items()} == english


@pytest.mark.parametrize("language", ["en-CA", "fr-CA"])
def test_each_error_has_words_of_its_own(tmp_path: Path, language: str) -> None:
    pages = of(tmp_path, language=language)
    bodies = {pages.page("error.html", error=status).body for status in STATUSES}
    assert len(bodies) == len(STATUSES)
    assert pages.page("error.html", error="418").body == pages.page("error.html", error="400").body


def test_the_logo_is_shown_where_there_is_one(config: Config, tmp_path: Path) -> None:
    assert show(Pages(config), "confirm").find(".//img") is None
    logo = "{src: https://digest.example/logo.png, alt: The Digest, width: 160, height: 40}"
    image = show(of(tmp_path, logo=logo), "confirm").find(".//header/img")
    assert dict(image.attrib) == {
        "class": "logo", "src": "https://digest.example/logo.png", "alt": "The Digest",
        "width": "160", "height": "40",
    }  # fmt: skip


def test_what_the_publication_calls_itself_is_no_markup(tmp_path: Path) -> None:
    document = show(of(tmp_path, name="'<script>{name}</script> & {0}'"), "confirm")
    assert document.find(".//script") is None
    assert "Issues of <script>{name}</script> & {0} go to a…e@example.org." in (
        document.find(".//main").text_content()
    )


@pytest.mark.parametrize("path", ["", "/news"])
def test_links_begin_with_the_path_of_the_public_address(tmp_path: Path, path: str) -> None:
    document = show(of(tmp_path, web_url=f"https://digest.example{path}"), "confirm")
    inner = document.xpath("//link/@href | //header//a/@href")
    assert len(inner) == 3
    assert all(re.match(f"{path}/(assets/|$)", href) for href in inner)


@pytest.mark.parametrize(("asset", "kind"), [("css", "text/css"), ("svg", "image/svg+xml")])
def test_style_and_icon_are_kept_for_good_and_change_their_address(
    ask: Ask, config: Config, asset: str, kind: str
) -> None:
    (href,) = show(Pages(config), "confirm").xpath(f"//link[contains(@href, '.{asset}?')]/@href")
    answer = ask("GET", href)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(kind)
    assert "immutable" in answer.headers["cache-control"]
    assert "url(" not in answer.text


@pytest.mark.parametrize("name", ["base.html", "..%2Fpages.py", "public.css%00", "x", "x/"])
def test_nothing_else_is_an_asset(ask: Ask, name: str) -> None:
    assert ask("GET", f"/assets/{name}").status_code == 404
