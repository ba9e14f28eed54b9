"""How fast a mailing leaves through SendGrid's API, its durable ledger included.

    python -m benchmarks.sendgrid

is a server on this machine that answers each request as SendGrid does, and looks at none; it
prints its port, and lives as long as its input.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks import mailing

ROOT = Path(__file__).parents[1]
RECIPIENTS = 20_000


def recipients_a_second() -> float:
    """Recipients a second in requests of 100, over two connections; the median of three runs."""
    return median(_rate() for _ in range(3))


def _rate() -> float:
    with _server() as port, TemporaryDirectory() as folder:
        sendgrid = f"{{base_url: 'http://127.0.0.1:{port}', batch_size: 100, connections: 2}}"
        delivery = f"{{provider: sendgrid, sendgrid: {sendgrid}}}"
        sent = mailing.measure(Path(folder), RECIPIENTS, delivery)
    if sent["accepted"] != RECIPIENTS:
        raise RuntimeError(f"{sent['accepted']} of {RECIPIENTS} were accepted: {sent['error']}")
    return float(RECIPIENTS / sent["send_seconds"])


@contextmanager
def _server() -> Iterator[int]:
    command = [sys.executable, "-m", "benchmarks.sendgrid"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as server:
        yield int(server.stdout.readline())
        server.terminate()


async def _serve() -> None:
    numbers = count()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        await reader.readexactly(int(head.split(b"content-length:")[1].split(b"\r\n")[0]))
        writer.write(
            b"HTTP/1.1 202 Accepted\r\nConnection: close\r\nContent-Length: 0\r\n"
            b"X-Message-Id: message-%d\r\n\r\n" % next(numbers)
        )
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, limit=1 << 20)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve())
