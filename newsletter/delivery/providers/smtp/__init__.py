"""Mail through any SMTP server, over several connections at once."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

from newsletter.config import Config, Secrets
from newsletter.config.model import Smtp
from newsletter.delivery.claim import Claims, Outcome
from newsletter.delivery.providers.smtp.access import Access
from newsletter.delivery.providers.smtp.patience import Patience
from newsletter.delivery.providers.smtp.pool import Pool
from newsletter.delivery.providers.smtp.run import Run
from newsletter.errors import SecretMissing

__all__ = ["Patience", "SmtpProvider", "load"]


@dataclass(frozen=True)
class SmtpProvider:
    """The server that the settings name."""

    settings: Smtp
    password: str = field(default="", repr=False)
    patience: Patience = field(default_factory=Patience)

    def deliver(self, claims: Claims) -> Iterator[Outcome]:
        """Send; see `Provider.deliver`."""
        secure = self.settings.security != "none"
        context = ssl.create_default_context() if secure else None
        access = Access(self.settings, self.password, self.patience.connect, context)
        with closing(Pool(access, self.patience)) as pool:
            yield from Run(pool, self.patience, claims).outcomes()


def load(config: Config, secrets: Secrets) -> SmtpProvider:
    """The provider of a publication.

    Raises:
        SecretMissing: where a log-in name is set, and no password.
    """
    settings = config.delivery.smtp
    if settings.username is not None and not secrets.smtp_password:
        raise SecretMissing(
            "delivery.smtp.username is set in newsletter.yaml, so the password must be in the "
            "environment: set NEWSLETTER_SMTP_PASSWORD"
        )
    return SmtpProvider(settings, secrets.smtp_password)
