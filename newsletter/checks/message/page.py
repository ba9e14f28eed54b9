"""The rendered mail as a reader's program takes it: addresses, anchors, images, words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from newsletter.checks.subject import Subject
from newsletter.edition import specimen

_ADDRESSES = "//*/@href | //*/@src | //*/@background"
_ANCHORS = "//@id | //a/@name"
_BARE_IMAGES = "//img[not(@alt)]/@src"
_WORDS = (
    "//text()[not(parent::style or parent::script)]"
    " | //@href | //@src | //@alt | //@title | //@content"
)


@dataclass(frozen=True)
class Page:
    """What a document holds, in its order."""

    addresses: tuple[str, ...]
    """Where its links lead and its images come from, each once."""
    anchors: frozenset[str]
    bare_images: tuple[str, ...]
    """Addresses of images without an alternative text."""
    words: str
    """All that a reader could see of it, a line for each stretch; no style sheet."""


def page_of(subject: Subject) -> Page:
    """The HTML that the specimen reader gets, taken apart."""
    return _page(subject.edition.html.fill(specimen(subject.config)))


@lru_cache(maxsize=4)
def _page(html: str) -> Page:
    from lxml import html as lxml_html

    tree = lxml_html.document_fromstring(html)

    def found(path: str) -> list[str]:
        return [str(each) for each in cast("list[object]", tree.xpath(path))]

    return Page(
        addresses=tuple(dict.fromkeys(found(_ADDRESSES))),
        anchors=frozenset(found(_ANCHORS)),
        bare_images=tuple(found(_BARE_IMAGES)),
        words="\n".join(filter(str.strip, found(_WORDS))),
    )
