"""The page of an issue: the letter without its reader, whatever templates made it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from newsletter.config import Config
from newsletter.edition import Letter, render, seal
from newsletter.edition.personal import Field, Personal, Place
from newsletter.issue import find_issue, load_issue, planned_at
from newsletter.web.public.web_version import Leak, web_version

HOME = "https://news.digest.example"
OWN = f"{HOME}/2023-12"
FIELDS: dict[str, Field] = {
    "first": "first_name",
    "last": "last_name",
    "email": "email",
    "unsubscribe": "unsubscribe_url",
}
PLACE = re.compile(r"\[(first|last|email|unsubscribe)(?:=([^\]]*))?\]")


def letter(page: str, language: str = "en-CA", web_url: str = HOME) -> Letter:
    """A letter of this page, in which `[first=friend]` stands for a reader's field."""
    pieces = PLACE.split(page)
    parts: list[str | Place] = []
    for text, name, fallback in zip(
        pieces[::3], [*pieces[1::3], None], [*pieces[2::3], None], strict=True
    ):
        parts.append(text)
        if name:
            parts.append(Place(FIELDS[name], "html", fallback or ""))
    return Letter(
        month="2023-12",
        subject="Empathy & more",
        language=language,
        sender_name="PPRNet",
        sender_email="news@digest.example",
        reply_to="",
        list_name="Practice Digest",
        list_id="news.digest.example",
        date="Tue, 05 Dec 2023 09:00:00 -0500",
        feedback_id="2023-12:digest:newsletter:digestexample",
        web_url=web_url,
        html=Personal(tuple(parts)),
        text=Personal(("",)),
    )


def shown(page: str, **how: Any) -> str:
    """What is left of a page's body, on one line."""
    document = tree(page, **how)
    (main,) = document.xpath("//main | //*[@role='main']")
    inner = (main.text or "") + "".join(
        lxml_html.tostring(each, encoding="unicode") for each in main
    )
    return " ".join(inner.split())


def tree(page: str, **how: Any) -> Any:
    return lxml_html.document_fromstring(web_version(letter(page, **how), HOME))


def words(document: Any) -> list[str]:
    for each in document.xpath("//style | //title | //nav"):
        each.drop_tree()
    return str(document.text_content()).split()


@pytest.fixture
def mailed(config: Config) -> Letter:
    """The letter of the small publication's December, as its real templates make it."""
    issue = load_issue(find_issue("2023-12", config), config).issue
    return seal(render(issue, config), "2023-12", config, planned_at(issue, config))


