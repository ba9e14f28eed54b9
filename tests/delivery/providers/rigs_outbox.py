"""The outbox, whose far end is its files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import ModuleType
from typing import Any

from newsletter.delivery.providers.outbox import AT_ONCE, Outbox

REFUSALS: tuple[str, ...] = ()
"""A folder takes any address."""


@dataclass
class OutboxRig:
    provider: Outbox
    at_once: int = AT_ONCE

    @property
    def files(self) -> list[Path]:
        """Every message's file, in the order of their deliveries."""
        return sorted(self.provider.path.rglob("*.eml"))

    def received(self) -> list[tuple[str, EmailMessage | dict[str, Any]]]:
        messages = [
            message_from_bytes(file.read_bytes(), policy=policy.SMTP) for file in self.files
        ]
        return [(message["To"].addresses[0].addr_spec, message) for message in messages]

    def refuse(self, address: str, how: str) -> None:
        raise NotImplementedError(f"a folder takes {address}, and knows no {how}")


@contextmanager
def open_rig(folder: Path, load: Callable[[str], ModuleType]) -> Iterator[OutboxRig]:
    yield OutboxRig(Outbox(folder / "outbox", "outbox"))
