"""An edition as one reader's message, as `build` and the preview show it."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from hashlib import sha256

from newsletter.config import Config
from newsletter.edition.letter import Reader, seal
from newsletter.edition.personal import Field
from newsletter.edition.render import Edition
from newsletter.edition.splice import Splice
from newsletter.issue import Issue, planned_at


def build_message(
    edition: Edition, issue: Issue, config: Config, reader: Mapping[Field, str]
) -> bytes:
    """The whole message for one reader, made as a mailing makes it.

    The same edition and reader give the same bytes: the Date is the planned one, the
    Message-ID comes from issue and address.

    Raises:
        ValueError: where a header would hold a control character.
    """
    letter = seal(edition, issue.month, config, planned_at(issue, config))
    email = reader["email"]
    whom = Reader(
        email=email,
        first_name=reader.get("first_name", ""),
        last_name=reader.get("last_name", ""),
        unsubscribe_url=reader["unsubscribe_url"],
        message_id=f"{_specimen_id(issue.month, email)}@{letter.sender_domain}",
    )
    return Splice(letter).message(whom)


def _specimen_id(month: str, email: str) -> str:
    """What identifies a specimen; a mailing's own ids are keyed with the secret."""
    local, _, domain = email.rpartition("@")
    normalised = f"{local.casefold()}@{domain.lower()}"
    digest = hmac.new(b"newsletter specimen", f"{month}:{normalised}".encode(), sha256)
    return f"{month}.{digest.hexdigest()[:32]}"
