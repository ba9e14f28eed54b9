"""Checks of the e-mail itself: headers, links, what templates left in it, and its approval.

Of MJML nothing is left to check: what its lint finds, rendering refuses.
"""

from __future__ import annotations

from newsletter.checks.check import Check
from newsletter.checks.message.approval import changed_since_approved
from newsletter.checks.message.columns import wide_line
from newsletter.checks.message.headers import invalid_header, misleading_sender
from newsletter.checks.message.images import image_without_words
from newsletter.checks.message.leftovers import leftover_placeholder
from newsletter.checks.message.links import (
    broken_link,
    example_link,
    insecure_link,
    link_to_no_anchor,
    unlinked_link,
)

CHECKS = (
    Check("N403", "error", "Broken link", broken_link, of_edition=True),
    Check("N404", "warning", "Insecure link", insecure_link, of_edition=True),
    Check("N405", "warning", "Link to no part of the issue", link_to_no_anchor, of_edition=True),
    Check("N406", "error", "Link that is none", unlinked_link),
    Check("N407", "note", "Example's address", example_link, of_edition=True),
    Check("N408", "warning", "Wide line in the plain text", wide_line, of_edition=True),
    Check("N409", "error", "Placeholder left in the mail", leftover_placeholder, of_edition=True),
    Check("N410", "error", "Invalid header", invalid_header, of_edition=True),
    Check("N411", "warning", "Misleading sender", misleading_sender, of_edition=True),
    Check("N412", "warning", "Image without words", image_without_words, of_edition=True),
    Check("N413", "warning", "Changed since approved", changed_since_approved, of_edition=True),
)
