"""SendGrid's event webhook, read into reports.

https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from newsletter.delivery.entry import kept
from newsletter.delivery.events.report import Meaning, Report
from newsletter.store import utc_text

_MEANINGS = {
    "processed": Meaning("processed"),
    "deferred": Meaning("deferred"),
    "delivered": Meaning("delivered"),
    "dropped": Meaning("dropped"),
    "bounce": Meaning("bounced", suppresses="bounced"),
    "blocked": Meaning("blocked"),
    "spamreport": Meaning(flag="complained", suppresses="complained"),
    "unsubscribe": Meaning(flag="unsubscribed", suppresses="unsubscribed"),
    "group_unsubscribe": Meaning(flag="unsubscribed", suppresses="unsubscribed"),
}
"""What is not here, such as `group_resubscribe`, is kept and changes nothing."""
_SOFT = {"blocked", "expired"}
"""Types of a `bounce` that are none: a refusal for now, and the end of 72 hours of deferrals."""
_UNKEPT = {"open", "click"}
"""Nobody is followed; our mails ask for neither."""

_CODE = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)")
"""Enhanced codes (RFC 3463), and no addresses of the internet."""
_SPARED = re.compile(r"4\..*|5\.[3-7]\..*|5\.1\.[78]|\d\.2\.[234]")
"""Codes that say nothing against the mailbox (RFC 3463): refused for now or by a policy, full, the
sender's address, the message, the way there."""
_SPARED_REPLY = re.compile(r"\s*4\d\d\b")
_POLICIES = {"content", "reputation", "frequency or volume"}
"""SendGrid's own `bounce_classification` of refusals that are about the sender."""

_KIND = re.compile(r"[A-Za-z_]{1,40}")
_ID = re.compile(r"[!-~]{1,200}")
_NUMBER = re.compile(r"[1-9]\d{0,18}", re.ASCII)
_MOST = 2**63
_IDENTITY = (
    "event", "timestamp", "delivery", "type", "status", "attempt", "sg_message_id", "smtp-id",
)  # fmt: skip
"""Fields that tell one event from another, and nothing of a person."""
_SIMPLE = (str, int, float)
_LONGEST = 100_000
_DIGITS = 30
"""A number of more is not worked out: it would take long, and means nothing."""


def read(body: bytes, now: datetime) -> list[Report]:
    """The events of a request, but for those of tracking.

    A field that is odd counts as missing; so does a time to come, instead of which it is `now`.

    Raises:
        ValueError: where the body is no JSON list of objects.
    """
    try:
        # A server's words may have come through as they were, and are no reason to lose events.
        document = json.loads(body.decode("utf-8", "replace"), parse_int=_number)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not (isinstance(document, list) and all(isinstance(each, dict) for each in document)):
        raise ValueError("no list of objects")
    if len(document) > _LONGEST:
        raise ValueError("more events than SendGrid puts into a request")
    return list(_reports(document, now))


def _number(digits: str) -> int | float:
    return int(digits) if len(digits) < _DIGITS else float(digits)


def _reports(document: list[dict[str, Any]], now: datetime) -> Iterator[Report]:
    for event in document:
        kind = _kind(event)
        if kind not in _UNKEPT:
            yield Report(
                event_id=_event_id(event),
                delivery=_delivery(event.get("delivery")),
                email=_text(event, "email"),
                kind=kind,
                detail=kept(_text(event, "reason") or _text(event, "response")),
                happened_at=utc_text(_moment(event.get("timestamp"), now)),
                meaning=_meaning(kind, event),
            )


def _text(event: dict[str, Any], name: str) -> str:
    value = event.get(name)
    return value if isinstance(value, str) else ""


def _kind(event: dict[str, Any]) -> str:
    kind = _text(event, "event")
    if kind == "bounce" and _text(event, "type").lower() in _SOFT:
        return "blocked"
    return kind if _KIND.fullmatch(kind) else ""


def _event_id(event: dict[str, Any]) -> str:
    given = _text(event, "sg_event_id")
    if _ID.fullmatch(given):
        return given
    simple = [repr(event[name]) for name in _IDENTITY if isinstance(event.get(name), _SIMPLE)]
    return f"sha256:{sha256(' '.join(simple).encode()).hexdigest()}"


def _delivery(value: Any) -> int | None:
    """The number of a delivery; test copies have negative ones."""
    text = str(value) if isinstance(value, int) else value
    if not (isinstance(text, str) and _NUMBER.fullmatch(text)):
        return None
    return int(text) if int(text) < _MOST else None


def _moment(value: Any, now: datetime) -> datetime:
    """When it happened, in seconds since 1970."""
    try:
        moment = datetime.fromtimestamp(float(value), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return now
    return moment if moment.timestamp() > 0 and moment < now else now


def _meaning(kind: str, event: dict[str, Any]) -> Meaning:
    meaning = _MEANINGS.get(kind, Meaning())
    if meaning.suppresses == "bounced" and _is_spared(event):
        return meaning._replace(suppresses="")
    return meaning


def _is_spared(event: dict[str, Any]) -> bool:
    """Whether a bounce says nothing against the mailbox."""
    if _text(event, "bounce_classification").strip().lower() in _POLICIES:
        return True
    told = (_text(event, "status"), _text(event, "reason"))
    codes = (code for text in told for code in _CODE.findall(text))
    return any(map(_SPARED.fullmatch, codes)) or any(map(_SPARED_REPLY.match, told))