READERS = {
    "an address goes with its line": (
        "<p>Sent to [first=you] ([email]) because you asked.</p><p>1 Main Street</p>",
        "<p>1 Main Street</p>",
    ),
    "the line alone, where there are more": (
        "<td>For [email].<br>1 Main Street<br>Ottawa</td>",
        "<td>1 Main Street<br>Ottawa</td>",
    ),
    "the last of several lines": (
        "<div>1 Main Street<br>For [email]</div>",
        "<div>1 Main Street</div>",
    ),
    "all lines": ("<p>One [email]<br>Two [email]</p><p>Three</p>", "<p>Three</p>"),
    "parts of a block around other blocks stay": (
        "<div>To <b>[email]</b>:<p>The text.</p>The end.</div>",
        "<div><p>The text.</p>The end.</div>",
    ),
    "a link to their address is just words": (
        '<p>Is <a href="mailto:[email]">this</a> you?</p>',
        "<p>Is this you?</p>",
    ),
    "a picture that knows them": ('<p>Hi<img src="https://t.example/?[email]"></p>', "<p>Hi</p>"),
    "an attribute that knows them": ('<p title="[email]">Hi</p>', "<p>Hi</p>"),
    "a name has its other word": ("<p>Dear [first=colleague],</p>", "<p>Dear colleague,</p>"),
    "a name without one leaves no gap": ("<p>Dear [first] [last],</p>", "<p>Dear,</p>"),
    "a name in bold": ("<p>Dear <b>[first]</b>, good news!</p>", "<p>Dear, good news!</p>"),
    "a name in the middle": ("<p>For [first] only.</p>", "<p>For only.</p>"),
    "a name at the start": ("<p>[first], good news!</p>", "<p>good news!</p>"),
    "nothing but a name": ("<p>[first]</p><p>Text</p>", "<p>Text</p>"),
    "a name in an address": (
        '<p><a href="https://s.example/?n=[first]">Survey</a></p>',
        '<p><a href="https://s.example/?n=" data-address="https://s.example/?n=">Survey</a></p>',
    ),
}
LINK = '<a href="[unsubscribe]">Unsubscribe</a>'
WEB = f'<a href="{OWN}">On the web</a>'
CONTACT = '<a href="mailto:a@a.example">Contact</a>'
LINKS = {
    "first": (f"<p>{LINK} · {CONTACT}</p>", f"<p>{CONTACT}</p>"),
    "last": (f"<p>{CONTACT} | {LINK}</p>", f"<p>{CONTACT}</p>"),
    "between": (
        f"<p>{CONTACT} · {LINK} · Ottawa</p>",
        f"<p>{CONTACT} · Ottawa</p>",
    ),
    "both of them": (f"<p>{LINK} · {WEB} · {CONTACT}</p>", f"<p>{CONTACT}</p>"),
    "with no marks": (f"<p>{CONTACT} {LINK} {CONTACT}</p>", f"<p>{CONTACT} {CONTACT}</p>"),
    "with marks of their own": (
        f"<p>{LINK}<span> | </span>{WEB}<span> | </span>{CONTACT}</p>",
        f"<p>{CONTACT}</p>",
    ),
    "in a sentence": (f"<p>You can {LINK} at any time.</p><p>Bye</p>", "<p>Bye</p>"),
    "in a sentence with another link": (
        f"<p>Please {LINK} or {CONTACT} us.</p>",
        f"<p>{CONTACT} us.</p>",
    ),
    "in a heading": (f"<h6>{LINK} | Ottawa</h6>", "<h6>Ottawa</h6>"),
    "as a button": (
        f"<table><tr><td>Text</td></tr><tr><td bgcolor='red'>{LINK}</td></tr></table>",
        "<table><tr><td>Text</td></tr></table>",
    ),
    "as a picture": (
        '<p><a href="[unsubscribe]"><img src="https://a.example/u.png"></a></p><p>Bye</p>',
        "<p>Bye</p>",
    ),
    "around a block": (
        '<div>Hi<a href="[unsubscribe]"><div>Leave</div></a></div>',
        "<div>Hi</div>",
    ),
    "as text": ("<p>Unsubscribe: [unsubscribe]</p><p>Bye</p>", "<p>Bye</p>"),
    "with more in it": ('<p><a href="[unsubscribe]?a=1#b">Leave</a> · Ottawa</p>', "<p>Ottawa</p>"),
    "that an author has copied": (
        f'<p dir="auto">See <a href="{HOME}/u/AbC-1_2">this</a>: {HOME}/u/AbC.</p>',
        '<p dir="auto">See this: </p>',
    ),
    "that is another site's": (
        '<p><a href="https://a.example/u/me">https://a.example/u/me</a></p>',
        '<p><a href="https://a.example/u/me">https://a.example/u/me</a></p>',
    ),
    "to the page itself, in a prompt": (f"<p>Is it broken? {WEB}</p><p>Text</p>", "<p>Text</p>"),
    "to the page itself, by its author": (
        f'<p dir="auto">{WEB.replace(" href", " href")} are two.</p>',
        f'<p dir="auto"><a href="{OWN}" data-address="{OWN}">On the web</a> are two.</p>',
    ),
    "to the page itself, as a heading": (
        f'<h1><a href="{OWN}/?utm=mail">Digest</a></h1>',
        "<h1>Digest</h1>",
    ),
    "to the page itself, as a picture": (
        f'<p><a href="{OWN}"><img src="https://a.example/l.png" alt="Digest"></a></p>',
        '<p><img src="https://a.example/l.png" alt="Digest"></p>',
    ),
    "to parts of the page": (
        f'<p><a href="{OWN}#summary-2">Two</a></p>',
        '<p><a href="#summary-2">Two</a></p>',
    ),
    "to another issue": (
        f'<p><a href="{HOME}/2023-11">{HOME}/2023-11</a></p>',
        f'<p><a href="{HOME}/2023-11">{HOME}/2023-11</a></p>',
    ),
}


