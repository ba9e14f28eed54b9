"""Postfix's smtp-sink, on this machine."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep


@dataclass(frozen=True)
class Sink:
    """What has come to it lies in a folder, a file a message."""

    port: int
    folder: Path

    def received(self) -> list[tuple[str, str]]:
        """Recipients and messages."""
        texts = [file.read_bytes().decode("ascii") for file in self.folder.iterdir()]
        return [(_recipient(text), text) for text in texts]


def _recipient(text: str) -> str:
    found = re.search(r"^X-Rcpt-Args: <([^>]*)>", text, re.MULTILINE)
    assert found
    return found[1]


@contextmanager
def smtp_sink(program: Path, *options: str) -> Iterator[Sink]:
    """Start it; it answers once this has begun."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    with TemporaryDirectory(prefix="newsletter-sink-") as name:
        user = []
        if os.geteuid() == 0:  # it gives up root's rights
            shutil.chown(name, "nobody")
            user = ["-u", "nobody"]
        command = [program, *user, *options, "-d", f"{name}/", f"127.0.0.1:{port}", "100"]
        with subprocess.Popen(command) as process:
            try:
                _wait_for(port)
                yield Sink(port, Path(name))
            finally:
                process.terminate()


def _wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        sleep(0.02)
    raise TimeoutError("smtp-sink does not answer")
