"""A small publication, and the preview of it without a server."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp

from newsletter.config import Config, load_config
from newsletter.web.guard import LOOPBACK
from newsletter.web.preview.app import preview_app
from newsletter.web.preview.desk import Desk
from newsletter.web.preview.events import Hub

ROOT = Path(__file__).parents[2]


Get = Callable[..., httpx.Response]


@pytest.fixture
def getter() -> Callable[..., Get]:
    """Makes a function that asks an application without a server."""

    def asking(app: ASGIApp, base_url: str = "http://127.0.0.1:8000") -> Get:
        async def ask(address: str, options: dict[str, Any]) -> httpx.Response:
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url=base_url) as client:
                return await client.get(address, **options)

        return lambda address, **options: asyncio.run(ask(address, options))

    return asking


@pytest.fixture
def publication(tmp_path: Path) -> Path:
    shutil.copytree(Path(__file__).parent / "publication", tmp_path, dirs_exist_ok=True)
    shutil.copytree(ROOT / "templates", tmp_path / "templates")
    return tmp_path


@pytest.fixture
def config(publication: Path) -> Config:
    return load_config(publication / "newsletter.yaml", {})


@pytest.fixture
def desk(config: Config) -> Desk:
    return Desk(config, lambda: load_config(config.file, {}))


@pytest.fixture
def get(desk: Desk, getter: Callable[..., Get]) -> Get:
    """Asks the preview for an address."""
    return getter(preview_app(desk, Hub(), LOOPBACK))
