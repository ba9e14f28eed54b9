"""How fast SendGrid's events reach the ledger, over HTTP, each request signed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from base64 import b64encode
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter, time
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ROOT = Path(__file__).parents[1]
RECIPIENTS = 20_000
AT_ONCE = 100
"""Events of a request."""
CONNECTIONS = 4
_KINDS = ("processed", "delivered")


class _Signed(NamedTuple):
    body: bytes
    headers: dict[str, str]


def events_a_second() -> float:
    """Events a second, in requests of 100 over four connections; the median of three runs."""
    return median(_rate() for _ in range(3))


def _rate() -> float:
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "newsletter.yaml").write_bytes((ROOT / "newsletter.yaml").read_bytes())
        _deliver(folder)
        requests = list(_requests(key))
        with _serving(folder, b64encode(public).decode()) as port:
            began = perf_counter()
            with ThreadPoolExecutor(CONNECTIONS) as pool:
                shares = [requests[first::CONNECTIONS] for first in range(CONNECTIONS)]
                list(pool.map(lambda share: _post(port, share), shares))
            seconds = perf_counter() - began
        _prove(folder)
    return len(_KINDS) * RECIPIENTS / seconds


def _address(number: int) -> str:
    return f"reader{number}@d{number % 97}.example"


def _deliver(folder: Path) -> None:
    """A mailing that has just left."""
    from newsletter.store import deliveries, mailings, now_utc, open_store, writing

    now = now_utc()
    engine = open_store("sqlite:///newsletter.db", folder)
    with writing(engine) as connection:
        connection.execute(
            mailings.insert().values(
                id=1, issue="2023-12", kind="real", provider="sendgrid", state="finished",
                letter="{}", letter_hash="", total=RECIPIENTS, recipients=RECIPIENTS,
                planned_at=now, started_at=now, finished_at=now,
            )
        )  # fmt: skip
        rows = [
            {
                "id": number, "mailing_id": 1, "subscriber_id": number, "key": _address(number),
                "email": _address(number), "domain": f"d{number % 97}.example",
                "state": "accepted", "provider_id": "14c5d75ce93.dfd.64b469",
            }
            for number in range(1, RECIPIENTS + 1)
        ]  # fmt: skip
        connection.execute(deliveries.insert(), rows)
    engine.dispose()


def _requests(key: ec.EllipticCurvePrivateKey) -> Iterator[_Signed]:
    """All events in no order, as SendGrid's many servers send them."""
    random = Random(1)  # noqa: S311 - the same each time
    told = [_event(number, kind, random) for number in range(1, RECIPIENTS + 1) for kind in _KINDS]
    random.shuffle(told)
    for first in range(0, len(told), AT_ONCE):
        timestamp, body = str(int(time())), json.dumps(told[first : first + AT_ONCE]).encode()
        signature = b64encode(key.sign(timestamp.encode() + body, ec.ECDSA(SHA256()))).decode()
        yield _Signed(
            body,
            {
                "Content-Type": "application/json",
                "X-Twilio-Email-Event-Webhook-Timestamp": timestamp,
                "X-Twilio-Email-Event-Webhook-Signature": signature,
            },
        )


def _event(number: int, kind: str, random: Random) -> dict[str, Any]:
    message = f"14c5d75ce93.dfd.64b469.filter{number % 9:04}.16648.5515E0B88.{number}"
    event = {
        "email": _address(number),
        "timestamp": int(time()) - random.randrange(3600),
        "smtp-id": "<14c5d75ce93.dfd.64b469@ismtpd-555>",
        "event": kind,
        "category": ["2023-12"],
        "delivery": str(number),
        "sg_event_id": b64encode(random.randbytes(16)).decode(),
        "sg_message_id": message,
    }
    answer = {"response": "250 2.0.0 OK  1513299569 x12si1234567qtk.123 - gsmtp", "tls": 1}
    return event | (answer if kind == "delivered" else {})


@contextmanager
def _serving(folder: Path, key: str) -> Iterator[int]:
    environment = {
        **os.environ,
        "NEWSLETTER_SECRET": "a benchmark's own secret",
        "SENDGRID_WEBHOOK_KEY": key,
    }
    command = [sys.executable, "-m", "newsletter", "--config", folder / "newsletter.yaml"]
    with subprocess.Popen(
        [*command, "serve", "--port", "0"],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as server:  # fmt: skip
        try:
            said = str(server.stdout and server.stdout.readline())
            found = re.search(r":(\d+) ", said)
            if found is None:
                raise RuntimeError(f"'newsletter serve' says {said!r}")
            yield int(found[1])
        finally:
            server.terminate()


def _post(port: int, requests: Sequence[_Signed]) -> None:
    connection = HTTPConnection("127.0.0.1", port)
    for each in requests:
        connection.request("POST", "/webhooks/sendgrid", each.body, each.headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 204:
            raise RuntimeError(f"a request got {answer.status}")
    connection.close()


def _prove(folder: Path) -> None:
    """See that nothing was left out."""
    from sqlalchemy import func, select

    from newsletter.store import deliveries, events, open_store, reading

    engine = open_store("sqlite:///newsletter.db", folder)
    with reading(engine) as connection:
        arrived = select(func.count()).where(deliveries.c.arrival == "delivered")
        found = connection.scalar(arrived), connection.scalar(select(func.count(events.c.id)))
    engine.dispose()
    if found != (RECIPIENTS, len(_KINDS) * RECIPIENTS):
        raise RuntimeError(f"delivered and events: {found}")


if __name__ == "__main__":
    print(events_a_second())
