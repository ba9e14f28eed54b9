"""The messages to operators, word for word.

A subject says what is the matter and names no address, since the log has it too.
"""

from newsletter.schedule.words.issues import (
    broken,
    not_ready,
    overdue,
    readiness,
    refused,
    upcoming,
    upcoming_key,
)
from newsletter.schedule.words.lines import WHY, shown
from newsletter.schedule.words.mailings import (
    doubtful,
    doubts_of,
    failures,
    result,
    slow,
    stopped,
)

__all__ = [
    "WHY",
    "broken",
    "doubtful",
    "doubts_of",
    "failures",
    "not_ready",
    "overdue",
    "readiness",
    "refused",
    "result",
    "shown",
    "slow",
    "stopped",
    "upcoming",
    "upcoming_key",
]
