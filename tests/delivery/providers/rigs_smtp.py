"""The SMTP provider, and a server that treats addresses as it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import ModuleType
from typing import Any

from newsletter.config.model import Smtp
from newsletter.delivery.providers.smtp import SmtpProvider

REFUSALS = ("mailbox", "policy", "later", "silence")


@dataclass
class SmtpRig:
    """The provider and its server."""

    provider: SmtpProvider
    at_once: int
    server: Any
    treatments: dict[tuple[str, str], Any] = field(default_factory=dict)
    """What the server does at a stage to an address."""

    def received(self) -> list[tuple[str, EmailMessage]]:
        return [
            (address, message_from_bytes(content, policy=policy.default))  # type: ignore[misc]
            for address, content in self.server.accepted
        ]

    def refuse(self, address: str, how: str) -> None:
        stage, fault = self._faults[how]
        self.treatments[stage, address] = fault

    @property
    def _faults(self) -> dict[str, tuple[str, Any]]:
        return {
            "mailbox": ("rcpt", "550 5.1.1 no such user"),
            "policy": ("rcpt", "550 5.7.1 we do not like you"),
            "later": ("rcpt", "451 4.7.1 greylisted, come again"),
            "silence": ("dot", self.drop),
        }

    drop: Any = None


@contextmanager
def open_rig(folder: Path, load: Callable[[str], ModuleType]) -> Iterator[SmtpRig]:
    """Start the server."""
    faulty = load("servers/faulty.py")
    with faulty.Faulty() as server:
        settings = Smtp(host="127.0.0.1", port=server.port, connections=3)
        rig = SmtpRig(SmtpProvider(settings), 3, server, drop=faulty.Act.DROP)
        server.whim = lambda moment: rig.treatments.get((moment.stage, moment.address))
        yield rig
