"""What the public application knows of its publication."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine

from newsletter.audience.keys import Keyring
from newsletter.config import Config
from newsletter.web.public.clients import Clients
from newsletter.web.public.pages import Pages
from newsletter.web.public.signature import WebhookKey


@dataclass(frozen=True)
class Site:
    """One publication, and what its pages are made with."""

    config: Config
    engine: Engine
    keyring: Keyring
    """Signs, and recognises, what stands in links."""
    webhook_key: WebhookKey | None
    """By which the provider's events are recognised; without one none are taken."""
    pages: Pages
    clients: Clients
