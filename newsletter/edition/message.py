"""An edition as an e-mail message, ready for the wire.

Headers are written here rather than by `email.message`: its SMTP policy turns an unbroken
token of 78 characters, such as a long List-Unsubscribe, into encoded words, which breaks it
(cpython #85725).
"""

from __future__ import annotations

import hmac
import re
from binascii import b2a_qp
from collections.abc import Iterator, Mapping
from email.header import Header
from email.utils import format_datetime, quote
from hashlib import sha256

from newsletter.config import Config
from newsletter.edition.personal import Field, Personal
from newsletter.edition.render import Edition
from newsletter.issue import Issue, planned_at

LONGEST_LINE = 78
"""RFC 5322 §2.1.1, without the CRLF."""
_SOFT_BREAK = b"=\r\n"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")


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
    yield _address("From", config.sender.name, config.sender.email)
    yield _address("To", name, email)
    yield _unstructured("Subject", edition.subject)
    yield f"Date: {format_datetime(planned_at(issue, config))}"
    if config.reply_to:
        yield _address("Reply-To", "", config.reply_to)
    yield _folded("Message-ID", f"<{_message_id(issue.month, email)}@{_domain(config)}>")
    yield _address("List-Id", config.name, config.list_id or _host(config.web_url))
    yield f"List-Unsubscribe: <{_checked(reader['unsubscribe_url'])}>"
    yield "List-Unsubscribe-Post: List-Unsubscribe=One-Click"
    yield _folded("Feedback-ID", f"{issue.month}:digest:newsletter:{_sender_id(config)}")
    yield _folded("Content-Language", edition.language)
    yield "MIME-Version: 1.0"


def _address(header: str, name: str, email: str) -> str:
    """`Name <address>`, the address on a line of its own where both do not fit on one."""
    _checked(name + email)
    if not name:
        return _folded(header, email if header != "List-Id" else f"<{email}>")
    phrase = _phrase(header, name)
    last = phrase.rsplit("\r\n", 1)[-1]
    gap = " " if len(last) + len(email) + 3 <= LONGEST_LINE else "\r\n "
    return f"{phrase}{gap}<{email}>"


def _phrase(header: str, name: str) -> str:
    if _ATOM.fullmatch(name) and "=?" not in name:
        return _unstructured(header, name)
    if name.isascii() and "=?" not in name and len(name) + len(header) < LONGEST_LINE - 6:
        return f'{header}: "{quote(name)}"'
    return _unstructured(header, name, charset="utf-8")


def _unstructured(header: str, text: str, charset: str | None = None) -> str:
    """A header of free text, folded at 78 and encoded as RFC 2047 says where it must be."""
    fits = text.isascii() and "=?" not in text and all(len(word) < 76 for word in text.split(" "))
    encoder = Header(
        _checked(text),
        charset or ("us-ascii" if fits else "utf-8"),
        maxlinelen=LONGEST_LINE - 2,
        header_name=header,
    )
    return f"{header}: {encoder.encode(linesep=chr(13) + chr(10))}"


def _folded(header: str, token: str) -> str:
    line = f"{header}: {_checked(token)}"
    return line if len(line) <= LONGEST_LINE else f"{header}:\r\n {token}"


def _checked(text: str) -> str:
    if _CONTROL.search(text):
        raise ValueError(f"a header may hold no control character: {text!r}")
    return text


def _message_id(month: str, email: str) -> str:
    """What identifies a specimen; a mailing's own ids are keyed with the secret."""
    local, _, domain = email.rpartition("@")
    normalised = f"{local.casefold()}@{domain.lower()}"
    digest = hmac.new(b"newsletter specimen", f"{month}:{normalised}".encode(), sha256)
    return f"{month}.{digest.hexdigest()[:32]}"


def _domain(config: Config) -> str:
    return config.sender.email.rpartition("@")[2]


def _host(url: str) -> str:
    return url.removeprefix("https://").partition("/")[0].partition(":")[0]


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
    unix = re.sub(r"\r\n?", "\n", text)
    encoded = b2a_qp(f"{unix}_".encode(), istext=True, quotetabs=False)
    return encoded[:-1].removesuffix(b"=\n").replace(b"\n", b"\r\n")
