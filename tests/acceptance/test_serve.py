"""`newsletter serve` from the outside: its start, its log, and its end."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path

import pytest

SECRET = "a secret of the tests, long enough"  # noqa: S105
COMMAND = [sys.executable, "-m", "newsletter", "serve"]


class Serving:
    """A running `newsletter serve`."""

    def __init__(self, folder: Path, *options: str, **environment: str) -> None:
        self.process = subprocess.Popen(
            [*COMMAND, *options],
            cwd=folder,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout
        self.said = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)", self.said)
        self.port = int(found[1]) if found else 0
        self._log: str | None = None

    def ask(self, method: str, path: str, body: bytes | None = None) -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request(method, path, body)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    def stop(self, sign: int = signal.SIGTERM) -> tuple[int, str]:
        """Exit code and all of the log; asked again, the same."""
        if self._log is None:
            self.process.send_signal(sign)
            try:
                self._log = self.process.communicate(timeout=15)[1]
            finally:
                self.process.kill()
        return self.process.returncode, self._log


Serve = Callable[..., Serving]


@pytest.fixture
def serve(publication: Path) -> Iterator[Serve]:
    with ExitStack() as stack:

        def starting(*options: str, **environment: str) -> Serving:
            serving = Serving(publication, *(options or ("--port", "0")), **environment)
            stack.callback(serving.stop)
            return serving

        yield starting


def refused(publication: Path, *options: str, **environment: str) -> str:
    """What an application that does not start says."""
    done = subprocess.run(
        [*COMMAND, *options],
        cwd=publication,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    return done.stderr


def test_it_prints_where_it_is(serve: Serve) -> None:
    serving = serve()
    address = f"http://127.0.0.1:{serving.port}"
    assert serving.said == f"Serving {address} for https://news.digest.example (Ctrl-C to stop)\n"
    assert serving.ask("GET", "/healthz")[0] == 200


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_calmly(serve: Serve, sign: int) -> None:
    serving = serve()
    serving.ask("GET", "/u/preview")
    code, log = serving.stop(sign)
    assert code == 0
    assert "Traceback" not in log


def test_a_request_under_way_is_finished_when_it_is_stopped(serve: Serve) -> None:
    serving = serve(NEWSLETTER_SECRET=SECRET)
    with socket.create_connection(("127.0.0.1", serving.port), timeout=10) as client:
        head = "POST /u/none HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 26\r\n\r\n"
        client.sendall(head.encode())
        time.sleep(0.3)
        serving.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        client.sendall(b"List-Unsubscribe=One-Click")
        assert client.recv(65536).startswith(b"HTTP/1.1 404")
    assert serving.process.wait(10) == 0


def test_each_request_is_a_line_of_json(serve: Serve) -> None:
    serving = serve(NEWSLETTER_SECRET=SECRET)
    for path in ("/healthz", "/u/AbCdEf", "/ann@example.org"):
        serving.ask("GET", path)
    log = serving.stop()[1]
    lines = [json.loads(line) for line in log.splitlines()]
    assert [(each["path"], each["status"]) for each in lines] == [
        ("/healthz", 200),
        ("/u/…", 404),
        ("/…", 404),
    ]
    assert not any(word in log for word in ("AbCdEf", "ann@", SECRET))


def test_that_nobody_reads_the_log_stops_nothing(publication: Path) -> None:
    read, write = os.pipe()
    with subprocess.Popen(
        [*COMMAND, "--port", "0"],
        cwd=publication,
        env={**os.environ, "NEWSLETTER_SECRET": SECRET},
        stdout=subprocess.PIPE,
        stderr=write,
        text=True,
    ) as process:
        assert process.stdout
        os.close(write)
        os.close(read)
        found = re.search(r"http://127\.0\.0\.1:(\d+)", process.stdout.readline())
        assert found
        for _ in range(3):
            connection = HTTPConnection("127.0.0.1", int(found[1]), timeout=10)
            connection.request("GET", "/healthz")
            assert connection.getresponse().status == 200
            connection.close()
        process.terminate()
        assert process.wait(15) == 0


def test_a_port_in_use_is_told(publication: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = refused(publication, "--port", str(taken.getsockname()[1]))
    assert "is in use; choose another with --port" in said


def test_without_a_secret_real_mails_links_cannot_be_recognised(publication: Path) -> None:
    settings = publication / "newsletter.yaml"
    settings.write_text(settings.read_text() + "delivery: {provider: smtp}\n")
    assert "NEWSLETTER_SECRET is not set" in refused(publication, "--port", "0")


def test_a_webhook_key_that_is_none_is_told_without_it(publication: Path) -> None:
    said = refused(publication, "--port", "0", SENDGRID_WEBHOOK_KEY="hunter2")
    assert "SENDGRID_WEBHOOK_KEY is no public key" in said
    assert "hunter2" not in said


def test_a_newer_database_is_refused(publication: Path, serve: Serve) -> None:
    serve().stop()
    import sqlite3

    with sqlite3.connect(publication / "newsletter.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    done = subprocess.run(
        [*COMMAND, "--port", "0"],
        cwd=publication,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == 1
    assert "newer version of newsletter" in done.stderr


def test_two_of_them_may_share_a_database(serve: Serve) -> None:
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: serve(), range(2))
    assert first.ask("GET", "/healthz")[0] == second.ask("GET", "/healthz")[0] == 200
