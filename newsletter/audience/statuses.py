"""What a subscriber can be, in the order in which it is told; light enough for `--help`."""

from __future__ import annotations

SUPPRESSED = ("unsubscribed", "bounced", "complained", "manual")
"""What a person, or an event, can make of a subscriber."""
STATUSES = ("active", *SUPPRESSED, "erased")
