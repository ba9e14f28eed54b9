"""Taking readers out of a letter's page: their address and links, and the words around these.

The page is one that templates have made, which are a publication's own, so nothing is known
of it but that it is HTML. What an issue's author wrote is known by its `dir="auto"`, and stays.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from newsletter.edition import Letter
from newsletter.edition.personal import Place
from newsletter.web.public.lines import Line, line_with, lines_of, prune

_AUTHORS = frozenset("blockquote h1 h2 h3 h4 h5 h6 li ol p ul".split())
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
_BEFORE = re.compile(r"\s+$")
_AFTER = re.compile(r"\s*[,;:!.–—-]*\s*")


@dataclass(frozen=True)
class Nobody:
    """A reader who is nobody: words in the places of one, to find these by in the page."""

    letter: Letter

    @property
    def email(self) -> str:
        """In place of the reader's address."""
        return f"{self._nonce}azz"

    @property
    def link(self) -> str:
        """In place of the link to unsubscribe by."""
        return f"{self._nonce}uzz"

    @property
    def name(self) -> str:
        """In place of a name for which a template has no other word."""
        return f"{self._nonce}nzz"

    def page(self) -> str:
        """The letter's page as nobody gets it."""
        parts = self.letter.html.parts
        return "".join(part if isinstance(part, str) else self._said(part) for part in parts)

    def is_seen_in(self, page: str) -> bool:
        """Whether anything of a reader is left."""
        return self._nonce in page or bool(self.unsubscribing.search(page))

    @cached_property
    def unsubscribing(self) -> re.Pattern[str]:
        """Addresses that unsubscribe somebody; an author may have copied one from a mail."""
        base = re.escape(self.letter.web_url.rstrip("/"))
        return re.compile(rf"{self.link}\S*|{base}/u/[^\s\"'<>]*", re.IGNORECASE)

    @cached_property
    def traces(self) -> re.Pattern[str]:
        """All that `page` may hold of a reader."""
        return re.compile(rf"{self._nonce}[anu]zz|{self.unsubscribing.pattern}", re.IGNORECASE)

    @cached_property
    def _nonce(self) -> str:
        """Made from all of the letter, so that it cannot hold it."""
        return f"zz{self.letter.digest[:24]}"

    def _said(self, place: Place) -> str:
        known = {"email": self.email, "unsubscribe_url": self.link}
        return known.get(place.field) or place.filled("") or self.name


def without_reader(page: Any, nobody: Nobody) -> None:
    """Take out of a page all that is its reader's, and the words that speak of it."""
    body = page.find("body")
    _clear_attributes(page, nobody)
    _cut_addresses(body, nobody)
    _cut_links(body, nobody)
    _cut_names(body, nobody)
    _wipe(page, nobody)


def without_own_links(body: Any, own: str) -> None:
    """Let links to this very page lead to its parts; one that leads to all of it goes.

    A heading or a picture stays without its link, and an author's own words stay with it.
    """
    for link in body.xpath(".//a[@href]"):
        address, _, fragment = link.get("href").partition("#")
        around = [link, *link.iterancestors()]
        if address.partition("?")[0].rstrip("/") != own or around[-1].tag != "html":
            continue
        if fragment:
            link.set("href", f"#{fragment}")
        elif any(each.tag in _HEADINGS for each in around) or line_with(link) is None:
            link.drop_tag()
        elif not any(each.tag in _AUTHORS and each.get("dir") == "auto" for each in around):
            _cut(link)


def _clear_attributes(page: Any, nobody: Nobody) -> None:
    """Links to unsubscribe by stay for now."""
    for element in list(page.iter()):
        for name, value in element.items():
            if nobody.name in value:
                element.set(name, value.replace(nobody.name, ""))
            if nobody.email in value or (
                nobody.unsubscribing.search(value) and (element.tag, name) != ("a", "href")
            ):
                _clear(element, name)


def _clear(element: Any, name: str) -> None:
    if name in ("src", "action", "data") and element.getparent() is not None:
        element.drop_tree()
    elif (element.tag, name) == ("a", "href"):
        element.drop_tag()
    else:
        del element.attrib[name]


def _cut_addresses(body: Any, nobody: Nobody) -> None:
    while line := _line_of(body, re.compile(nobody.email)):
        line.cut(0, len(line.words))


def _cut_links(body: Any, nobody: Nobody) -> None:
    for link in body.xpath(".//a[@href]"):
        if link.getparent() is None:
            continue  # it has gone with another one
        if nobody.link in link.get("href"):
            _cut(link)
        elif nobody.unsubscribing.search(link.get("href")):
            link.drop_tag()
    while line := _line_of(body, nobody.unsubscribing):
        found = nobody.unsubscribing.search(line.words)
        if found and found[0].startswith(nobody.link):
            line.cut_item(*found.span())
        elif found:
            line.cut(*found.span())


def _cut(link: Any) -> None:
    """Take a link out with the words around it."""
    line, parent = line_with(link), link.getparent()
    if line is not None:
        line.cut_item(*line.span(link))
        link.attrib.pop("href")  # should it hold more than words
    else:
        link.drop_tree()
        prune(parent)


def _cut_names(body: Any, nobody: Nobody) -> None:
    """`Dear ,` reads `Dear,`; and a line that begins with a name begins with what follows it."""
    while line := _line_of(body, re.compile(nobody.name)):
        words = line.words
        start = words.index(nobody.name)
        end = start + len(nobody.name)
        space = _BEFORE.search(words, 0, start)
        if not words[:start].strip():
            follows = _AFTER.match(words, end)
            line.cut(start, follows.end() if follows else end)
        elif space and not words[end : end + 1].isalnum():
            line.cut(space.start(), end)
        else:
            line.cut(start, end)


def _wipe(page: Any, nobody: Nobody) -> None:
    """Take them out of whatever is no line of text, such as styles."""
    for element in page.iter():
        element.text = element.text and nobody.traces.sub("", element.text)
        element.tail = element.tail and nobody.traces.sub("", element.tail)


def _line_of(body: Any, pattern: re.Pattern[str]) -> Line | None:
    return next((line for line in lines_of(body) if pattern.search(line.words)), None)
