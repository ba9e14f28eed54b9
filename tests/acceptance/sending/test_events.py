"""SendGrid's events through the real commands: `serve` takes them in, the others tell of them."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from time import time
from typing import Any
from urllib.request import Request, urlopen

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

KEY = ec.generate_private_key(ec.SECP256R1())
REPORTED = ("delivered", "bounced", "complained", "unsubscribed")
EVENTS = [
    ("delivered", {"response": "250 OK"}),
    ("bounce", {"type": "bounce", "status": "5.1.1", "reason": "550 5.1.1 who?"}),
    ("dropped", {"reason": "Bounced Address"}),
    ("spamreport", {}),
    ("bounce", {"type": "blocked", "reason": "421 busy"}),
]


@pytest.fixture
def sent(office: Any, server: Any, readers: Any) -> Any:
    """A mailing to six readers that has left; the configured provider is the one that reports."""
    public = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    office.environment["SENDGRID_WEBHOOK_KEY"] = b64encode(public).decode()
    office.subscribe(*readers(6))
    office.through(server)
    assert office.run("send", "2023-12", "--yes").returncode == 0
    return office


def post(url: str, told: list[dict[str, Any]]) -> int:
    timestamp, body = str(int(time())), json.dumps(told).encode()
    signed = KEY.sign(timestamp.encode() + body, ec.ECDSA(SHA256()))
    headers = {
        "Content-Type": "application/json",
        "X-Twilio-Email-Event-Webhook-Signature": b64encode(signed).decode(),
        "X-Twilio-Email-Event-Webhook-Timestamp": timestamp,
    }
    with urlopen(Request(url, body, headers)) as answer:  # noqa: S310 - our own server
        return int(answer.status)


def test_what_is_reported_is_told(sent: Any) -> None:
    assert not set(REPORTED) & set(sent.status())
    serving = sent.open("serve", "--port", "0")
    found = re.search(r"http://[\d.]+:\d+", serving.stdout.readline())
    assert found
    told = [
        {"event": kind, "email": f"reader{number}@example.org", "delivery": str(number),
         "timestamp": int(time()), "sg_event_id": f"event {number}", **more}
        for number, (kind, more) in enumerate(EVENTS, 1)
    ]  # fmt: skip
    assert post(f"{found[0]}/webhooks/sendgrid", [*told, *told[::-1]]) == 204
    serving.terminate()
    assert serving.wait(15) == 0

    status = sent.status()
    assert [status[name] for name in REPORTED] == [1, 1, 1, 0]
    assert (status["state"], status["accepted"], status["failed"]) == ("finished", 5, 1)
    lines = sent.run("status", "2023-12").stdout.splitlines()
    assert [line for line in lines if line.split()[0] in REPORTED] == [
        "  delivered          1",
        "  bounced            1",
        "  complained         1",
        "  unsubscribed       0",
    ]
    assert sent.run("status").stdout == (
        "2023-12  finished  6 total, 5 accepted, 1 failed, 1 delivered, 1 bounced, 1 complained\n"
    )
    (listed,) = json.loads(sent.run("status", "--json").stdout)
    assert listed == status

    lines = sent.run("deliveries", "2023-12").stdout.splitlines()
    assert [lines[place] for place in (0, 1, 2, 4)] == [
        "accepted   reader1@example.org   delivered · 250 OK",
        "accepted   reader2@example.org   bounced · 550 5.1.1 who?",
        "failed     reader3@example.org   dropped: Bounced Address",
        "accepted   reader5@example.org   blocked · 421 busy",
    ]
    failed = json.loads(sent.run("deliveries", "2023-12", "--state", "failed", "--json").stdout)
    assert [(each["email"], each["reason"]) for each in failed] == [
        ("reader3@example.org", "dropped: Bounced Address")
    ]
    shown = json.loads(sent.run("subscribers", "show", "reader2@example.org", "--json").stdout)
    assert shown["status"] == "bounced"
