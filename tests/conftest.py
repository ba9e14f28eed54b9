"""What tests of several stations share: a publication, servers and databases of their own."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Lock, Thread
from time import monotonic, sleep
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine

from newsletter.config import Config, load_config
from newsletter.store import open_store

# A busy machine is no failure of a property.
settings.register_profile("newsletter", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("newsletter")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the quick tests first; also, Playwright keeps an event loop until the end."""
    items.sort(key=lambda item: "acceptance" in item.path.parts)


TEMPLATES = Path(__file__).parents[1] / "templates"
SETTINGS = """\
name: Practice Digest
tagline: Research for practice
language: en-CA
timezone: America/Toronto
sender: {name: PPRNet, email: news@digest.example}
postal_address: 136 Jean-Jacques-Lussier, Ottawa, Ontario, Canada
contact: https://digest.example/contact
web_url: https://news.digest.example
topics: [Adherence, Empathy, Therapist Factors, Training]
research_types: [Meta-analysis, Naturalistic study, Survey]
"""
ISSUE = """\
month: 2023-12
subject: Empathy that is acted on
intro: |
  Some words to begin with.
summaries:
  - title: Does empathy help?
    citation: Author, A. (2023). Empathy. *A Journal, 7*(1), 1–9.
    doi: 10.1037/cou0000708
    research_type: Survey
    topics: [Empathy, Training]
    summary: |
      A team studied it.
    practice_implications: |
      Ask your patients.
  - title: Does training help?
    summary: |
      It's what "trainers" say.
    practice_implications: |
      Train.
"""
MARK = "‸"


@dataclass(frozen=True)
class Publication:
    """A publication's folder, with what tests do to it."""

    root: Path

    def config(self, environment: Mapping[str, str] | None = None) -> Config:
        """Its configuration, read anew."""
        return load_config(self.root / "newsletter.yaml", environment or {})

    def write_issue(self, content: str | bytes = ISSUE, name: str = "2023-12.yaml") -> Path:
        """An issue file with this content."""
        path = self.root / "issues" / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path


@pytest.fixture(scope="session")
def make_publication() -> Callable[[Path], Publication]:
    """Makes a publication without issues in a folder."""

    def make(root: Path) -> Publication:
        (root / "newsletter.yaml").write_text(SETTINGS, encoding="utf-8")
        (root / "issues").mkdir()
        shutil.copytree(TEMPLATES, root / "templates")
        return Publication(root)

    return make


@pytest.fixture
def publication(tmp_path: Path, make_publication: Callable[[Path], Publication]) -> Publication:
    """A publication with the issue of December 2023."""
    publication = make_publication(tmp_path)
    publication.write_issue()
    return publication


@pytest.fixture(scope="session")
def issue_text() -> str:
    """The text of the publication's issue: two summaries, no problem."""
    return ISSUE


@pytest.fixture(scope="session")
def unmarked() -> Callable[[str], tuple[str, list[tuple[int, int]]]]:
    """A text without its '‸' marks, and the line and column of what each stood before."""

    def split(text: str) -> tuple[str, list[tuple[int, int]]]:
        pieces = text.split(MARK)
        places, before = [], ""
        for piece in pieces[:-1]:
            before += piece
            places.append((before.count("\n") + 1, len(before) - before.rfind("\n")))
        return "".join(pieces), places

    return split


