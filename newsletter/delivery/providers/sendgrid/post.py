"""One request to SendGrid through its own client, and what is known of it afterwards."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import (
    HTTPConnection,
    HTTPException,
    HTTPResponse,
    HTTPSConnection,
    IncompleteRead,
    RemoteDisconnected,
)
from socket import gaierror
from ssl import SSLCertVerificationError, SSLError
from typing import Any, Literal
from urllib.error import URLError
from urllib.request import (
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    Request,
    build_opener,
)

from python_http_client import Client
from python_http_client.exceptions import HTTPError
from sendgrid import SendGridAPIClient

LARGEST_REQUEST = 30_000_000
"""Bytes, of SendGrid's 30 MB."""
_LONGEST = 500
"""Characters of what is kept of an answer."""
_JSON = "application/json; charset=utf-8"
"""What is declared as plain JSON, the client encodes itself; this it sends as it is."""


@dataclass(frozen=True)
class Answer:
    """What is known of a request once it is over."""

    fate: Literal["answered", "unsent", "silent"]
    """Whether there was an answer; whether, without one, the request surely never left."""
    status: int = 0
    text: str = ""
    """The answer's body; without an answer, why there is none."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """By their names in lower case."""


def shown(text: str) -> str:
    """What a server said as a line that every ledger and terminal can take."""
    return "".join(char if char.isprintable() else " " for char in text[:_LONGEST]).strip()


class Mailer:
    """Posts to v3/mail/send. Each thread has its own: a client keeps state between calls."""

    def __init__(self, base_url: str, key: str, timeout: float) -> None:
        api = SendGridAPIClient(key, base_url.rstrip("/"))
        self._key, self._timeout = key, timeout
        self._client = _Client(
            host=api.client.host,
            request_headers={**api.client.request_headers, "Content-Type": _JSON},
            version=3,
            url_path=["mail", "send"],
            timeout=timeout,
        )
        logging.getLogger(Client.__module__).addFilter(_no_secrets)

    def post(self, body: str) -> Answer:
        """Send a request; nothing that goes wrong is raised."""
        try:
            if len(body.encode()) > LARGEST_REQUEST:
                return Answer("answered", 413, "SendGrid takes 30 MB; this was not even sent")
            response = self._client.post(request_body=body)
        except HTTPError as refusal:
            response = refusal
        except _Unreached as error:
            return Answer("unsent", text=self._reason(error.__cause__))
        except Exception as error:
            return Answer("silent", text=self._reason(error))
        return Answer(
            "answered",
            response.status_code,
            self._told(response.body.decode("utf-8", "replace")),
            {name.lower(): self._told(value) for name, value in response.headers.items()},
        )

    def _reason(self, error: BaseException | None) -> str:
        while isinstance(error, URLError) and isinstance(error.reason, Exception):
            error = error.reason
        words = next(words for kind, words in _REASONS if isinstance(error, kind))
        return shown(self._told(words.format(error=error, timeout=self._timeout)))

    def _told(self, text: str) -> str:
        """What a server says, even where it repeats what it was sent."""
        return text.replace(self._key, "(SENDGRID_API_KEY)")


_REASONS: tuple[tuple[type[object], str], ...] = (
    (gaierror, "its name is not known"),
    (ConnectionRefusedError, "it refuses connections"),
    (TimeoutError, "no answer within {timeout:g} seconds"),
    (SSLCertVerificationError, "its certificate does not hold: {error.verify_message}"),
    (SSLError, "TLS failed: {error}"),
    (RemoteDisconnected, "it hung up without an answer"),
    (IncompleteRead, "its answer was cut off"),
    (HTTPException, "its answer is no HTTP: {error}"),
    (ConnectionError, "the connection was lost: {error}"),
    (object, "{error}"),
)
"""Why there is no answer, the narrower kinds of error before the wider."""


class _Unreached(Exception):
    """The connection was never made, so nothing was sent; its cause tells why."""


def _no_secrets(record: logging.LogRecord) -> bool:
    """The client's debug lines show the key, and readers' addresses."""
    return record.levelno > logging.DEBUG


class _Client(Client):  # type: ignore[misc]
    """SendGrid's client, over connections that tell whether anything left."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._opener = build_opener(_Http, _Https, _StayHere)

    def _make_request(
        self, opener: OpenerDirector, request: Request, timeout: float | None = None
    ) -> Any:
        return super()._make_request(self._opener, request, timeout)


class _StayHere(HTTPRedirectHandler):
    """Follows no redirect: it would send the key elsewhere, and a GET in place of the mail."""

    def redirect_request(self, *_: Any) -> None:
        """There is no other request."""


class _Reporting(HTTPConnection):
    """A connection that tells a failure to connect from all that comes later."""

    def connect(self) -> None:
        try:
            super().connect()
        except (OSError, UnicodeError) as error:
            raise _Unreached from error

    def send(self, data: Any) -> None:
        # A server that has seen enough answers, and hangs up before all has been sent; where
        # it has not answered, reading will tell.
        with suppress(ConnectionError):
            super().send(data)


class _ReportingTls(_Reporting, HTTPSConnection):
    """The same over TLS; a handshake that fails is a failure to connect."""


class _Http(HTTPHandler):
    def http_open(self, req: Request) -> HTTPResponse:
        return self.do_open(_Reporting, req)


class _Https(HTTPSHandler):
    def https_open(self, req: Request) -> HTTPResponse:
        return self.do_open(_ReportingTls, req)
