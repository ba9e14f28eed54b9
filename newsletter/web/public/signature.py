"""The signature of SendGrid's event webhook: ECDSA over time stamp and raw body."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from newsletter.errors import ConfigurationError

SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"
OLDEST = 25 * 3600
"""Seconds: SendGrid tries again for 24 hours; what is older has been recorded and replayed."""


class WebhookKey:
    """The public key by which a publication recognises its provider.

    `sendgrid.EventWebhook` is left aside: it takes the body as text, so that a byte which is no
    UTF-8 could not be verified.
    """

    def __init__(self, text: str) -> None:
        """Read the key as SendGrid shows it.

        Raises:
            ConfigurationError: where it is none.
        """
        try:
            lines = (line for line in text.split() if not line.strip("-").isupper())
            key = load_der_public_key(b64decode("".join(lines), validate=True))
        except (ValueError, Error, UnsupportedAlgorithm) as error:
            raise ConfigurationError(_UNREADABLE) from error
        if not isinstance(key, EllipticCurvePublicKey):
            raise ConfigurationError(_UNREADABLE)
        self._key = key

    def signed(self, body: bytes, timestamp: str, signature: str, now: float) -> bool:
        """Whether the provider signed this body, and not too long ago.

        Args:
            body: as it came.
            timestamp: of the header, in seconds since 1970.
            signature: of the header, in Base64.
            now: the same kind of seconds.
        """
        if not is_fresh(timestamp, now):
            return False
        try:
            self._key.verify(
                b64decode(signature, validate=True), timestamp.encode() + body, ECDSA(SHA256())
            )
        except (InvalidSignature, ValueError):
            return False
        return True


def is_fresh(timestamp: str, now: float) -> bool:
    """Whether a time stamp, in seconds since 1970, is one, and not of a recorded request."""
    is_one = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12
    return is_one and now - int(timestamp) <= OLDEST


_UNREADABLE = (
    "SENDGRID_WEBHOOK_KEY is no public key of an event webhook; copy the verification key from "
    "SendGrid's Mail Settings, Event Webhook, as one line"
)
