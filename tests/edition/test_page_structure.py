"""The page as assistive technology and mail clients see it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from lxml import html as lxml_html

from newsletter.config import Config
from newsletter.edition import render, specimen
from newsletter.issue import Issue

Page = Any
PageOf = Callable[..., Page]

THREE = [
    {
        "title": f"Study *{number}*",
        "citation": "Author (2023).",
        "doi": f"10.1037/{number}",
        "research_type": "Survey",
        "topics": ["Empathy", "Training"],
        "summary": "It held.\n\n- One\n- [Two](https://a.example/two)",
        "practice_implications": "Ask.\n\n1. First\n2. Second",
    }
    for number in (1, 2, 3)
]
LOGO = {"src": "https://digest.example/logo.png", "alt": "The PPRNet wave", "width": 160}
VAGUE = {"click here", "here", "read more", "more", "link", "this link", "cliquez ici"}


@pytest.fixture(scope="module")
def page(page_of: PageOf) -> Page:
    """A full issue of three summaries."""
    return page_of(intro="Good morning.", summaries=THREE)


def words(element: Page) -> str:
    return " ".join(element.text_content().split())


def parsed(issue: Issue, config: Config) -> Page:
    return lxml_html.document_fromstring(render(issue, config).html.fill(specimen(config)))


def test_the_page_says_its_language_and_its_title(page_of: PageOf) -> None:
    page = page_of(subject="Empathy & care", language="fr-CA")
    assert page.get("lang") == "fr-CA"
    assert page.xpath("string(//title)") == "Empathy & care"


def test_headings_are_one_for_the_page_one_a_summary_and_one_for_its_implications(
    page: Page,
) -> None:
    headings = page.xpath("//h1|//h2|//h3|//h4|//h5|//h6")
    assert [heading.tag for heading in headings] == ["h1", *["h2", "h3"] * 3]
    assert page.xpath("string(//h1)") == "Practice Digest"
    titles = [words(title) for title in page.xpath("//h2")]
    assert titles == ["Study 1", "Study 2", "Study 3"]
    assert {each.text_content() for each in page.xpath("//h3")} == {"Practice Implications"}


def test_what_a_summary_says_stands_under_its_headings_in_order(page: Page) -> None:
    parts = [
        "Good morning.",
        "In this issue",
        "Study 1",
        "It held.",
        "Practice Implications",
        "Ask",
    ]
    assert re.search(".*?".join(map(re.escape, parts)), words(page))


def outlook_view(html: str) -> str:
    """What Word's engine reads: the conditional comments opened."""
    opened = re.sub(
        r"<!--\[if [^!\]]*mso[^\]]*\]>(.*?)<!\[endif\]-->", r"\1", html, flags=re.DOTALL
    )
    return re.sub(r"<!--\[if !mso\]><!-->.*?<!--<!\[endif\]-->", "", opened, flags=re.DOTALL)


def test_every_table_is_for_layout_and_says_so(html_of: Callable[..., str]) -> None:
    html = html_of(summaries=THREE)
    for view in (html, outlook_view(html)):
        page: Page = lxml_html.document_fromstring(view)
        tables = page.xpath("//table")
        assert len(tables) > 5
        assert {table.get("role") for table in tables} == {"presentation"}


def test_no_two_ids_are_alike(page: Page) -> None:
    ids = Counter(page.xpath("//@id"))
    assert ids == {"summary-1": 1, "summary-2": 1, "summary-3": 1}


def test_every_link_has_a_name_that_makes_sense_by_itself(page: Page) -> None:
    names = [words(link).lower() for link in page.xpath("//a[@href]")]
    assert len(names) == 3 + 3 + 3 + 3
    assert all(names)
    assert VAGUE.isdisjoint(names)


def test_links_lead_to_https_pages_only(page: Page) -> None:
    assert [link for link in page.xpath("//a/@href") if not link.startswith("https://")] == []


def test_the_contents_lead_to_the_web_versions_anchors_which_exist_in_the_page(page: Page) -> None:
    links = page.xpath("//ol[ancestor::td[contains(@class, 'contents')]]/li/a/@href")
    base = "https://news.digest.example/2023-12"
    assert links == [f"{base}#summary-{number}" for number in (1, 2, 3)]
    assert {link.partition("#")[2] for link in links} == set(page.xpath("//h2/@id"))


def test_no_link_is_a_bare_anchor_which_phones_ignore(page: Page) -> None:
    assert page.xpath("//a[starts-with(@href, '#')]") == []


def test_a_doi_leads_to_its_resolver(page: Page) -> None:
    (link,) = page.xpath("//a[.='https://doi.org/10.1037/2']")
    assert link.get("href") == "https://doi.org/10.1037/2"


def test_a_study_without_a_doi_shows_its_link(page_of: PageOf) -> None:
    page = page_of(doi=None, link="https://a.example/study?a=1&b=2")
    (link,) = page.xpath("//a[starts-with(@href, 'https://a.example')]")
    assert link.get("href") == link.text_content() == "https://a.example/study?a=1&b=2"


