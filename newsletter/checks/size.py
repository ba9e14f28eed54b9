"""Checks of the e-mail's size."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.checks.subject import Remark, Subject
from newsletter.edition import specimen
from newsletter.yaml_source import Place

GMAIL_CLIP = 102 * 1024
"""Bytes of HTML at which Gmail cuts a message and hides the rest, unsubscribe link included."""
NEARLY_CLIPPED = 80 * 1024


def clipped_by_gmail(subject: Subject) -> Iterator[Remark]:
    """A clipped message loses its footer, which the law wants there."""
    html = subject.edition.html.fill(specimen(subject.config))
    size = len(html.encode())
    top = Place(1, 1)
    shown = f"the HTML has {size / 1024:.0f} KB"
    if size > GMAIL_CLIP:
        yield Remark("error", top, f"{shown}; Gmail clips at 102 KB, so shorten the summaries")
    elif size > NEARLY_CLIPPED:
        yield Remark("warning", top, f"{shown}; Gmail clips at 102 KB, so add no more")
