"""What SendGrid's answers, and their absence, mean for recipients and for the run."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import IPv4Address
from pathlib import Path
from threading import Timer
from time import time
from types import ModuleType
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from newsletter.errors import ProviderFailed

KEY = "SG.key-of.the-tests"
POINTING = "personalizations.{}.to.0.email"


def addresses(number: int) -> list[str]:
    return [f"r{each}@example.org" for each in range(1, number + 1)]


def verdicts(outcomes: Any) -> list[str]:
    return [outcomes[number].verdict for number in sorted(outcomes)]


@pytest.fixture
def step(load_module: Callable[[str], ModuleType]) -> Any:
    return load_module("servers/sendgrid.py").Step


@pytest.fixture
def server(sendgrid_rig: Any) -> Any:
    return sendgrid_rig.server


def test_the_answers_own_name_is_kept(sendgrid_rig: Any, book: Any) -> None:
    outcomes = book("a@example.org", "b@example.org").run(sendgrid_rig.provider)

    ids = {each.address: each.message_id for each in sendgrid_rig.server.taken}
    assert outcomes[1].provider_id == ids["a@example.org"]
    assert outcomes[2].provider_id == ids["b@example.org"]
    assert outcomes[1].detail == "HTTP 202"


def test_the_sandbox_answers_otherwise(
    sendgrid_rig: Any, server: Any, step: Any, book: Any
) -> None:
    server.always = step(200, took=False)

    outcomes = book("a@example.org").run(sendgrid_rig.provider_with(sandbox=True))

    assert verdicts(outcomes) == ["accepted"]


def test_a_page_that_says_200_is_not_believed(
    sendgrid_rig: Any, server: Any, step: Any, book: Any
) -> None:
    server.always = step(200, body=b"<h1>Welcome to our wifi</h1>", took=False)

    outcomes = book("a@example.org").run(sendgrid_rig.provider)

    assert verdicts(outcomes) == ["doubtful"]


@pytest.mark.parametrize(
    "told",
    [
        {"status": 500},
        {"status": 503, "took": True},
        {"fault": "drop"},
        {"fault": "drop unread"},
        {"fault": "cut"},
        {"fault": "garbage"},
        {"fault": "stall"},
        {"status": 400, "errors": ((None, "bad"),), "fault": "cut"},
    ],
    ids=lambda told: f"{told.get('fault', '')} {told.get('status', 202)}",
)
def test_a_lost_answer_leaves_its_request_alone_in_doubt(
    sendgrid_rig: Any, server: Any, step: Any, book: Any, told: dict[str, Any]
) -> None:
    server.script.append(step(**told))

    outcomes = book(*addresses(6)).run(sendgrid_rig.provider_with(batch_size=2, connections=1))

    assert verdicts(outcomes) == ["doubtful"] * 2 + ["accepted"] * 4
    assert outcomes[1].reason.startswith("SendGrid may have it or not: ")
    assert len(outcomes[1].reason) > len("SendGrid may have it or not: ")


def test_what_is_lost_three_times_in_a_row_ends_the_run(
    sendgrid_rig: Any, server: Any, step: Any, book: Any
) -> None:
    server.script += [step(500), step(), *[step(500, body=b"out of order")] * 9]
    claims = book(*addresses(20))

    with pytest.raises(ProviderFailed, match=r"3 requests in a row open \(HTTP 500\)"):
        claims.run(sendgrid_rig.provider_with(connections=1))

    assert verdicts(claims.outcomes) == ["doubtful", "accepted", *["doubtful"] * 3]
    assert claims.outcomes[5].detail == "HTTP 500 out of order"
    assert len(claims.planned) == 15


def test_a_server_that_refuses_connections_leaves_nobody_in_doubt(
    sendgrid_rig: Any, book: Any
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        claims = book(*addresses(20))
        with pytest.raises(ProviderFailed, match=r"refuses connections.*base_url") as error:
            claims.run(sendgrid_rig.provider_with(base_url=url, connections=1))

    assert url in str(error.value)
    assert verdicts(claims.outcomes) == ["planned"] * 3


def test_a_connection_that_is_never_made_leaves_nobody_in_doubt(
    sendgrid_rig: Any, book: Any
) -> None:
    with ExitStack() as stack:
        deaf = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        # The queue of those that wait to be accepted is full; further ones hear nothing.
        for _ in range(4):
            caller = stack.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(deaf.getsockname())
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        provider = sendgrid_rig.provider_with(base_url=url, connections=3, timeout=0.2)
        claims = book(*addresses(3))
        with pytest.raises(ProviderFailed, match=r"no answer within 0.2 seconds.*base_url"):
            claims.run(provider)

    assert verdicts(claims.outcomes) == ["planned"] * 3


def certificate(file: Path, until: datetime) -> ssl.SSLContext:
    """A certificate that is its own authority, for this machine's own address."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    own = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, datetime(2020, 1, 1), until)
    signed = builder.add_extension(own, critical=False).sign(key, hashes.SHA256())
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file.write_bytes(signed.public_bytes(serialization.Encoding.PEM) + secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def test_mail_goes_out_over_tls(
    sendgrid_rig: Any,
    book: Any,
    tmp_path: Path,
    load_module: Callable[[str], ModuleType],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    context = certificate(tmp_path / "server.pem", datetime(2099, 1, 1))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))
    with load_module("servers/sendgrid.py").sendgrid_server(context) as server:
        outcomes = book(*addresses(3)).run(sendgrid_rig.provider_with(base_url=server.url))

    assert verdicts(outcomes) == ["accepted"] * 3


