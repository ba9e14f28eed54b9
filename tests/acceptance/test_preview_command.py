"""`newsletter preview` from the outside: addresses, hosts, ports, and its end."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page


def ask(url: str, path: str = "/", host: str | None = None) -> tuple[int, str]:
    """Status and text, the path and host sent exactly as they are given."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    connection.request("GET", path, headers={"Host": host} if host else {})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def refused(publication: Path, *options: str) -> str:
    """What a preview that does not start says."""
    done = subprocess.run(
        [sys.executable, "-m", "newsletter", "preview", *options],
        cwd=publication,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    return done.stderr


def test_it_prints_the_address_of_the_issue(start: Any) -> None:
    preview = start("2023-12", "--port", "0", "--no-browser")
    assert preview.said == f"Previewing {preview.url} (Ctrl-C to stop)\n"
    assert preview.url.endswith("/2023-12")
    assert ask(preview.url, "/2023-12")[0] == 200


def test_without_an_issue_it_is_the_list(start: Any) -> None:
    preview = start("--port", "0", "--no-browser")
    assert preview.url == preview.base + "/"
    assert "Warmth and its limits" in ask(preview.url)[1]


@pytest.mark.parametrize("issue", ["latest", "issues/2023-12.yaml"])
def test_an_issue_may_be_named_otherwise(start: Any, issue: str) -> None:
    assert start(issue, "--port", "0", "--no-browser").url.endswith("/2023-12")


def test_a_broken_issue_can_be_previewed_too(start: Any, publication: Path) -> None:
    (publication / "issues/2023-12.yaml").write_text("month: 2023-12\n")
    preview = start("2023-12", "--port", "0", "--no-browser")
    assert "&#39;summaries&#39; is missing" in ask(preview.url, "/2023-12")[1]


def test_an_unknown_issue_is_refused(publication: Path) -> None:
    assert "2020-01" in refused(publication, "2020-01", "--no-browser")


def test_an_issue_of_elsewhere_is_refused(publication: Path) -> None:
    elsewhere = publication.parent / "2023-12.yaml"
    elsewhere.write_text("month: 2023-12\n")
    complaint = refused(publication, str(elsewhere), "--no-browser")
    assert "not an issue of this publication; move it into issues/" in complaint


def test_it_opens_the_browser(start: Any, tmp_path: Path) -> None:
    browser, opened = tmp_path / "browser", tmp_path / "opened"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > {opened}.part; mv {opened}.part {opened}\n')
    browser.chmod(browser.stat().st_mode | stat.S_IXUSR)
    preview = start("2023-12", "--port", "0", env={"BROWSER": f"{browser} %s"})
    for _ in range(100):
        if opened.exists():
            break
        time.sleep(0.1)
    assert opened.read_text() == preview.url


def test_no_browser_is_no_obstacle(start: Any) -> None:
    preview = start("2023-12", "--port", "0", env={"BROWSER": "/nowhere/browser", "PATH": ""})
    assert ask(preview.url)[0] == 200
    complaint = "no browser could be opened; open the address above yourself\n"
    assert preview.stop() == (0, complaint)


@pytest.mark.parametrize(
    "name",
    ["", "http://desk.lan", "*", "my host", "desk.lan:8000", "[::1", "[::1]:80", "1.2.3", "a..b"],
)
def test_an_allowed_host_is_a_name_alone(publication: Path, name: str) -> None:
    assert refused(publication, "--allow-host", name, "--no-browser") == (
        f"--allow-host '{name}' is not a host name; "
        "write the name alone, without http:// or a port\n"
    )


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("Desk.LAN.", "desk.lan:8000"),
        ("192.0.2.7", "192.0.2.7"),
        ("2001:DB8:0::1", "[2001:db8::1]:8000"),
        ("[2001:db8::1]", "[2001:db8::1]"),
        ("bücher.example", "xn--bcher-kva.example"),
    ],
)
def test_a_name_is_allowed_as_browsers_send_it(start: Any, name: str, asked: str) -> None:
    preview = start("--allow-host", name, "--port", "0", "--no-browser")
    assert ask(preview.url, host=asked)[0] == 200


def test_no_name_at_all_is_no_issue(publication: Path) -> None:
    assert "'' is not an issue" in refused(publication, "", "--no-browser")


@pytest.mark.parametrize("name", ["2023-12", "issues/2023-12.yaml", "../drafts/warmth.yaml"])
def test_an_issue_may_be_a_link_to_a_file_elsewhere(
    start: Any, publication: Path, name: str
) -> None:
    drafts = publication.parent / "drafts"
    drafts.mkdir()
    (publication / "issues/2023-12.yaml").rename(drafts / "warmth.yaml")
    (publication / "issues/2023-12.yaml").symlink_to(drafts / "warmth.yaml")
    assert start(name, "--port", "0", "--no-browser").url.endswith("/2023-12")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@pytest.mark.parametrize("stdout", [">&-", "| true", "> /dev/full"])
