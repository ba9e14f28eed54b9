"""An edition as an e-mail message, ready for the wire."""

from __future__ import annotations

import hmac
import re
from binascii import b2a_qp
from collections.abc import Iterator, Mapping
from email.utils import format_datetime
from hashlib import sha256
from urllib.parse import urlsplit

from newsletter.config import Config
from newsletter.edition import headers
from newsletter.edition.personal import Field, Personal
from newsletter.edition.render import Edition
from newsletter.issue import Issue, planned_at

_SOFT_BREAK = b"=\r\n"


def build_message(
    edition: Edition, issue: Issue, config: Config, reader: Mapping[Field, str]
) -> bytes:
    """The whole message for one reader: multipart/alternative, the text first, CRLF lines.

    The same edition and reader give the same bytes: the Date is the planned one, the
    boundary comes from the content, the Message-ID from issue and address.

    Raises:
        ValueError: where a header would hold a control character.
    """
    plain, html = _encoded(edition.text, reader), _encoded(edition.html, reader)
    boundary = f"=_{sha256(plain + html).hexdigest()[:32]}"
    lines = [
        *_headers(edition, issue, config, reader),
        f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"',
    ]
    head = "\r\n".join(lines).encode("ascii")
    parts = b"".join(
        f"\r\n--{boundary}\r\nContent-Type: text/{kind}; charset=utf-8\r\n"
        f"Content-Transfer-Encoding: quoted-printable\r\n\r\n".encode()
        + body
        for kind, body in (("plain", plain), ("html", html))
    )
    return head + b"\r\n" + parts + f"\r\n--{boundary}--\r\n".encode()


def _headers(
    edition: Edition, issue: Issue, config: Config, reader: Mapping[Field, str]
) -> Iterator[str]:
    email = reader["email"]
    name = " ".join(filter(None, (reader.get("first_name"), reader.get("last_name"))))
    yield headers.mailbox("From", config.sender.name, config.sender.email)
    yield headers.mailbox("To", name, email)
    yield headers.unstructured("Subject", edition.subject)
    yield headers.token("Date", format_datetime(planned_at(issue, config)))
    if config.reply_to:
        yield headers.mailbox("Reply-To", "", config.reply_to)
    yield headers.token("Message-ID", f"<{_message_id(issue.month, email)}@{_domain(config)}>")
    yield headers.mailbox("List-Id", config.name, config.list_id or _host(config.web_url))
    yield headers.unfolded("List-Unsubscribe", f"<{reader['unsubscribe_url']}>")
    yield headers.token("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
    yield headers.token("Feedback-ID", f"{issue.month}:digest:newsletter:{_sender_id(config)}")
    yield headers.token("Content-Language", edition.language)
    yield headers.token("MIME-Version", "1.0")


def _message_id(month: str, email: str) -> str:
    """What identifies a specimen; a mailing's own ids are keyed with the secret."""
    local, _, domain = email.rpartition("@")
    normalised = f"{local.casefold()}@{domain.lower()}"
    digest = hmac.new(b"newsletter specimen", f"{month}:{normalised}".encode(), sha256)
    return f"{month}.{digest.hexdigest()[:32]}"


def _domain(config: Config) -> str:
    return config.sender.email.rpartition("@")[2]


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _sender_id(config: Config) -> str:
    """5 to 15 characters that stay the same for a sender, as Gmail's Feedback-ID asks."""
    return re.sub(r"[^a-z0-9]", "", _domain(config).lower())[:15].ljust(5, "0")


def _encoded(body: Personal, reader: Mapping[Field, str]) -> bytes:
    """Quoted-printable with CRLF, each stretch by itself and soft breaks at the seams.

    A stretch so never depends on what a reader's name puts before it.
    """
    stretches = (part if isinstance(part, str) else part.filled(reader) for part in body.parts)
    return _SOFT_BREAK.join(map(_quoted_printable, stretches))


def _quoted_printable(text: str) -> bytes:
    """A stretch whose last line leaves room for the soft break that may follow.

    b2a_qp fills up a line that ends the text, so it is given one character more. It also
    ends soft breaks as it sees the first line end, hence LF, which become CRLF afterwards.
    """
    encoded = b2a_qp(f"{text}_".encode(), istext=True, quotetabs=False)
    return encoded[:-1].removesuffix(b"=\n").replace(b"\n", b"\r\n")
