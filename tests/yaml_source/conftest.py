"""Reading a text as a file."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from newsletter.errors import RefusedSource
from newsletter.yaml_source import Finding, Source, read_source


@pytest.fixture(scope="session")
def read(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str | bytes], Source]:
    """The source of a file with this content."""
    path = tmp_path_factory.mktemp("source") / "file.yaml"

    def read_content(content: str | bytes) -> Source:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_source(path, "file.yaml")

    return read_content


@pytest.fixture(scope="session")
def problems(read: Callable[[str | bytes], Source]) -> Callable[[str | bytes], list[Finding]]:
    """All that is wrong with a file of this content."""

    def problems_of(content: str | bytes) -> list[Finding]:
        try:
            return list(read(content).problems)
        except RefusedSource as refused:
            return list(refused.findings)

    return problems_of