@pytest.mark.parametrize(("page", "left"), READERS.values(), ids=READERS)
def test_nothing_of_a_reader_is_left(page: str, left: str) -> None:
    assert shown(page) == left


@pytest.mark.parametrize(("page", "left"), LINKS.values(), ids=LINKS)
def test_links_go_with_what_stands_around_them(page: str, left: str) -> None:
    assert shown(page) == left


MAIL_ONLY = {
    "outlook's comments": ("<p>a<!--[if mso]><b>Word</b><![endif]--></p>", "<p>a</p>"),
    "what others than outlook see": (
        "<!--[if !mso]><!--><p>a</p><!--<![endif]--><![if !mso]><p>b</p><![endif]>",
        "<p>a</p><p>b</p>",
    ),
    "outlook's styles": (
        '<p style="color:red;mso-line-height-rule:exactly;margin:0">a</p>',
        '<p style="color:red;margin:0">a</p>',
    ),
    "scripts": ('<p onclick="a()">a<script>b()</script></p>', "<p>a</p>"),
    "frames": ('<p>a</p><iframe src="https://a.example"></iframe>', "<p>a</p>"),
    "a preheader": (
        '<div style="display:none; max-height:0">So it is\u200c\u00a0\u200c</div><p>a</p>',
        "<p>a</p>",
    ),
}


@pytest.mark.parametrize(("page", "left"), MAIL_ONLY.values(), ids=MAIL_ONLY)
def test_what_only_mail_has_is_left_out(page: str, left: str) -> None:
    assert shown(page) == left


def test_what_is_hidden_further_down_stays() -> None:
    page = '<p>a</p><p style="display:none" class="on-phones">b</p>'
    assert "on-phones" in shown(page)


def test_styles_from_elsewhere_are_left_out() -> None:
    page = (
        "<html><head><link href='https://fonts.example/a.css' rel='stylesheet'>"
        "<style>@import url(https://fonts.example/a.css);\n"
        "@font-face { src: url(https://fonts.example/a.woff) }\n"
        "p { color: red; mso-hide: all }</style></head><body><p>a</p></body></html>"
    )
    seen = web_version(letter(page), HOME)
    assert "fonts.example" not in seen
    assert "mso-" not in seen
    assert "p { color: red; }" in seen


def test_the_words_are_those_of_the_mail(mailed: Letter) -> None:
    reader: dict[Field, str] = {
        "first_name": "Ada",
        "last_name": "Lovelace",
        "email": "ada@engine.example",
        "unsubscribe_url": f"{HOME}/u/TOKEN",
    }
    mail = lxml_html.document_fromstring(mailed.html.fill(reader))
    footer = next(each for each in mail.iter("p") if "ada@engine" in each.text_content())
    preheader = mail.find_class("preheader")[0]
    gone = footer.text_content() + preheader.text_content()
    for each in (footer, preheader):
        each.drop_tree()
    left = words(lxml_html.document_fromstring(web_version(mailed, HOME)))
    whole = " ".join(words(mail))
    assert "Ada" in gone
    assert " ".join(left) == whole.replace("Unsubscribe · Read this issue on the web · ", "")


