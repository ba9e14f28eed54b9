"""A plain message to those who run the publication: text alone, and no mailing list's."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime

from newsletter.config import Config
from newsletter.edition.letter import Letter, Reader
from newsletter.edition.personal import Personal


class Memo(Letter):
    """A letter with one body, written by a machine and saying so."""

    purpose = "operators"

    @property
    def parts(self) -> tuple[tuple[str, Personal], ...]:
        """The text."""
        return (("plain", self.text),)

    @property
    def shared_headers(self) -> dict[str, str]:
        """That nobody typed it, so that no absence note answers it (RFC 3834 §5)."""
        return {"Auto-Submitted": "auto-generated"}

    def own_headers(self, reader: Reader) -> dict[str, str]:
        """None is a reader's own; whoever should not get it any more is removed from a file."""
        return {}


def memo(config: Config, issue: str, subject: str, text: str, date: datetime) -> Memo:
    """A message about an issue.

    Args:
        config: the publication, whose sender it comes from.
        issue: the month that it is about; empty where it is about none.
        subject: one line; anything that a header may not hold becomes a space.
        text: the body; lines end with a line feed.
        date: of the Date line.
    """
    return Memo(
        month=issue or "newsletter",
        subject=" ".join("".join(c if c.isprintable() else " " for c in subject).split()),
        language="en",
        sender_name=config.sender.name,
        sender_email=config.sender.email,
        reply_to="",
        list_name="",
        list_id="",
        date=format_datetime(date),
        feedback_id="",
        web_url=config.web_url,
        html=Personal(()),
        text=Personal((text,)),
    )
