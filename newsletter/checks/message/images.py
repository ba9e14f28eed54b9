"""Images that say nothing to readers who do not see them."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.checks.check import Remark
from newsletter.checks.message.origin import remark_on
from newsletter.checks.message.page import page_of
from newsletter.checks.subject import Subject


def image_without_words(subject: Subject) -> Iterator[Remark]:
    """An image has an `alt` text, empty where it is only an ornament (WCAG 2.2, 1.1.1).

    Half of all mail programs show it instead of the image, at least at first.
    """
    for source in page_of(subject).bare_images:
        yield remark_on(subject, source, f"the image '{source}' has no alt text; add one")