def test_the_head_names_the_issue(mailed: Letter) -> None:
    page = lxml_html.document_fromstring(web_version(mailed, "https://new.example/news"))
    assert page.get("lang") == "en-CA"
    assert page.get("dir") == "ltr"
    assert page.findtext("head/title") == f"{mailed.subject} · Small Digest"
    assert page.xpath("//link[@rel='canonical']/@href") == ["https://new.example/news/2023-12"]
    assert page.xpath("//nav/a/@href") == ["/news/"]
    (description,) = page.xpath("//meta[@name='description']/@content")
    assert description.startswith("What")
    assert len(page.xpath("//meta[@charset] | //meta[@name='viewport']")) == 2


def test_without_a_preheader_the_subject_describes_it() -> None:
    page = tree("<p>a</p>")
    assert page.xpath("//meta[@name='description']/@content") == ["Empathy & more"]


def test_the_contents_lead_to_the_summaries(mailed: Letter) -> None:
    page = lxml_html.document_fromstring(web_version(mailed, HOME))
    contents = page.find_class("contents")[0]
    assert contents.xpath(".//a/@href") == ["#summary-1", "#summary-2"]
    assert [page.get_element_by_id(f"summary-{each}").tag for each in (1, 2)] == ["h2", "h2"]


def test_it_is_one_main_part_and_no_mail(mailed: Letter) -> None:
    page = lxml_html.document_fromstring(web_version(mailed, HOME))
    (main,) = page.xpath("//main | //*[@role='main']")
    assert main.getparent().tag == "body"
    seen = web_version(mailed, HOME)
    for each in ("mso", "aria-roledescription", "<!--", "article", "xmlns:", "/u/"):
        assert each not in seen.replace("xmlns=", "")


@pytest.mark.parametrize(
    ("language", "said", "spoken"),
    [("fr-CA", "Tous les numéros", "fr"), ("de", "All issues", "en")],
)
def test_the_way_to_all_issues_speaks_the_letters_language(
    language: str, said: str, spoken: str
) -> None:
    (link,) = tree("<p>a</p>", language=language).xpath("//nav/a")
    assert (link.text, link.get("lang")) == (said, spoken)


def test_links_of_an_older_address_are_known() -> None:
    page = '<p><a href="https://old.example/2023-12#summary-1">One</a></p>'
    assert 'href="#summary-1"' in shown(page, web_url="https://old.example")


@pytest.mark.parametrize("page", ["<p [email]>a</p>", "<[email]>a</p>", "<p data-[unsubscribe]=1>"])
def test_rather_than_show_something_of_a_reader_nothing_is_shown(page: str) -> None:
    with pytest.raises(Leak):
        shown(page)


PIECES = st.sampled_from(
    [
        *("[email]", "[first]", "[first=you]", "[last]", "[unsubscribe]", LINK, WEB, CONTACT),
        *("<p>", "</p>", "<div>", "</div>", "<table>", "<tr>", "<td>", "</td>", "</table>"),
        *("<a href='[email]'>", "<a href='[unsubscribe]'>", "</a>", "<span>", "</span>", "<br>"),
        *("<div style='display:none'>", "<h1>", "</h1>", "<li dir=auto>", "<ul>", "<b>", "</b>"),
        *(" · ", " | ", " ", ",", "word", "\xa0\xa0", "&amp;", "<!--[if mso]>", "<![endif]-->"),
        *("<style>", "</style>", "<title>", "<svg>", "<template>", "<o:p>", "<!--", "</body>"),
        *("<textarea>", "<select><option>", "<noscript>", "<img alt='[email]' src=x>", "<script>"),
    ]
)


@settings(max_examples=500)
@given(st.lists(PIECES, max_size=25).map("".join))
def test_whatever_templates_say_nothing_of_a_reader_is_shown(page: str) -> None:
    made = letter(page)
    seen = web_version(made, HOME)
    assert made.digest[:24] not in seen
    assert "/u/" not in seen
    assert "</html>" in seen
