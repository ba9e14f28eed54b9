"""How fast a mailing leaves over SMTP, its durable ledger included, beside Postfix's own tools.

    python -m benchmarks.smtp LISTEN TARGET

is a proxy on this machine, between two of its ports, with a round trip of 20 ms; used below.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from benchmarks import mailing

ROOT = Path(__file__).parents[1]
CONNECTIONS = 8
MESSAGES = 8_000
SLOW_MESSAGES = 800
NODEMAILER = ROOT / "benchmarks" / "nodemailer"
NODEMAILERS_MESSAGES = 2_000
ONE_WAY = 0.01
"""Seconds that the proxy keeps what it passes on."""
MESSAGE_BYTES = 52_000
"""As many as December 2023 has for one reader."""


class Rates(NamedTuple):
    """What one comparison has shown; medians of its rounds."""

    ours: float
    """Messages a second."""
    source: float
    """The same of `smtp-source` with as many sessions."""
    cpu: float
    """Our seconds of CPU per 1,000 messages."""


def against_smtp_source() -> float | None:
    """Our messages a second as a share of those of `smtp-source`, into the same `smtp-sink`."""
    rates = _rates()
    return rates and rates.ours / rates.source


def cpu_seconds_a_thousand() -> float | None:
    """Seconds of CPU per 1,000 messages, the ledger included."""
    rates = _rates()
    return rates and rates.cpu


def pipelining_gain() -> float | None:
    """How many times faster it is at a round trip of 20 ms where the server has PIPELINING."""
    if _program("smtp-sink") is None:
        return None
    seconds = []
    for options in ((), ("-p",)):  # -p: does not announce it
        with _sink(*options) as target, _proxy(target) as port:
            seconds.append(_send(SLOW_MESSAGES, port)["send_seconds"])
    together, one_by_one = seconds
    return float(one_by_one / together)


def against_nodemailer() -> float | None:
    """Our messages a second as a multiple of nodemailer's, a pool of 8, into the same sink."""
    rates = _rates()
    if rates is None or not (shutil.which("node") and shutil.which("npm")):
        return None
    subprocess.run(["npm", "install", "--silent"], cwd=NODEMAILER, check=True)
    with TemporaryDirectory() as folder, _sink() as port:
        build = [sys.executable, "-m", "newsletter", "build", "2023-12", "--out", folder]
        subprocess.run(build, cwd=ROOT, capture_output=True, check=True)
        files = [f"{folder}/2023-12.{kind}" for kind in ("html", "txt")]
        command = ["node", "send.mjs", str(port), str(NODEMAILERS_MESSAGES), *files]
        printed = [
            subprocess.run(command, cwd=NODEMAILER, capture_output=True, text=True, check=True)
            for _ in range(3)
        ]
    return rates.ours / median(float(each.stdout) for each in printed)


def into_sink(messages: int) -> dict[str, Any] | None:
    """What a mailing of that many takes; see `mailing.measure`."""
    if _program("smtp-sink") is None:
        return None
    with _sink() as port:
        return _send(messages, port)


@cache
def _rates() -> Rates | None:
    if _program("smtp-sink") is None or _program("smtp-source") is None:
        return None
    rounds = []
    for _ in range(3):
        with _sink() as port:
            sent = _send(MESSAGES, port)
            rounds.append(
                Rates(
                    ours=MESSAGES / sent["send_seconds"],
                    source=MESSAGES / _source_seconds(port),
                    cpu=sent["cpu_seconds"] / MESSAGES * 1000,
                )
            )
    return Rates(*(median(each) for each in zip(*rounds, strict=True)))


def _send(messages: int, port: int) -> dict[str, Any]:
    smtp = f"{{host: 127.0.0.1, port: {port}, connections: {CONNECTIONS}}}"
    with TemporaryDirectory() as folder:
        sent = mailing.measure(Path(folder), messages, f"{{provider: smtp, smtp: {smtp}}}")
    if sent["accepted"] != messages:
        raise RuntimeError(f"{sent['accepted']} of {messages} were accepted: {sent['error']}")
    return sent


def _source_seconds(port: int) -> float:
    options = ["-s", str(CONNECTIONS), "-m", str(MESSAGES), "-l", str(MESSAGE_BYTES)]
    command = [str(_program("smtp-source")), *options, f"127.0.0.1:{port}"]
    began = time.perf_counter()
    subprocess.run(command, check=True)
    return time.perf_counter() - began


def _program(name: str) -> str | None:
    path = os.pathsep.join([os.environ["PATH"], "/usr/sbin", str(ROOT / ".cache" / "bin")])
    return shutil.which(name, path=path)


@contextmanager
def _sink(*options: str) -> Iterator[int]:
    """The port of an `smtp-sink`."""
    port = _free_port()
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    command = [str(_program("smtp-sink")), *user, *options, f"127.0.0.1:{port}", "200"]
    with _running(command, port):
        yield port


@contextmanager
def _proxy(target: int) -> Iterator[int]:
    """The port of a proxy to another port."""
    port = _free_port()
    with _running([sys.executable, "-m", "benchmarks.smtp", str(port), str(target)], port):
        yield port


@contextmanager
def _running(command: list[str], port: int) -> Iterator[None]:
    with subprocess.Popen(command, cwd=ROOT) as process:
        try:
            _wait_for(port)
            yield
        finally:
            process.terminate()


def _wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise TimeoutError(f"nothing answers on port {port}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _serve(port: int, target: int) -> None:
    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", target)
        await asyncio.gather(_pass_on(reader, far_writer), _pass_on(far_reader, writer))

    async with await asyncio.start_server(accept, "127.0.0.1", port) as server:
        await server.serve_forever()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on what comes, each piece a little later, without slowing the flow."""
    loop = asyncio.get_running_loop()
    with suppress(ConnectionError):
        while piece := await reader.read(1 << 20):
            loop.call_later(ONE_WAY, writer.write, piece)
    loop.call_later(ONE_WAY, writer.close)


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), int(sys.argv[2])))
