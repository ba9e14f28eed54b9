"""What SendGrid's answers mean for the recipients of a request, and for the run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from time import time
from typing import Any, Literal

from newsletter.delivery.providers.sendgrid.post import Answer, shown

Meaning = Literal["accepted", "refused", "forbidden", "later", "misplaced", "open", "unsent"]
"""What follows from an answer.

    accepted    SendGrid has the mail
    refused     it takes no request like this: a recipient, or the letter, is at fault
    forbidden   it takes nothing from this account
    later       it takes nothing before a moment it names
    misplaced   this is not SendGrid's mail/send
    open        it may have the mail or not
    unsent      the request never left
"""

_BY_FATE: Mapping[str, Meaning] = {"unsent": "unsent", "silent": "open"}
_BY_STATUS: Mapping[int, Meaning] = {
    202: "accepted",
    400: "refused",
    401: "forbidden",
    403: "forbidden",
    413: "refused",
    429: "later",
}
_BY_CLASS: Mapping[int, Meaning] = {3: "misplaced", 4: "misplaced"}
"""4xx is a definite no (SendGrid has no idempotency key to ask again with); 5xx tells nothing."""

_LONGEST_WAIT = 3600.0
_POINTED = re.compile(r"personalizations[.\[](\d+)")


def meaning_of(answer: Answer, sandbox: bool) -> Meaning:
    """What follows from an answer; the sandbox says 200, and names no message."""
    if answer.fate != "answered":
        return _BY_FATE[answer.fate]
    if answer.status // 100 == 2 and (sandbox or "x-message-id" in answer.headers):
        return "accepted"
    return _BY_STATUS.get(answer.status) or _BY_CLASS.get(answer.status // 100, "open")


def detail_of(answer: Answer) -> str:
    """The answer as it came, cut to what a ledger should hold of it."""
    return shown(f"HTTP {answer.status} {answer.text}" if answer.status else answer.text)


@dataclass(frozen=True)
class Complaint:
    """The errors of a refusal: fields and messages, as far as it names any."""

    status: int
    errors: tuple[tuple[str, str], ...]

    @property
    def words(self) -> str:
        """What SendGrid says is wrong."""
        said = (f"{field}: {message}" if field else message for field, message in self.errors)
        return shown(f"HTTP {self.status}: {'; '.join(said)}")

    @property
    def message(self) -> str:
        """The same without its status and fields, for whom it is about."""
        return shown("; ".join(message for _, message in self.errors))

    @property
    def of_the_letter(self) -> bool:
        """Whether it is about what all recipients share."""
        fields = [field for field, _ in self.errors if field]
        return any(not field.startswith("personalizations") for field in fields)

    @property
    def of_the_sender(self) -> bool:
        """Whether the account may not send as this sender."""
        return any(field.startswith("from") for field, _ in self.errors)

    def by_recipient(self, number: int) -> dict[int, str]:
        """What is wrong with single ones of so many recipients, where all errors tell."""
        pointed = [(_POINTED.match(field), message) for field, message in self.errors]
        places = {int(match[1]): shown(message) for match, message in pointed if match}
        whole = all(match for match, _ in pointed) and all(place < number for place in places)
        return places if whole else {}


def complaint_of(answer: Answer) -> Complaint:
    """Read a refusal; one that is no JSON is its own message."""
    errors = tuple(_errors(answer.text)) or (("", answer.text.strip() or "no reason given"),)
    return Complaint(answer.status, errors)


def _errors(text: str) -> Iterator[tuple[str, str]]:
    try:
        document: Any = json.loads(text)
    except (ValueError, RecursionError):
        return
    errors = document.get("errors") if isinstance(document, dict) else None
    for error in errors if isinstance(errors, list) else ():
        if isinstance(error, dict):
            field = error.get("field")
            named = isinstance(field, str) and field != "null"
            yield (str(field) if named else ""), str(error.get("message") or "no reason given")


def wait_of(answer: Answer) -> float | None:
    """Seconds until SendGrid takes requests again, if it says so; by its own clock."""
    try:
        reset = float(answer.headers["x-ratelimit-reset"])
    except (KeyError, ValueError):
        return None
    return min(max(reset - _clock(answer), 0.0), _LONGEST_WAIT)


def _clock(answer: Answer) -> float:
    """The server's time: this machine's may be wrong."""
    try:
        return parsedate_to_datetime(answer.headers["date"]).timestamp()
    except (KeyError, ValueError):
        return time()
