"""A server on this machine that plays SendGrid's v3 mail/send, strictly.

What it demands of a request is what Twilio's OpenAPI document says of types, required
properties and maxima, and what its pages say in words; anything it does not know it refuses.
"""

from __future__ import annotations

import json
import socket
import ssl
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Event, Lock, Thread
from typing import Any, Literal

from jsonschema import Draft202012Validator

KEY = "SG.key-of.the-tests"
RESERVED = {
    "x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type", "to", "from",
    "content-transfer-encoding", "subject", "reply-to", "cc", "bcc",
}  # fmt: skip


def record(required: str = "", **properties: Any) -> dict[str, Any]:
    """A JSON object that holds nothing else."""
    return {
        "type": "object",
        "properties": properties,
        "required": required.split(),
        "additionalProperties": False,
    }


TEXT = {"type": "string", "minLength": 1}
TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}
SWITCH = {"type": "boolean"}
ADDRESS = record("email", email={**TEXT, "pattern": r"^[^@\s]+@[^@\s]+$"}, name=TEXT)
REQUEST = record(
    "personalizations from subject content tracking_settings",
    personalizations={
        "type": "array",
        "minItems": 1,
        "maxItems": 1000,
        "items": record(
            "to headers custom_args",
            to={"type": "array", "minItems": 1, "maxItems": 1, "items": ADDRESS},
            headers=TEXTS,
            substitutions={**TEXTS, "maxProperties": 10_000},
            custom_args={**TEXTS, "maxProperties": 10_000},
        ),
    },
    reply_to=ADDRESS,
    subject=TEXT,
    content={
        "type": "array",
        "prefixItems": [
            record("type value", type={"const": f"text/{kind}"}, value=TEXT)
            for kind in ("plain", "html")
        ],
        "minItems": 1,  # a message to operators has no other
        "items": False,
    },
    mail_settings=record(sandbox_mode=record("enable", enable=SWITCH)),
    tracking_settings=record(
        "click_tracking open_tracking subscription_tracking ganalytics",
        click_tracking=record("enable", enable=SWITCH, enable_text=SWITCH),
        open_tracking=record("enable", enable=SWITCH),
        subscription_tracking=record("enable", enable=SWITCH),
        ganalytics=record("enable", enable=SWITCH),
    ),
    **{"from": ADDRESS},
)
_VALIDATOR = Draft202012Validator(REQUEST)


def faults(body: bytes) -> Iterator[tuple[str, str]]:
    """What SendGrid would not take about a request: fields and messages."""
    if len(body) > 30_000_000:
        yield "", "too large"
    mail = json.loads(body)
    for error in _VALIDATOR.iter_errors(mail):
        yield ".".join(map(str, error.absolute_path)), error.message
    seen: set[str] = set()
    for number, each in enumerate(mail["personalizations"]):
        address = each["to"][0]["email"].casefold()
        if address in seen:
            yield f"personalizations.{number}", "Each email address should be unique"
        seen.add(address)
        for name, message in own_faults(each):
            yield f"personalizations.{number}.{name}", message


