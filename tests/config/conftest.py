"""Settings as a text, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from newsletter.config import Config, load_config
from newsletter.errors import ConfigurationError

REQUIRED = """\
name: Practice Digest
tagline: Research for practice
language: en-CA
timezone: America/Toronto
sender: {name: PPRNet, email: news@digest.example}
postal_address: 136 Jean-Jacques-Lussier, Ottawa
contact: https://digest.example/contact
web_url: https://news.digest.example
"""


@pytest.fixture(scope="session")
def required() -> str:
    """The keys that every publication must set, and no other."""
    return REQUIRED


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., Config]:
    """The configuration of a file with this content."""

    def load_content(content: str | bytes, environment: dict[str, str] | None = None) -> Config:
        path = tmp_path / "newsletter.yaml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return load_config(path, environment or {})

    return load_content


@pytest.fixture
def refused(load: Callable[..., Config]) -> Callable[..., list[str]]:
    """The lines that a configuration of this content is refused with."""

    def lines(content: str | bytes, environment: dict[str, str] | None = None) -> list[str]:
        with pytest.raises(ConfigurationError) as refusal:
            load(content, environment)
        return str(refusal.value).splitlines()

    return lines