def test_nobody_has_to_read_the_address(publication: Path, stdout: str) -> None:
    port = free_port()
    command = f"{sys.executable} -m newsletter preview --no-browser --port {port}"
    late = f"{{ sleep 0.3; exec {command}; }} {stdout}"  # a reader leaves before it is spoken to
    shell = subprocess.Popen(
        ["bash", "-c", late],
        cwd=publication,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert answered(port) == 200
        assert ask(f"http://127.0.0.1:{port}/", "/2023-12")[0] == 200
    finally:
        os.killpg(shell.pid, signal.SIGTERM)
        complaint = shell.communicate(timeout=10)[1]
    assert complaint == ""


def answered(port: int) -> int:
    """The status of the first page once the preview listens."""
    for _ in range(100):
        try:
            return ask(f"http://127.0.0.1:{port}/")[0]
        except OSError:
            time.sleep(0.1)
    raise AssertionError("it does not listen")


def test_a_malformed_request_is_not_the_authors_business(preview: Any) -> None:
    parts = urlsplit(preview.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=5) as connection:
        connection.sendall(b"\x16\x03\x01 nonsense\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 400")
    assert preview.stop() == (0, "")


@pytest.mark.parametrize(("host", "status"), [("127.0.0.1", 200), ("evil.example", 421)])
def test_a_target_in_absolute_form_is_understood(preview: Any, host: str, status: int) -> None:
    answer = ask(preview.url, f"http://{host}:8000/2023-12?view=text", host="127.0.0.1")
    assert answer[0] == status
    assert ("SMALL DIGEST" in answer[1]) == (status == 200)


def test_a_taken_port_is_told_with_the_way_out(publication: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        complaint = refused(publication, "--port", str(port), "--no-browser")
    assert complaint == (
        f"port {port} is in use; choose another with --port {port + 1}, "
        "or --port 0 for any free one\n"
    )


def test_another_host_needs_a_name(publication: Path) -> None:
    everywhere = "0.0.0.0"  # noqa: S104 - to be refused
    complaint = refused(publication, "--host", everywhere, "--port", "0", "--no-browser")
    assert "add --allow-host NAME" in complaint


def test_an_allowed_name_is_answered(start: Any) -> None:
    everywhere = "0.0.0.0"  # noqa: S104 - this is what is tested
    options = ("--host", everywhere, "--allow-host", "desk.lan", "--port", "0", "--no-browser")
    preview = start(*options)
    assert preview.url.startswith("http://127.0.0.1:")
    assert ask(preview.url, host="desk.lan:8000")[0] == 200
    assert ask(preview.url, host="other.lan")[0] == 421


def test_a_host_that_is_not_here_is_refused(publication: Path) -> None:
    options = ("--host", "203.0.113.7", "--allow-host", "x.example", "--no-browser")
    assert "203.0.113.7" in refused(publication, *options)


def test_foreign_hosts_are_refused(preview: Any) -> None:
    status, text = ask(preview.url, "/2023-12", host="evil.example")
    assert status == 421
    assert "Warmth" not in text


@pytest.mark.parametrize(
    "path",
    [
        "/../newsletter.yaml",
        "/..%2fnewsletter.yaml",
        "/2023-12/../../etc/passwd",
        "/2023-12/..%2f..%2f..%2fetc%2fpasswd",
        "/assets/../pages/base.html",
        "/assets/..%2fpages%2fbase.html",
        "//etc/passwd",
    ],
)
def test_paths_outside_of_the_publication_show_nothing(preview: Any, path: str) -> None:
    status, text = ask(preview.url, path)
    assert status == 404
    assert "There is no such page" in text


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_at_once_with_open_pages(preview: Any, page: Page, sign: int) -> None:
    page.goto(preview.url)
    page.goto(preview.base)
    page.context.new_page().goto(preview.url)
    assert preview.stop(sign) == (0, "")


@pytest.mark.parametrize("delay", [0, 0.02, 0.05, 0.1, 0.2])
def test_it_can_be_stopped_as_soon_as_it_has_said_its_address(start: Any, delay: float) -> None:
    preview = start("--port", "0", "--no-browser")
    time.sleep(delay)
    assert preview.stop() == (0, "")


def test_a_second_ctrl_c_does_no_harm(preview: Any, page: Page) -> None:
    page.goto(preview.url)
    os.kill(preview._process.pid, signal.SIGINT)
    assert preview.stop() == (0, "")


def test_a_long_list_does_not_hold_the_end(start: Any, publication: Path) -> None:
    text = (publication / "issues/2023-12.yaml").read_text("utf-8")
    for number in range(480):
        month = f"{1980 + number // 12}-{number % 12 + 1:02}"
        issue = text.replace("month: 2023-12", f"month: {month}")
        (publication / f"issues/{month}.yaml").write_text(issue, "utf-8")
    preview = start("--port", "0", "--no-browser")
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(ask, preview.url)
        time.sleep(0.5)
        assert preview.stop() == (0, "")
        assert asked.result()[0] == 503
