"""Several processes over one database, as on a desk with two terminals."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

Begin = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def begin_python() -> Iterator[Begin]:
    """Begins a process that runs a script with arguments, to be talked to through its pipes."""
    with ExitStack() as stack:

        def begin(script: str, *arguments: str) -> subprocess.Popen[str]:
            process = subprocess.Popen(
                [sys.executable, "-W", "error", "-c", script, *arguments],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            )  # fmt: skip
            stack.callback(process.wait)
            stack.enter_context(process)
            stack.callback(process.kill)
            return process

        yield begin