@dataclass(frozen=True)
class Reply:
    """What a server says in place of the truth."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0
    """Seconds before the first byte."""
    drip: float = 0
    """Seconds between the bytes of the body."""


@dataclass(frozen=True)
class Asked:
    """A question that a server was asked."""

    route: str
    doi: str
    path: str
    headers: Mapping[str, str]
    at: float


class Crossref(ThreadingHTTPServer):
    """A server on this machine that answers as Crossref and doi.org do together.

    `/10.…` leads to `/v1/works/10.…/transform`, whose citation claims the wrong charset, as
    the real one does; `/works/10.…` is JSON.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.works: dict[str, dict[str, Any]] = {}
        self.citations: dict[str, str] = {}
        self.instead: dict[str, list[Reply]] = {"works": [], "doi": [], "transform": []}
        """Replies by route; the last one is given for ever."""
        self.asked: list[Asked] = []
        self.at_once = 0
        """The most questions that were under way together."""
        self.under_way = 0
        self.lock = Lock()
        self.closing = Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")

    @property
    def settings(self) -> str:
        """The lines of a newsletter.yaml that lead here."""
        return f"crossref: {{base_url: {self.url}, doi_url: {self.url}, mailto: ed@a.example}}\n"

    def add(self, doi: str, title: str, citation: str, **more: Any) -> None:
        """A study that the server knows."""
        self.works[doi] = {"DOI": doi, "title": [title], **more}
        self.citations[doi] = citation

    def truth(self, route: str, doi: str) -> Reply:
        if doi not in self.works:
            return Reply(404, b"Resource not found.", {"Content-Type": "text/plain"})
        if route == "doi":
            return Reply(302, b"", {"Location": f"/v1/works/{quote(doi, safe='')}/transform"})
        if route == "transform":
            kind = {"Content-Type": "text/x-bibliography; charset=iso-8859-1"}
            return Reply(200, self.citations[doi].encode(), kind)
        answer = {"status": "ok", "message-type": "work", "message": self.works[doi]}
        return Reply(200, json.dumps(answer).encode(), {"Content-Type": "application/json"})

    def handle_error(self, *_: Any) -> None:
        """A client that went away is no concern of a test."""


class _Answering(BaseHTTPRequestHandler):
    server: Crossref

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        route, doi = "doi", path.removeprefix("/")
        if path.startswith("/works/"):
            route, doi = "works", path.removeprefix("/works/")
        elif path.startswith("/v1/works/"):
            route, doi = "transform", path.removeprefix("/v1/works/").removesuffix("/transform")
        with self.server.lock:
            self.server.under_way += 1
            self.server.at_once = max(self.server.at_once, self.server.under_way)
            question = Asked(route, unquote(doi), self.path, dict(self.headers), monotonic())
            self.server.asked.append(question)
            replies = self.server.instead[route]
            reply = replies.pop(0) if len(replies) > 1 else next(iter(replies), None)
        try:
            self._say(reply or self.server.truth(route, unquote(doi)))
        finally:
            with self.server.lock:
                self.server.under_way -= 1

    def _say(self, reply: Reply) -> None:
        self.server.closing.wait(reply.delay)
        self.send_response(reply.status)
        for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if not reply.drip:
            self.wfile.write(reply.body)
            return
        for byte in reply.body:
            self.wfile.write(bytes([byte]))
            if self.server.closing.wait(reply.drip):
                return

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def reply() -> type[Reply]:
    """Makes what a server says in place of the truth."""
    return Reply


@pytest.fixture
def crossref() -> Iterator[Crossref]:
    """A server that answers as Crossref and doi.org do."""
    with Crossref() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield server
        server.closing.set()
        server.shutdown()
        thread.join()


SERVICES = Path(__file__).parents[1] / ".cache" / "services"
"""Where `tools/setup services` puts programs that the system lacks."""


@pytest.fixture(scope="session")
def program() -> Callable[[str], Path]:
    """Finds a program that is no part of Python, such as `postgres` or `smtp-sink`."""

    def find(name: str) -> Path:
        debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
        folders = ["/usr/sbin", *map(str, debian), str(SERVICES / "bin")]
        found = shutil.which(name, path=os.pathsep.join([os.environ["PATH"], *folders]))
        if found is None:
            pytest.fail(f"the tests need '{name}': run 'tools/setup services'", pytrace=False)
        return Path(found).resolve()

    return find