def test_nothing_is_sent_to_a_server_without_a_valid_certificate(
    sendgrid_rig: Any,
    book: Any,
    tmp_path: Path,
    load_module: Callable[[str], ModuleType],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    context = certificate(tmp_path / "server.pem", datetime(2021, 1, 1))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))
    with load_module("servers/sendgrid.py").sendgrid_server(context) as server:
        claims = book(*addresses(4))
        with pytest.raises(ProviderFailed, match=r"certificate has expired.*base_url"):
            claims.run(sendgrid_rig.provider_with(base_url=server.url, connections=1))

        assert server.mails == []
    assert verdicts(claims.outcomes) == ["planned"] * 3


@pytest.mark.parametrize("status", [302, 307, 404, 405, 406, 415, 422])
def test_a_server_that_is_not_sendgrid_ends_the_run(
    sendgrid_rig: Any, server: Any, step: Any, book: Any, status: int
) -> None:
    server.always = step(status, headers={"Location": f"{server.url}/v3/mail/send"})
    claims = book(*addresses(5))

    with pytest.raises(ProviderFailed, match=rf"HTTP {status}.*check delivery\.sendgrid\.base_url"):
        claims.run(sendgrid_rig.provider_with(batch_size=2, connections=1))

    assert verdicts(claims.outcomes) == ["planned"] * 2
    assert len(server.mails) == 1


@pytest.mark.parametrize(
    ("status", "errors", "advice"),
    [
        (401, ((None, "The provided authorization grant is revoked"),), "SENDGRID_API_KEY"),
        (401, ((None, "Maximum credits exceeded"),), "Maximum credits exceeded"),
        (403, (("from", "The from address does not match a Sender Identity."),), "'sender'"),
        (403, (), "no reason given"),
    ],
)
def test_an_account_that_may_not_send_ends_the_run(
    sendgrid_rig: Any,
    server: Any,
    step: Any,
    book: Any,
    status: int,
    errors: Any,
    advice: str,
) -> None:
    server.script += [step(), *[step(status, errors)] * 5]
    claims = book(*addresses(9))

    with pytest.raises(ProviderFailed, match="SendGrid refuses to send") as error:
        claims.run(sendgrid_rig.provider_with(batch_size=2, connections=1))

    assert advice in str(error.value)
    assert verdicts(claims.outcomes) == ["accepted"] * 2 + ["planned"] * 2


def test_a_server_that_repeats_the_key_is_not_quoted(
    sendgrid_rig: Any, server: Any, step: Any, book: Any
) -> None:
    server.script.append(step(500, body=KEY.encode() * 2))
    server.script.append(step(403, ((None, f"Bearer {KEY} may not"),), {"X-Message-Id": KEY}))
    claims = book(*addresses(2))

    with pytest.raises(ProviderFailed) as error:
        claims.run(sendgrid_rig.provider_with(connections=1))

    assert KEY not in f"{error.value}{claims.outcomes}"
    assert claims.outcomes[1].detail == "HTTP 500 (SENDGRID_API_KEY)(SENDGRID_API_KEY)"


def test_what_a_server_says_is_kept_as_one_printable_line(
    sendgrid_rig: Any, server: Any, step: Any, book: Any
) -> None:
    server.script.append(step(500, body=b"\x00\x1b[31mred\n\xff" + b"x" * 1000))
    server.script.append(step(400, ((None, "half \ud800 a\0 word\r\nDone"),)))
    server.script.append(step(400, ((POINTING.format(0), "\x1b" + "y" * 1000),)))

    outcomes = book(*addresses(3)).run(sendgrid_rig.provider_with(connections=1))

    assert outcomes[1].detail.startswith("HTTP 500   [31mred \ufffdxxx")
    assert outcomes[2].reason == "SendGrid refuses: half   a  word  Done"
    kept = [f for o in outcomes.values() for f in (o.reason, o.detail)]
    assert all(each.isprintable() and len(each) < 550 for each in kept)