def test_a_study_without_citation_type_topics_and_doi_leaves_no_empty_elements(
    page_of: PageOf,
) -> None:
    page = page_of(doi=None, citation=None)
    empty = [each for each in page.xpath("//body//p|//body//li") if not words(each)]
    assert [each.get("style") for each in empty if "border" not in each.get("style")] == []


def test_type_and_topics_are_shown(page: Page) -> None:
    assert "Survey · Empathy · Training" in words(page)


# Images


def test_there_is_no_image_where_the_publication_has_no_logo(page: Page) -> None:
    assert page.xpath("//img|//v:image", namespaces={"v": "urn:schemas-microsoft-com:vml"}) == []


def test_the_logo_has_a_text_and_a_size(
    make_config: Callable[..., Config], make_issue: Callable[..., Issue]
) -> None:
    page = parsed(make_issue(), make_config(logo={**LOGO, "height": 40}))
    (image,) = page.xpath("//img")
    assert image.get("src") == LOGO["src"]
    assert image.get("alt") == "The PPRNet wave"
    assert (image.get("width"), image.get("height")) == ("160", "40")


@pytest.mark.parametrize(
    "text", ["E\u0301tude \\\\ x", "👨‍👩‍👧", "हिन्दी", "so\u00adft", "a\\u{301}"]
)
def test_attributes_hold_what_was_typed(
    make_config: Callable[..., Config], make_issue: Callable[..., Issue], text: str
) -> None:
    config = make_config(logo={**LOGO, "alt": text, "height": 40})
    page = parsed(make_issue(subject=text), config)
    assert page.xpath("string(//img/@alt)") == text
    assert page.xpath("string(//*[@role='article']/@aria-label)") == text


def test_there_is_no_tracking_pixel_and_no_rewritten_link(page: Page) -> None:
    assert page.xpath("//img") == []
    hosts = {link.split("/")[2] for link in page.xpath("//a/@href")}
    assert hosts == {"news.digest.example", "digest.example", "doi.org", "a.example"}


# What the law wants


@pytest.mark.parametrize("body", ["html", "text"])
def test_both_bodies_hold_postal_address_contact_unsubscribe_link_and_web_version(
    html_of: Callable[..., str], text_of: Callable[..., str], body: str
) -> None:
    shown = html_of() if body == "html" else text_of()
    assert "136 Jean-Jacques-Lussier, Ottawa, Ontario, Canada" in shown
    for address in (
        "https://digest.example/contact",
        "https://news.digest.example/u/preview",
        "https://news.digest.example/2023-12",
    ):
        assert re.search(rf"^{address}$|href=\"{address}\"", shown, re.MULTILINE)


def test_the_unsubscribe_link_is_called_so(page: Page) -> None:
    (link,) = page.xpath("//a[@href='https://news.digest.example/u/preview']")
    assert link.text_content() == "Unsubscribe"


# Languages


@pytest.mark.parametrize(
    ("language", "month", "heading"),
    [
        ("en-CA", "December 2023", "Practice Implications"),
        ("fr", "décembre 2023", "Implications pour la pratique"),
        ("fr-CA", "décembre 2023", "Implications pour la pratique"),
        ("de", "Dezember 2023", "Practice Implications"),
        ("xx", "December 2023", "Practice Implications"),
    ],
)
def test_the_issues_language_names_the_month_and_the_parts(
    page_of: PageOf, language: str, month: str, heading: str
) -> None:
    page = page_of(language=language)
    assert page.xpath("string(//p[contains(@class, 'month')])") == month
    assert page.xpath("string(//h3)") == heading


@pytest.mark.parametrize("language", ["ar", "he", "he-IL", "FA", "ur-PK"])
def test_a_right_to_left_language_turns_the_page(page_of: PageOf, language: str) -> None:
    page = page_of(language=language, subject="שלום", title="כותרת")
    assert page.get("dir") == "rtl"
    assert "direction:ltr" not in " ".join(page.xpath("//body//@style"))
    copy = page.xpath("//td//div[p|h1|h2|h3|ol]/@style")
    assert len(copy) > 5
    assert [style for style in copy if "text-align:right" not in style] == []


def test_a_left_to_right_language_reads_left_to_right(page: Page) -> None:
    assert page.get("dir") == "ltr"
    assert not re.search(r"direction:\s*rtl", " ".join(page.xpath("//body//@style")))


def test_right_to_left_words_in_an_english_issue_turn_their_own_paragraph_only(
    page_of: PageOf,
) -> None:
    page = page_of(intro="שלום עולם", summary="Good.\n\n- שלום", title="שלום", citation="שלום")
    assert page.get("dir") == "ltr"
    holders = page.xpath("//body//div[@role='article']//td//*[contains(text(), 'שלום')]")
    assert len(holders) == 5
    for holder in holders:
        assert holder.xpath("ancestor-or-self::*[@dir][1]/@dir") == ["auto"]
    assert page.xpath("//*[@dir='rtl']") == []
