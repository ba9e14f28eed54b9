"""Checks of the e-mail's size."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.checks.subject import Remark, Subject
from newsletter.config import Config
from newsletter.edition import Edition, specimen
from newsletter.yaml_source import Place

GMAIL_CLIP = 102 * 1024
"""Bytes of HTML at which Gmail cuts a message and hides the rest, unsubscribe link included."""
NEARLY_CLIPPED = 80 * 1024
"""Bytes of HTML at which it is time to stop adding."""


def html_size(edition: Edition, config: Config) -> int:
    """Bytes of the HTML that the specimen reader gets."""
    return len(edition.html.fill(specimen(config)).encode())


def clipped_by_gmail(subject: Subject) -> Iterator[Remark]:
    """A clipped message loses its footer, which the law wants there."""
    size = html_size(subject.edition, subject.config)
    top = Place(1, 1)
    shown = f"the HTML has {size / 1024:.0f} KB"
    if size > GMAIL_CLIP:
        yield Remark("error", top, f"{shown}; Gmail clips at 102 KB, so shorten the summaries")
    elif size > NEARLY_CLIPPED:
        yield Remark("warning", top, f"{shown}; Gmail clips at 102 KB, so add no more")
