"""SendGrid, and a server on this machine that plays it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

from newsletter.delivery.providers.sendgrid import SendGrid, Settings

REFUSALS = ("policy", "later", "silence")


@dataclass
class SendGridRig:
    server: Any
    steps: dict[str, Any]
    provider: SendGrid
    at_once: int = 2

    def received(self) -> list[tuple[str, dict[str, Any]]]:
        return [(each.address, {"text": each.rendered("plain")}) for each in self.server.taken]

    def refuse(self, address: str, how: str) -> None:
        self.server.addresses[address] = self.steps[how]

    def provider_with(self, **settings: Any) -> SendGrid:
        """The provider set up otherwise; by default a request carries one recipient."""
        return SendGrid(replace(self.provider.settings, **settings))


@contextmanager
def open_rig(_: Path, load: Callable[[str], ModuleType]) -> Iterator[SendGridRig]:
    module = load("servers/sendgrid.py")
    step = module.Step
    steps = {
        "policy": step(400, (("personalizations.0.to.0.email", "Does not contain an address."),)),
        "later": step(429, headers={"X-RateLimit-Reset": "0"}),
        "silence": step(fault="stall"),
    }
    with module.sendgrid_server() as server:
        settings = Settings(server.url, module.KEY, batch_size=1, timeout=1.5, respite=0.05)
        yield SendGridRig(server, steps, SendGrid(settings))
        assert server.complaints == []
