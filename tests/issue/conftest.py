"""Loading a text as the issue of December 2023."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from newsletter.config import Config
from newsletter.errors import RefusedSource
from newsletter.issue import Issue, load_issue
from newsletter.yaml_source import Finding


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, make_publication: Callable[..., Any]) -> Any:
    """A publication that tests may write the same issue into again and again."""
    return make_publication(tmp_path_factory.mktemp("publication"))


@pytest.fixture(scope="session")
def config(shared: Any) -> Config:
    """Its configuration."""
    return shared.config()


@pytest.fixture(scope="session")
def load(shared: Any, config: Config) -> Callable[..., Issue]:
    """The issue that a text is."""
    return lambda content, name="2023-12.yaml": (
        load_issue(shared.write_issue(content, name), config).issue
    )


@pytest.fixture(scope="session")
def refused(load: Callable[..., Issue]) -> Callable[..., list[Finding]]:
    """What is wrong with an issue of this text."""

    def findings(content: str | bytes, name: str = "2023-12.yaml") -> list[Finding]:
        with pytest.raises(RefusedSource) as refusal:
            load(content, name)
        return list(refusal.value.findings)

    return findings
