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
_SAID = "//@alt | //@title"


@dataclass(frozen=True)
class Page:
    """What a document holds, in its order."""

    addresses: tuple[str, ...]
    """Where its links lead and its images come from, each once."""
    anchors: frozenset[str]
    bare_images: tuple[str, ...]
    """Addresses of images without an alternative text."""
    words: str
    """All that a reader could see or hear of it, and its addresses."""


def page_of(subject: Subject) -> Page:
    """The HTML that the specimen reader gets, taken apart."""
    return _page(subject.edition.html.fill(specimen(subject.config)))


@lru_cache(maxsize=4)
def _page(html: str) -> Page:
    from lxml import html as lxml_html

    tree = lxml_html.document_fromstring(html)

    def found(path: str) -> list[str]:
        return [str(each) for each in cast("list[object]", tree.xpath(path))]

    addresses = tuple(dict.fromkeys(found(_ADDRESSES)))
    return Page(
        addresses,
        anchors=frozenset(found(_ANCHORS)),
        bare_images=tuple(found(_BARE_IMAGES)),
        words="\n".join((str(tree.xpath("string(//body)")), *found(_SAID), *addresses)),
    )