@pytest.mark.parametrize("skew", [0, -7200])
def test_after_429_all_is_quiet_until_the_reset_by_sendgrids_clock(
    sendgrid_rig: Any, server: Any, step: Any, book: Any, skew: float
) -> None:
    now = datetime.now(UTC) + timedelta(seconds=skew)
    headers = {"X-RateLimit-Reset": f"{now.timestamp() + 600:.0f}", "Date": format_datetime(now)}
    server.script.append(step(429, headers=headers))
    claims = book(*addresses(9))
    Timer(0.3, setattr, (claims, "stopping", True)).start()

    outcomes = claims.run(sendgrid_rig.provider_with(batch_size=2, connections=1))

    assert verdicts(outcomes) == ["planned"] * 2
    assert len(server.mails) == 1
    assert claims.committed == outcomes.keys()


@pytest.mark.parametrize("reset", ["1", "soon", None])
def test_after_429_the_run_goes_on(
    sendgrid_rig: Any, server: Any, step: Any, book: Any, reset: str | None
) -> None:
    headers = {} if reset is None else {"X-RateLimit-Reset": reset}
    server.script += [step(429, headers=headers)] * 2

    outcomes = book(*addresses(6)).run(sendgrid_rig.provider_with(batch_size=2, connections=1))

    assert verdicts(outcomes) == ["planned"] * 4 + ["accepted"] * 2


def test_a_pause_of_429_lasts_as_long_as_it_says(
    sendgrid_rig: Any, server: Any, step: Any, book: Any
) -> None:
    reset = int(time()) + 1
    server.script.append(step(429, headers={"X-RateLimit-Reset": str(reset)}))

    claims = book(*addresses(2))
    claims.run(sendgrid_rig.provider_with(connections=1))

    assert verdicts(claims.outcomes) == ["planned", "accepted"]
    assert time() >= reset - 0.1


def test_nobody_rests_for_nobody(sendgrid_rig: Any, server: Any, step: Any, book: Any) -> None:
    server.script.append(step(429, headers={"X-RateLimit-Reset": f"{time() + 600:.0f}"}))
    claims = book("a@example.org")
    rescue = Timer(20, setattr, (claims, "stopping", True))
    rescue.start()

    outcomes = claims.run(sendgrid_rig.provider)

    assert rescue.is_alive()
    rescue.cancel()
    assert verdicts(outcomes) == ["planned"]


def test_recipients_that_a_refusal_points_at_fail_alone(
    sendgrid_rig: Any, server: Any, step: Any, book: Any
) -> None:
    server.script.append(
        step(400, ((POINTING.format(1), "no address"), (POINTING.format(3), "nor this")))
    )

    outcomes = book(*addresses(5)).run(sendgrid_rig.provider_with(batch_size=5))

    assert verdicts(outcomes) == ["accepted", "failed", "accepted", "failed", "accepted"]
    assert outcomes[2].reason == "SendGrid refuses: no address"
    assert not outcomes[2].bad_mailbox
    assert len(server.mails) == 2


@pytest.mark.parametrize(
    ("status", "errors"),
    [
        (400, ((None, "Bad Request"),)),
        (400, (("null", "Bad Request"),)),
        (400, (("personalizations", "something is wrong"),)),
        (400, ((POINTING.format(400), "there is no such one"),)),
        (413, ()),
    ],
)
@pytest.mark.parametrize("bad", [{1}, {20}, {3, 4, 5, 11}, set(range(5, 15))])
def test_a_refusal_that_names_nobody_is_followed_down_to_the_recipient(
    sendgrid_rig: Any,
    server: Any,
    step: Any,
    book: Any,
    status: int,
    errors: Any,
    bad: set[int],
) -> None:
    server.addresses = {f"r{number}@example.org": step(status, errors) for number in bad}

    outcomes = book(*addresses(20)).run(sendgrid_rig.provider_with(batch_size=20))

    failed = {number for number, outcome in outcomes.items() if outcome.verdict == "failed"}
    assert failed == bad
    assert len(server.taken) == 20 - len(bad)


