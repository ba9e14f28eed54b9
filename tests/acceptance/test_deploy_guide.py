"""What the guide to deployment shows is what the program has, and its files agree."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import urlsplit

import httpx
import pytest

from newsletter.cli.main import main
from newsletter.web.public import bodies, server

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "how-to" / "deploy"
PAGE = FOLDER.with_suffix(".md").read_text("utf-8")
FILES = {path.name: path.read_text("utf-8") for path in sorted(FOLDER.iterdir())}
UNIT, NGINX, CADDY = FILES["newsletter.service"], FILES["nginx.conf"], FILES["Caddyfile"]
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
OURS = re.compile(r"`(?:sudo )?(?:/opt/newsletter/bin/)?(newsletter [a-z][^`]*)`")
REPEATED = {"SystemCallFilter"}
"""Settings of a unit of which each line adds to the one before."""
HOST = "news.example.org"
VALUES = {
    "NEWSLETTER_SECRET": "a secret of this test, long enough",
    "SENDGRID_API_KEY": "",
    "SENDGRID_WEBHOOK_KEY": "",
}


def test_every_file_stands_in_the_page_as_it_is() -> None:
    shown = {content for _, content in BLOCKS}
    assert {name for name, content in FILES.items() if content not in shown} == set()


def test_every_command_exists_with_its_options(understand: Callable[[str], None]) -> None:
    typed = [match[1] for match in OURS.finditer(PAGE)] + [_setting(UNIT, "ExecStart")]
    assert len(typed) >= 5
    for each in typed:
        understand(each)


def test_every_environment_variable_is_one_that_the_program_reads(variables: Set[str]) -> None:
    read = variables | {str(each.envvar) for each in main.params if each.envvar}
    text = PAGE + "".join(FILES.values())
    named = set(re.findall(r"\b(?:NEWSLETTER|SENDGRID)_[A-Z_]+", text))
    assert named - read == set()
    assert set(_environment()) <= named


def test_the_unit_has_each_setting_once() -> None:
    names = re.findall(r"^([A-Z]\w+)=", UNIT, re.MULTILINE)
    assert {name for name in names if names.count(name) > 1} == REPEATED
    assert re.findall(r"^\[(\w+)\]$", UNIT, re.MULTILINE) == ["Unit", "Service", "Install"]
    lines = [line for line in UNIT.splitlines() if line and line[0] not in "#["]
    assert [line for line in lines if not re.match(r"[A-Z]\w+=", line)] == []


def test_the_files_agree_on_addresses_and_paths() -> None:
    start = _setting(UNIT, "ExecStart")
    listening = re.search(r"--host (\S+) --port (\d+)", start)
    assert listening
    address = ":".join(listening.groups())
    assert set(re.findall(r"proxy_pass http://(.*);", NGINX)) == {address}
    assert re.findall(r"reverse_proxy (\S+)", CADDY) == [address]
    script = FILES["newsletter.sh"]
    assert start.split()[0] in script
    assert f". {_setting(UNIT, 'EnvironmentFile')}\n" in script
    assert f"sudo -u {_setting(UNIT, 'User')} " in script
    state = f"/var/lib/{_setting(UNIT, 'StateDirectory')}/"
    assert _environment()["NEWSLETTER_DATABASE"].startswith(f"sqlite:///{state}")
    for name, content in FILES.items():
        installed = re.search(r"^# (/\S+)$", content, re.MULTILINE)
        assert installed, name


def test_the_commands_of_the_page_install_each_file_where_it_says_it_stands() -> None:
    copied = re.findall(r"docs/how-to/deploy/(\S+) (/\S+)$", PAGE, re.MULTILINE)
    assert len(copied) == 3
    for name, place in copied:
        assert f"# {place}\n" in FILES[name]


def test_the_limits_around_the_application_leave_room_for_its_own() -> None:
    assert int(_setting(UNIT, "TimeoutStopSec")) > server._GRACE
    assert int(_setting(UNIT, "LimitNOFILE")) > 2 * server._CONNECTIONS
    (idle,) = re.findall(r"keepalive (\d+)s", CADDY)
    assert int(idle) < server._IDLE_SECONDS
    (patience,) = re.findall(r"read_body (\d+)s", CADDY)
    assert int(patience) >= bodies.PATIENCE
    assert (
        f"after {server._HEAD_SECONDS:.0f} seconds and its body\nafter {bodies.PATIENCE:.0f}"
        in PAGE
    )


def test_nginx_replaces_what_strangers_say_of_themselves() -> None:
    headers = dict(re.findall(r"proxy_set_header (\S+) (\S+);", NGINX))
    assert headers == {
        "Host": "$host",
        "X-Forwarded-For": "$remote_addr",
        "X-Forwarded-Proto": "$scheme",
    }


def test_no_proxy_logs_a_token() -> None:
    servers = re.findall(r"^server \{.*?^\}", NGINX, re.MULTILINE | re.DOTALL)
    assert len(servers) == 2
    assert all("access_log off;" in each for each in servers)
    assert re.search(r"location /u/ \{[^}]*error_log /dev/null emerg;", NGINX)
    assert "request>uri regexp /u/.* /u/…" in CADDY


@pytest.mark.parametrize(
    ("text", "ends"),
    [(NGINX, (";", "{", "}")), (CADDY, None)],
    ids=["nginx", "caddy"],
)
def test_the_blocks_of_a_proxy_are_closed(text: str, ends: tuple[str, ...] | None) -> None:
    depth = 0
    for line in (line.strip() for line in text.splitlines()):
        if not line or line.startswith("#"):
            continue
        assert ends is None or line.endswith(ends), line
        depth += line.endswith("{") - (line == "}")
        assert depth >= 0
    assert depth == 0


def _setting(unit: str, name: str) -> str:
    (value,) = re.findall(rf"^{name}=(.*)$", unit, re.MULTILINE)
    return str(value)


def _environment() -> dict[str, str]:
    lines = (line for line in FILES["environment"].splitlines() if not line.startswith("#"))
    return {name: value for name, _, value in (line.partition("=") for line in lines)}


@dataclass(frozen=True)
class Served:
    """A running `newsletter serve`, as the guide sets it up."""

    url: str
    log: Path

    def ask(self, method: str, path: str, body: bytes, host: str) -> httpx.Response:
        headers = {"Host": host, "Content-Type": "application/x-www-form-urlencoded"}
        return httpx.request(method, self.url + path, content=body, headers=headers)


def _settings() -> str:
    """The repository's own publication, with what the page adds to its newsletter.yaml."""
    (added,) = (content for kind, content in BLOCKS if kind == "yaml")
    own = (ROOT / "newsletter.yaml").read_text("utf-8")
    return re.sub(r"(?m)^web_url:.*", f"web_url: https://{HOST}", own) + f"\n{added}"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    (tmp_path / "newsletter.yaml").write_text(_settings(), "utf-8")
    (tmp_path / "issues").mkdir()
    env = {**os.environ, **_environment(), **VALUES}
    env["NEWSLETTER_CONFIG"] = str(tmp_path / "newsletter.yaml")
    env["NEWSLETTER_DATABASE"] = f"sqlite:///{tmp_path}/newsletter.db"
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "newsletter", "serve", "--port", "0"],
            cwd="/", env=env, stdout=subprocess.PIPE, stderr=log, text=True,
        )  # fmt: skip
    try:
        assert process.stdout
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found, (tmp_path / "log").read_text()
        yield Served(found[0], tmp_path / "log")
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=15) == 0
    finally:
        process.kill()
        process.communicate()


