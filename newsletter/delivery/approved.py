"""Whether a mailing may go out without anybody's approval."""

from __future__ import annotations

from newsletter.config import Config
from newsletter.delivery.mailing import kind_of
from newsletter.errors import MailingRefused


def needs_approval(config: Config) -> bool:
    """Whether this publication's mail must be approved; a rehearsal reaches nobody."""
    return config.approval == "required" and kind_of(config) == "real"


def refusal(month: str) -> MailingRefused:
    """The refusal of what nobody approved."""
    return MailingRefused(
        f"{month} is not approved, and newsletter.yaml says 'approval: required'; "
        "send it with --unapproved, or set 'approval: none'"
    )