def test_many_wrong_recipients_do_not_end_the_run(
    sendgrid_rig: Any, server: Any, step: Any, book: Any
) -> None:
    bad = set(range(4, 151, 4))
    server.addresses = {f"r{number}@example.org": step(400) for number in bad}

    outcomes = book(*addresses(150)).run(sendgrid_rig.provider_with(batch_size=150))

    failed = {number for number, outcome in outcomes.items() if outcome.verdict == "failed"}
    assert failed == bad


@pytest.mark.parametrize("field", ["from.email", "subject", "content.0.value", "headers"])
@pytest.mark.parametrize("size", [1, 2, 8])
def test_a_letter_that_is_refused_ends_the_run_and_fails_nobody(
    sendgrid_rig: Any, server: Any, step: Any, book: Any, field: str, size: int
) -> None:
    server.always = step(400, ((field, "must not be"),))
    claims = book(*addresses(30))

    with pytest.raises(ProviderFailed, match=f"{field}: must not be"):
        claims.run(sendgrid_rig.provider_with(batch_size=size))

    assert set(verdicts(claims.outcomes)) == {"planned"}
    assert len(server.mails) <= 4


def test_one_reader_whose_words_spoil_the_letter_fails_alone(
    sendgrid_rig: Any, server: Any, step: Any, book: Any
) -> None:
    server.addresses["r6@example.org"] = step(400, (("content.1.value", "is odd"),))

    outcomes = book(*addresses(8)).run(sendgrid_rig.provider_with(batch_size=8))

    assert verdicts(outcomes) == ["accepted"] * 5 + ["failed"] + ["accepted"] * 2


@pytest.mark.parametrize("field", [None, "personalizations.0.headers"])
def test_a_refusal_of_everybody_ends_the_run_before_many_have_failed(
    sendgrid_rig: Any, server: Any, step: Any, book: Any, field: str | None
) -> None:
    server.always = step(400, ((field, "Bad Request"),))
    claims = book(*addresses(300))

    with pytest.raises(ProviderFailed, match="Bad Request"):
        claims.run(sendgrid_rig.provider_with(batch_size=100))

    assert verdicts(claims.outcomes).count("failed") <= 50


def test_an_answer_that_comes_before_all_was_sent_is_heard(
    sendgrid_rig: Any, server: Any, step: Any, make_book: Any, make_claim: Any
) -> None:
    server.script.append(step(401, ((None, "no"),), fault="early"))
    claim = make_claim(1, "a@example.org")
    claim = claim._replace(reader=claim.reader._replace(last_name="A" * 20_000_000))
    book = make_book([claim])

    with pytest.raises(ProviderFailed, match="SENDGRID_API_KEY"):
        book.run(sendgrid_rig.provider_with(timeout=5))

    assert verdicts(book.outcomes) == ["planned"]


def test_halves_that_have_not_left_are_given_back_when_the_run_is_to_stop(
    sendgrid_rig: Any, server: Any, step: Any, book: Any
) -> None:
    claims = book(*addresses(8), stop_after=1)
    server.script += [
        step(400, ((POINTING.format(0), "no"),)),
        *[step(400, ((None, "no"),))] * 9,
    ]

    outcomes = claims.run(sendgrid_rig.provider_with(batch_size=8))

    assert verdicts(outcomes) == ["failed"] + ["planned"] * 7
    assert len(server.mails) == 1
    assert claims.committed == outcomes.keys()


def test_what_is_in_flight_is_waited_for_when_the_run_is_to_stop(
    sendgrid_rig: Any, server: Any, step: Any, book: Any
) -> None:
    server.addresses["r2@example.org"] = step(fault="stall")
    claims = book(*addresses(9), stop_after=1)

    outcomes = claims.run(sendgrid_rig.provider_with(connections=2))

    assert verdicts(outcomes) == ["accepted", "doubtful"]
    assert claims.committed == outcomes.keys()


def test_no_more_than_two_batches_are_ever_in_hand(
    sendgrid_rig: Any, server: Any, step: Any, book: Any
) -> None:
    for number in (2, 9, 17, 18):
        server.addresses[f"r{number}@example.org"] = step(400, ((None, "no"),))
    claims = book(*addresses(40))

    claims.run(sendgrid_rig.provider_with(batch_size=5, connections=2))

    assert claims.most_in_flight == 10


def test_a_run_under_a_limit_takes_more_as_it_may(sendgrid_rig: Any, book: Any) -> None:
    turns: Iterator[bool] = iter([True, False] * 20)
    claims = book(*addresses(6), wait=lambda: next(turns))

    outcomes = claims.run(sendgrid_rig.provider_with(batch_size=2))

    assert verdicts(outcomes) == ["accepted"] * 6