def test_the_checklist_holds_of_the_application_itself(served: Served) -> None:
    rows = re.findall(r"^\| `(curl [^`]*)` \| (\d+)\b(.*) \|$", PAGE, re.MULTILINE)
    asked = 0
    for command, status, more in rows:
        words = shlex.split(command)
        url = urlsplit(words[-1])
        if url.scheme != "https":
            continue  # a matter of the proxy
        options = dict(zip(words[2:-1:2], words[3:-1:2], strict=True))
        body = options.get("-d")
        host = options.get("-H", f"Host: {url.netloc}").removeprefix("Host: ")
        answer = served.ask("POST" if body else "GET", url.path, (body or "").encode(), host)
        assert answer.status_code == int(status), command
        assert "set-cookie" not in answer.headers
        for header in re.findall(r"`([a-z-]+)`", more):
            assert header in answer.headers, command
        asked += 1
    assert asked == 6


def test_the_log_has_the_lines_that_the_page_shows_and_masks_tokens(served: Served) -> None:
    (shown,) = (json.loads(content) for kind, content in BLOCKS if kind == "json")
    served.ask("POST", "/u/somebodys-token", b"List-Unsubscribe=One-Click", HOST)
    end = monotonic() + 15
    while not (logged := served.log.read_text("utf-8")).endswith("\n"):  # after the answer
        assert monotonic() < end, "nothing was logged"
        sleep(0.01)
    (line,) = logged.splitlines()
    entry = json.loads(line)
    assert list(entry) == list(shown)
    assert (entry["method"], entry["path"]) == (shown["method"], shown["path"])
    assert {type(entry[key]) for key in ("status", "bytes")} == {int}


def test_the_unsubscribe_specimen_sends_readers_nowhere_else(served: Served) -> None:
    answer = served.ask("POST", "/u/preview", b"List-Unsubscribe=One-Click", HOST)
    assert (answer.status_code, "location" in answer.headers) == (200, False)


def test_a_guess_is_counted_by_the_address_that_the_proxy_gives(served: Served) -> None:
    (most,) = map(int, re.findall(r"by client: (\d+) a minute, then 429", PAGE))

    def guess(forwarded: str) -> int:
        headers = {"Host": HOST, "X-Forwarded-For": forwarded}
        return httpx.get(f"{served.url}/u/made-up", headers=headers).status_code

    assert [guess("192.0.2.1") for _ in range(most)] == [404] * most
    assert (guess("192.0.2.1"), guess("192.0.2.2")) == (429, 404)
    assert guess("192.0.2.3, 192.0.2.1") == 429  # of which the proxy wrote the last only


def test_events_of_the_size_that_nginx_lets_through_reach_the_application(served: Served) -> None:
    (megabytes,) = map(int, re.findall(r"client_max_body_size (\d+)m;", NGINX))
    size = megabytes * 1024 * 1024
    statuses = [
        served.ask("POST", "/webhooks/sendgrid", b"x" * length, HOST).status_code
        for length in (size, size + 1)
    ]
    assert statuses == [403, 413]