@dataclass
class PostgreSQL:
    """A server of the tests' own, which ends when the tests do, however they end."""

    host: str
    port: int
    admin: psycopg.Connection[Any]
    numbers: Iterator[int] = field(default_factory=count)

    def url(self, name: str, user: str = "newsletter") -> str:
        return f"postgresql://{user}@{self.host}:{self.port}/{name}"

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of an empty database."""
        name = f"test_{next(self.numbers)}"
        self.admin.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        yield self.url(name)
        self.admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


PG_HBA = """\
local all all trust
host all newsletter 127.0.0.1/32 trust
host all all 127.0.0.1/32 scram-sha-256
"""
PG_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": ".",
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "jit": "off",
    "shared_buffers": "64MB",
    "max_connections": "60",
    "TimeZone": "UTC",
}
"""A power cut would lose its data, which nobody wants; no other promise is given up."""
ENDS_WITH_THE_TESTS = """\
exec 3<&0
{ read -r _ <&3; kill -QUIT $$; } 2>/dev/null &
exec "$@" 3<&- </dev/null
"""
"""Its input ends when the tests do, even where they are killed."""


def unprivileged() -> dict[str, Any]:
    """How a process starts that refuses to be root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def within_reach(programs: Path, folder: Path) -> Path:
    """These programs where `nobody` can run them: root's checkout may be closed to others."""
    if os.geteuid() != 0 or SERVICES not in programs.parents:
        return programs
    shutil.copytree(SERVICES, folder / "services", symlinks=True)
    return folder / "services" / "bin"


def make_cluster(initdb: Path, folder: Path) -> None:
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody")
    command = [initdb, "-D", "data", "-U", "newsletter", "-A", "trust", "-E", "UTF8"]
    made = subprocess.run(
        [*command, "--locale=C", "--no-sync"],
        cwd=folder, capture_output=True, text=True, check=False, **unprivileged(),
    )  # fmt: skip
    if made.returncode:
        pytest.fail(f"initdb fails:\n{made.stdout}{made.stderr}", pytrace=False)
    (folder / "data" / "pg_hba.conf").write_text(PG_HBA)


@contextmanager
def postgres_process(postgres: Path, folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    settings = [word for item in PG_SETTINGS.items() for word in ("-c", "=".join(item))]
    command = ["sh", "-c", ENDS_WITH_THE_TESTS, "sh", postgres, "-D", "data", "-p", str(port)]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [*command, *settings],
            stdin=subprocess.PIPE, stdout=log, stderr=log,
            cwd=folder, start_new_session=True, **unprivileged(),
        )  # fmt: skip
    with server:  # closes its input, and waits
        yield server


def connected(server: subprocess.Popen[bytes], url: str) -> psycopg.Connection[Any] | None:
    """A connection as soon as the server answers; none where it ends instead."""
    for _ in range(600):
        if server.poll() is not None:
            return None
        with suppress(psycopg.OperationalError):
            return psycopg.connect(url, autocommit=True)
        sleep(0.05)
    return None


@pytest.fixture(scope="session")
def postgresql_server(program: Callable[[str], Path]) -> Iterator[PostgreSQL]:
    """A PostgreSQL in a temporary folder, on a free port of this machine."""
    parent = "/tmp" if os.geteuid() == 0 else None  # noqa: S108, open to nobody
    with TemporaryDirectory(prefix="newsletter-postgresql-", dir=parent) as name:
        folder = Path(name)
        programs = within_reach(program("postgres").parent, folder)
        make_cluster(programs / "initdb", folder)
        for _ in range(3):  # somebody else may take the port first
            port = free_port()
            with postgres_process(programs / "postgres", folder, port) as process:
                url = f"postgresql://newsletter@127.0.0.1:{port}/postgres"
                if admin := connected(process, url):
                    with admin:
                        yield PostgreSQL("127.0.0.1", port, admin)
                    return
        said = (folder / "log").read_text(errors="replace")
        pytest.fail(f"PostgreSQL does not start:\n{said}", pytrace=False)


@pytest.fixture
def postgresql(postgresql_server: PostgreSQL) -> Iterator[str]:
    """The URL of an empty PostgreSQL database."""
    with postgresql_server.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, of either kind."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgresql"))
    return f"sqlite:///{tmp_path / 'newsletter.db'}"


@pytest.fixture
def store(database: str, tmp_path: Path) -> Iterator[Engine]:
    """An open store, of either kind."""
    engine = open_store(database, tmp_path)
    yield engine
    engine.dispose()
