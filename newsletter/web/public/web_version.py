"""The web version of an issue: the page that was mailed, without its reader."""

from __future__ import annotations

import re
from base64 import b64encode
from importlib.resources import files
from typing import Any

from lxml import etree
from lxml import html as lxml_html
from lxml.html.builder import E

from newsletter.edition import Letter
from newsletter.web.public.impersonal import Nobody, without_own_links, without_reader
from newsletter.web.public.prefix import prefix_of
from newsletter.web.public.words import WORDS, language_of

_MSO = re.compile(r"(?:^|(?<=[;{\s]))mso-[a-z-]+\s*:[^;}]*;?\s*", re.IGNORECASE)
_FROM_ELSEWHERE = re.compile(r"@import[^;]*;|@font-face\s*\{[^}]*\}", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_PADDING = re.compile("[\u034f\u200b-\u200f\u2060\ufeff\u00ad]")
"""What preheaders are filled up with, so that nothing else is shown behind them."""
_UNWANTED = (
    "//script | //iframe | //object | //embed | //base | //link | //head/title | //meta[@charset"
    " or @http-equiv or @name='viewport' or @name='description'"
    " or @name='supported-color-schemes']"
)
"""What the page's own policy forbids, and what `_head` writes anew."""


class Leak(Exception):
    """Something of a reader is left in a web version, which is therefore not shown."""


def web_version(letter: Letter, web_url: str) -> str:
    """The page of a letter.

    Args:
        letter: as it is mailed.
        web_url: where web versions are now; the letter's own may be an older one.

    Raises:
        Leak: rather than show anything of a reader.
    """
    nobody = Nobody(letter)
    page = _parsed(nobody.page())
    body = page.find("body")
    for each in page.xpath(_UNWANTED):
        each.drop_tree()
    without_reader(page, nobody)
    preheader = _without_preheader(body)
    without_own_links(body, f"{letter.web_url}/{letter.month}")
    _without_outlook(page)
    _name_addresses(body)
    _lay_out(body, letter, web_url)
    _head(page, letter, preheader, f"{web_url}/{letter.month}")
    shown = str(lxml_html.tostring(page, encoding="unicode", doctype="<!DOCTYPE html>"))
    if nobody.is_seen_in(shown):
        raise Leak(f"the web version of {letter.month} would show something of a reader")
    return shown


def _parsed(document: str) -> Any:
    """The tree of a page; conditional comments are comments like all others."""
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        page: Any = lxml_html.document_fromstring(document.encode(), parser, ensure_head_body=True)
    except etree.ParserError:  # nothing at all
        return lxml_html.document_fromstring("<p></p>", ensure_head_body=True)
    # What follows the end of the body still belongs to it, as browsers see it.
    page.find("body").extend([each for each in page if each.tag not in ("head", "body")])
    return page


def _without_preheader(body: Any) -> str:
    """Take out what stands hidden before all that is seen, and tell what it says."""
    hidden = []
    for element in body.iter():
        if any(each in hidden for each in element.iterancestors()):
            continue
        if _HIDDEN.search(element.get("style", "")):
            hidden.append(element)
        elif (element.text or "").strip() or element.tag == "img":
            break
    said = [" ".join(_PADDING.sub("", each.text_content()).split()) for each in hidden]
    for each in hidden:
        each.drop_tree()
    return next(filter(None, said), "")


def _without_outlook(page: Any) -> None:
    for element in page.iter():
        if style := element.get("style"):
            element.set("style", _MSO.sub("", style).strip())
        for name in [each for each in element.attrib if ":" in each or each.startswith("on")]:
            del element.attrib[name]
    for sheet in page.iter("style"):
        sheet.text = _FROM_ELSEWHERE.sub("", _MSO.sub("", sheet.text or ""))


def _name_addresses(body: Any) -> None:
    """Note where a link leads that does not say so itself, for print."""
    for link in body.xpath(".//a[starts-with(@href, 'http')]"):
        words = link.text_content().strip()
        if words and words != link.get("href"):
            link.set("data-address", link.get("href"))


def _lay_out(body: Any, letter: Letter, web_url: str) -> None:
    """The letter as the page's main part, and before it a way to all issues."""
    root = next(iter(body.xpath("./*[@role='article']")), None)
    if root is None:
        root = E.main(*body)
        root.text, body.text = body.text, None
        body.insert(0, root)
    else:
        root.set("role", "main")
    for name in ("aria-roledescription", "aria-label"):
        root.attrib.pop(name, None)
    body.insert(0, _way_to_all(letter.language, web_url))


def _way_to_all(language: str, web_url: str) -> Any:
    spoken = language_of(language)
    home = E.a(WORDS[spoken]["all_issues"], href=f"{prefix_of(web_url)}/", lang=spoken)
    return E.nav(home, {"class": "all-issues"})


def _head(page: Any, letter: Letter, preheader: str, address: str) -> None:
    page.set("lang", letter.language)
    if page.get("dir") not in ("ltr", "rtl"):
        page.set("dir", "auto")
    head = page.find("head")
    head[:0] = [
        E.meta(charset="utf-8"),
        E.title(f"{letter.subject} · {letter.list_name}"),
        E.meta(name="viewport", content="width=device-width, initial-scale=1"),
        E.meta(name="description", content=preheader or letter.subject),
        E.link(rel="canonical", href=address),
        E.link(rel="icon", type="image/svg+xml", href=_icon()),
    ]
    head.append(E.style(_asset("issue.css").decode()))


def _icon() -> str:
    return f"data:image/svg+xml;base64,{b64encode(_asset('icon.svg')).decode()}"


def _asset(name: str) -> bytes:
    return (files(__package__) / "assets" / name).read_bytes()
