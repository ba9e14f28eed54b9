"""Checks of the e-mail's size."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.checks.check import Check, Remark
from newsletter.checks.subject import Subject
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
    """Gmail cuts a message of more than 102 KB, and with it the footer, which the law wants."""
    size = html_size(subject.edition, subject.config)
    if size > GMAIL_CLIP:
        yield Remark(_TOP, f"{_shown(size)}; Gmail clips at 102 KB, so shorten the summaries")


def nearly_clipped(subject: Subject) -> Iterator[Remark]:
    """Above 80 KB of HTML an issue is near what Gmail cuts."""
    size = html_size(subject.edition, subject.config)
    if NEARLY_CLIPPED < size <= GMAIL_CLIP:
        yield Remark(_TOP, f"{_shown(size)}; Gmail clips at 102 KB, so add no more")


def _shown(size: int) -> str:
    return f"the HTML has {size / 1024:.0f} KB"


_TOP = Place(1, 1)
CHECKS = (
    Check("N401", "error", "Clipped by Gmail", clipped_by_gmail, of_edition=True),
    Check("N402", "warning", "Nearly clipped by Gmail", nearly_clipped, of_edition=True),
)
