"""Rows of a list that are told of, however many, in little memory."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, TypeVar

_BLOCK = 2000
"""Findings that are packed together."""

Finding = TypeVar("Finding", bound=tuple[Any, ...])


class Findings(Generic[Finding]):
    """Counted, and kept in their order: packed, since a million take 300 MB as they are.

    Args:
        made: makes a finding of its fields.
        most: how many are kept; all where it is None.
    """

    def __init__(self, made: Callable[[Iterable[Any]], Finding], most: int | None = None) -> None:
        self._made, self._most = made, most
        self._count = 0
        self._packed: list[bytes] = []
        self._open: list[Finding] = []

    def append(self, finding: Finding) -> None:
        """Count one more, and keep it if it is not one too many."""
        self._count += 1
        if self._most is not None and self._count > self._most:
            return
        self._open.append(finding)
        if len(self._open) == _BLOCK:
            self._packed.append(zlib.compress(json.dumps(self._open).encode(), 1))
            self._open = []

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Finding]:
        """Those that are kept, first to last."""
        for block in self._packed:
            yield from map(self._made, json.loads(zlib.decompress(block)))
        yield from self._open
