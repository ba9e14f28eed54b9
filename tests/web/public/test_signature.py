"""The signature of the event webhook: whoever has not the provider's key is not believed."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import ConfigurationError
from newsletter.web.public.signature import OLDEST, WebhookKey

NOW = 1_700_000_000
BODY = b'[{"event": "processed", "reason": "caf\xe9"}]'
KEY = ec.generate_private_key(ec.SECP256R1())

Public = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | rsa.RSAPublicKey


def shown(key: Public, encoding: Encoding = Encoding.DER) -> str:
    """A key as SendGrid shows it, or as PEM."""
    content = key.public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)
    return content.decode() if encoding is Encoding.PEM else b64encode(content).decode()


def signature(
    body: bytes = BODY,
    timestamp: str = str(NOW),
    key: ec.EllipticCurvePrivateKey = KEY,
    algorithm: HashAlgorithm | None = None,
) -> str:
    signed = key.sign(timestamp.encode() + body, ec.ECDSA(algorithm or SHA256()))
    return b64encode(signed).decode()


@pytest.fixture(scope="module")
def webhook_key() -> WebhookKey:
    return WebhookKey(shown(KEY.public_key()))


def test_what_the_provider_signed_is_believed(webhook_key: WebhookKey) -> None:
    assert webhook_key.signed(BODY, str(NOW), signature(), NOW)
    assert webhook_key.signed(b"", str(NOW), signature(b""), NOW)


@pytest.mark.parametrize(
    "text",
    [
        shown(KEY.public_key(), Encoding.PEM),
        shown(KEY.public_key(), Encoding.PEM).replace("\n", "\r\n"),
        shown(KEY.public_key(), Encoding.PEM).replace("\n", " "),
        f"  {shown(KEY.public_key())}\n",
    ],
    ids=["PEM", "of Windows", "in one line", "with space around"],
)
def test_a_key_may_come_with_its_frame(text: str) -> None:
    assert WebhookKey(text).signed(BODY, str(NOW), signature(), NOW)


@pytest.mark.parametrize(
    "text",
    [
        "", "no key", "AAAA", b64encode(b"\x30" * 91).decode(), "ключ",
        shown(KEY.public_key())[:-8],
        shown(rsa.generate_private_key(65537, 2048).public_key()),
        shown(ed25519.Ed25519PrivateKey.generate().public_key()),
        b64encode(bytes.fromhex("300e300706052a0304050603030000ff")).decode(),
    ],
)  # fmt: skip
def test_what_is_no_such_key_is_refused_at_once(text: str) -> None:
    with pytest.raises(ConfigurationError, match="SENDGRID_WEBHOOK_KEY is no public key") as caught:
        WebhookKey(text)
    assert text not in str(caught.value) or not text


def test_a_signature_is_of_one_body_one_time_and_one_key(webhook_key: WebhookKey) -> None:
    now = str(NOW)
    other = ec.generate_private_key(ec.SECP256R1())
    assert not webhook_key.signed(BODY + b" ", now, signature(), NOW)
    assert not webhook_key.signed(b"", now, signature(), NOW)
    assert not webhook_key.signed(BODY, str(NOW - 1), signature(), NOW)
    assert not webhook_key.signed(BODY, now, signature(key=other), NOW)
    assert not webhook_key.signed(BODY, now, signature(algorithm=SHA1()), NOW)  # noqa: S303
    assert not webhook_key.signed(b"0" + BODY, now[:-1], signature(b"0" + BODY), NOW)


@pytest.mark.parametrize(
    "given",
    [
        "", "=", "AAAA", "not base64!", "é", "\x00", signature()[:-4], signature() + "AAAA",
        signature().replace("=", "") + "*", b64encode(sha256(BODY).digest()).decode(),
        b64encode(bytes(64)).decode(), b64encode(bytes.fromhex("3006020100020100")).decode(),
    ],
)  # fmt: skip
def test_a_damaged_signature_is_none(webhook_key: WebhookKey, given: str) -> None:
    assert not webhook_key.signed(BODY, str(NOW), given, NOW)


@pytest.mark.parametrize(
    "timestamp",
    ["", "now", "-1", "1.7e9", "١٧٠٠٠٠٠٠٠٠", "²", " 1700000000", "1700000000\n", "1" * 13, "é"],
)
def test_a_time_that_is_no_number_is_refused_though_it_is_signed(
    webhook_key: WebhookKey, timestamp: str
) -> None:
    assert not webhook_key.signed(BODY, timestamp, signature(BODY, timestamp), NOW)


@pytest.mark.parametrize(
    ("age", "believed"),
    [
        (0, True),
        (24 * 3600, True),
        (OLDEST, True),
        (OLDEST + 1, False),
        (10**8, False),
        (-60, True),
    ],
)
def test_what_is_older_than_25_hours_is_a_recording(
    webhook_key: WebhookKey, age: int, believed: bool
) -> None:
    timestamp = str(NOW - age)
    assert webhook_key.signed(BODY, timestamp, signature(BODY, timestamp), NOW) is believed


@given(st.binary(), st.text(), st.text())
def test_nobody_guesses(body: bytes, timestamp: str, given: str) -> None:
    assert not WebhookKey(shown(KEY.public_key())).signed(body, timestamp, given, NOW)


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_no_flipped_bit_is_overlooked(place: int, change: int) -> None:
    verify: Callable[..., bool] = WebhookKey(shown(KEY.public_key())).signed
    altered = bytearray(BODY)
    altered[place % len(BODY)] ^= change
    assert not verify(bytes(altered), str(NOW), signature(), NOW)
