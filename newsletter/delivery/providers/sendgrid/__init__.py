"""Mail through Twilio SendGrid's v3 API: many recipients a request, each answered as one.

There is no idempotency key: where the answer is lost, a request's recipients are in doubt. So
requests are small, and a connection takes no claims before its last ones are settled.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from newsletter.config import Config, Secrets
from newsletter.delivery.claim import Claims, Outcome, Provider
from newsletter.delivery.providers.sendgrid.run import Run
from newsletter.delivery.providers.sendgrid.settings import Settings
from newsletter.errors import ConfigurationError, SecretMissing

__all__ = ["SendGrid", "Settings", "load"]


@dataclass(frozen=True)
class SendGrid:
    """A way out: SendGrid's v3 mail/send."""

    settings: Settings

    def deliver(self, claims: Claims) -> Iterator[Outcome]:
        """Send in requests of `batch_size` over `connections`; see `Provider.deliver`."""
        return Run(self.settings, claims).outcomes()


def load(config: Config, secrets: Secrets) -> Provider:
    """SendGrid as a publication names it.

    Raises:
        SecretMissing: without SENDGRID_API_KEY.
        ConfigurationError: where it cannot be a key.
    """
    key = secrets.sendgrid_key
    if not key:
        raise SecretMissing(
            "SENDGRID_API_KEY is not set; put a key with the permission 'Mail Send' into the "
            "environment, or choose another delivery.provider"
        )
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ConfigurationError(
            "SENDGRID_API_KEY holds a character that no key has; copy it once more"
        )
    told = config.delivery.sendgrid
    return SendGrid(
        Settings(
            base_url=told.base_url,
            key=key,
            batch_size=told.batch_size,
            connections=told.connections,
            sandbox=told.sandbox,
        )
    )