def own_faults(personalization: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The same of one personalization."""
    for name in ("substitutions", "custom_args"):
        if sum(len((k + v).encode()) for k, v in personalization.get(name, {}).items()) > 10_000:
            yield name, "more than 10,000 bytes"
    for name, value in personalization["headers"].items():
        if name.lower() in RESERVED or not name.isascii():
            yield "headers", f"{name} is reserved"
        if not value.isascii() or not value.isprintable():
            yield "headers", f"{name} is not properly encoded"


@dataclass(frozen=True)
class Step:
    """How the server treats one request."""

    status: int = 202
    errors: tuple[tuple[str | None, str], ...] = ()
    """Fields and messages of a refusal."""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    """Instead of the errors as JSON."""
    fault: Literal["", "stall", "drop", "drop unread", "cut", "garbage", "early"] = ""
    """Stall or hang up after reading, hang up before it, cut the answer off, answer no HTTP,
    or answer before the request has come whole."""
    delay: float = 0
    """Seconds before the answer."""
    took: bool | None = None
    """Whether the mail is sent; by default, where the answer says so."""

    @property
    def takes(self) -> bool:
        sent = self.status in (200, 202) and self.fault != "drop unread"
        return sent if self.took is None else self.took


@dataclass(frozen=True)
class Taken:
    """A recipient whose mail the server sends."""

    address: str
    mail: dict[str, Any]
    personalization: dict[str, Any]
    message_id: str

    def rendered(self, kind: str, backwards: bool = False) -> str:
        """The text as its reader gets it; in what order tags are replaced is SendGrid's own."""
        text: str = next(c["value"] for c in self.mail["content"] if c["type"] == f"text/{kind}")
        tags = list(self.personalization.get("substitutions", {}).items())
        for tag, value in reversed(tags) if backwards else tags:
            text = text.replace(tag, value)
        return text


class SendGridServer(ThreadingHTTPServer):
    """Answers by its script, then by what it thinks of single addresses, else with 202."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.script: deque[Step] = deque()
        self.addresses: dict[str, Step] = {}
        """What to do with a request that holds an address."""
        self.always: Step | None = None
        self.mails: list[dict[str, Any]] = []
        """Every request that was read, whatever the answer."""
        self.headers: list[dict[str, str]] = []
        self.taken: list[Taken] = []
        self.complaints: list[tuple[str, str]] = []
        """What was wrong with requests beyond what a script says."""
        self.at_once = self.under_way = 0
        self.lock, self.closing = Lock(), Event()
        self.numbers = count(1)
        self.scheme = "http"

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server_address[1]}"

    def reset(self) -> None:
        """Forget all that was, and the script."""
        for each in (self.script, self.addresses, self.mails, self.headers, self.taken):
            each.clear()

    def hasty_step(self) -> Step | None:
        """The next step, if it is one that does not wait for the request."""
        with self.lock:
            hasty = self.script and self.script[0].fault in ("drop unread", "early")
            return self.script.popleft() if hasty else None

    def step(self, mail: dict[str, Any]) -> Step:
        """What to do with a request."""
        if self.script:
            return self.script.popleft()
        present = [each["to"][0]["email"] for each in mail["personalizations"]]
        steps = [self.addresses[address] for address in present if address in self.addresses]
        return next(iter(steps), None) or self.always or Step()

    def handle_error(self, *_: Any) -> None:
        """A client that went away is no concern of a test."""


class _Answering(BaseHTTPRequestHandler):
    server: SendGridServer
    protocol_version = "HTTP/1.1"
    timeout = 10

    def do_POST(self) -> None:
        server = self.server
        if hasty := server.hasty_step():
            self._break_off(hasty)
            return
        with server.lock:
            server.under_way += 1
            server.at_once = max(server.at_once, server.under_way)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            self._answer(body)
        finally:
            with server.lock:
                server.under_way -= 1

    def do_GET(self) -> None:
        self.server.complaints.append(("", "a GET"))
        self._say(Step(200, body=b"{}"))

    def _answer(self, body: bytes) -> None:
        server, number = self.server, next(self.server.numbers)
        if self.path != "/v3/mail/send":
            return self._say(Step(404, ((None, "not found"),)))
        if self.headers["Authorization"] != f"Bearer {KEY}":
            return self._say(Step(401, ((None, "The provided authorization grant is invalid"),)))
        if self.headers.get_content_type() != "application/json":
            return self._say(Step(415, ((None, "unsupported media type"),)))
        wrong = list(faults(body))
        if wrong:
            server.complaints += wrong
            return self._say(Step(400, tuple(wrong)))
        mail = json.loads(body)
        with server.lock:
            step = server.step(mail)
            server.mails.append(mail)
            server.headers.append(dict(self.headers))
            if step.takes:
                server.taken += (
                    Taken(each["to"][0]["email"], mail, each, f"message-{number}")
                    for each in mail["personalizations"]
                )
        return self._say(step, {"X-Message-Id": f"message-{number}"} if step.takes else {})

    def _say(self, step: Step, more: Mapping[str, str] = {}) -> None:
        self.server.closing.wait(20 if step.fault == "stall" else step.delay)
        if step.fault in ("stall", "drop", "drop unread"):
            self.close_connection = True
            return
        if step.fault == "garbage":
            self.wfile.write(b"what do you want?\r\n\r\n")
            self.close_connection = True
            return
        errors = [
            {"message": message, "field": name, "help": None} for name, message in step.errors
        ]
        body = step.body
        if body is None:
            body = json.dumps({"errors": errors}).encode() if errors else b""
        self.send_response(step.status)
        for name, value in {**more, **step.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) + 40 * (step.fault == "cut")))
        self.end_headers()
        self.wfile.write(body)

    def _break_off(self, step: Step) -> None:
        if step.fault == "early":
            self._say(step)
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_WR)
            # The answer arrives, and what else the client sends is met by a closed door.
            self.server.closing.wait(0.2)
        self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def sendgrid_server(context: ssl.SSLContext | None = None) -> Iterator[SendGridServer]:
    """The server, over TLS where a context is given."""
    with SendGridServer() as server:
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
            server.scheme = "https"
        serve: Callable[..., None] = server.serve_forever
        thread = Thread(target=serve, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield server
        server.closing.set()
        server.shutdown()
        thread.join()
