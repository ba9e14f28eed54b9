"""The public application over either database, asked without a server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine

from newsletter.audience.keys import Keyring
from newsletter.config import Config
from newsletter.web.public.app import public_app
from newsletter.web.public.clients import Clients
from newsletter.web.public.pages import Pages
from newsletter.web.public.site import Site

SECRET = "a secret of the tests, long enough"  # noqa: S105

Ask = Callable[..., httpx.Response]


@pytest.fixture
def keyring() -> Keyring:
    return Keyring([SECRET])


@pytest.fixture
def site(store: Engine, config: Config, keyring: Keyring) -> Site:
    return Site(
        config=config,
        engine=store,
        keyring=keyring,
        webhook_key=None,
        pages=Pages(config),
        clients=Clients(config.trusted_proxies),
    )


@pytest.fixture
def ask(site: Site) -> Ask:
    """Asks the application: a method, a path, and httpx's options."""
    return asking(site)


def asking(site: Site) -> Ask:
    app = public_app(site)

    async def answer(method: str, path: str, options: dict[str, Any]) -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=site.config.web_url) as client:
            return await client.request(method, path, **options)

    return lambda method, path, **options: asyncio.run(answer(method, path, options))
