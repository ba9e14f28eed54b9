"""How SendGrid is spoken to."""

from __future__ import annotations

from dataclasses import dataclass, field

from newsletter.delivery.providers.sendgrid.post import Mailer


@dataclass(frozen=True)
class Settings:
    """Where to, as whom, and how much at a time."""

    base_url: str
    key: str = field(repr=False)
    batch_size: int = 100
    connections: int = 2
    sandbox: bool = False
    timeout: float = 60.0
    """Seconds for the connection, and for each wait of an answer. Too few would cause doubt."""
    respite: float = 1.0
    """Seconds of rest after an answer is lost, and at least after a 429; longer if it goes on."""

    def mailer(self) -> Mailer:
        """A client of its own for a thread."""
        return Mailer(self.base_url, self.key, self.timeout)
