"""`newsletter schedule`: how it starts and stops, and when it sends what is saved and changed."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from tests.acceptance.scheduling.offices import AT_ONCE, EDITOR, ISSUE, PATIENCE, stopped

LINE = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d (info|warning|error) [a-z-]+( [a-z_]+=.*)?"


def test_before_its_minute_nothing_goes_out(morning: Any) -> None:
    due = [morning.scenes[name] for name in ("punctual", "asleep", "sqlite", "postgresql")]
    sleep(1)
    sent = [scene.office.got for scene in due]
    assert not any(sent) or datetime.now(UTC) >= morning.at
    told = due[0].office.until(due[0].office.told)
    assert "goes out on" in told[0], "it has told each operator what will go out"


# Starting and stopping


def test_it_says_one_line_and_logs_the_rest(office: Any) -> None:
    ran = stopped(office.daemon())
    assert ran.stdout == "Scheduling Practice Digest (Ctrl-C to stop)\n"
    lines = ran.stderr.splitlines()
    assert all(re.fullmatch(LINE, line) for line in lines), lines
    assert re.search(r'info started publication="Practice Digest"$', lines[0])
    assert lines[-1].endswith("info stopped")


def test_with_json_each_line_of_its_log_is_an_object(office: Any) -> None:
    office.due()
    daemon = office.daemon("--json", NEWSLETTER_SECRET="short")  # noqa: S106, which it remarks on
    office.until(lambda: office.got == office.everybody)
    office.until(lambda: '"result"' in daemon.complaint)
    daemon.send_signal(signal.SIGTERM)
    events = [json.loads(line) for line in daemon.wait().stderr.splitlines()]
    names = [event["event"] for event in events]
    assert names[:2] == ["note", "started"]
    assert names[-1] == "stopped"
    assert {"sending", "run-ended", "result"} <= set(names)
    (ended,) = (event for event in events if event["event"] == "run-ended")
    assert (ended["issue"], ended["accepted"], ended["remaining"]) == (ISSUE, 12, 0)


def test_without_a_secret_it_does_not_start(office: Any) -> None:
    ran = office.run("schedule", NEWSLETTER_SECRET="")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "NEWSLETTER_SECRET" in ran.stderr


def test_idle_it_stops_at_once(office: Any) -> None:
    daemon = office.daemon("--json")
    sleep(0.5)
    asked = datetime.now(UTC)
    stopped(daemon)
    (end,) = office.logged(daemon, "stopped")
    assert end - asked < AT_ONCE


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "2>/dev/full >/dev/full"])
def test_it_goes_on_though_nobody_reads(office: Any, closed: str) -> None:
    office.due()
    command = f'exec "$0" -m newsletter schedule {closed}'
    daemon = office.opened.enter_context(
        subprocess.Popen(
            ["sh", "-c", command, sys.executable],
            cwd=office.root, env=office.env(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
    )  # fmt: skip
    office.opened.callback(daemon.kill)
    office.until(lambda: office.got == office.everybody)
    daemon.send_signal(signal.SIGTERM)
    assert daemon.wait(PATIENCE) == 0


def test_it_goes_on_when_its_readers_have_left(office: Any) -> None:
    read, write = os.pipe()
    daemon = office.open("schedule", stdout=write, stderr=write)
    os.close(write)
    os.close(read)
    office.due()
    office.until(lambda: office.got == office.everybody)
    daemon.send_signal(signal.SIGTERM)
    assert daemon.wait(PATIENCE) == 0


def is_waiting(daemon: Any, sign: int) -> bool:
    """Whether a signal has not reached a process yet; a second one would be lost in it."""
    status = Path(f"/proc/{daemon.pid}/status").read_text("ascii")
    pending = re.findall(r"^(?:Sig|Shd)Pnd:\s*(\w+)$", status, re.MULTILINE)
    return any(int(each, 16) >> (sign - 1) & 1 for each in pending)


@pytest.mark.parametrize("between", [0.05, 1])
def test_a_second_ctrl_c_waits_for_nothing(office: Any, gate: Any, between: float) -> None:
    office.due()
    daemon = office.daemon()
    office.until(lambda: gate.waiting == 4)
    daemon.send_signal(signal.SIGINT)
    office.until(lambda: not is_waiting(daemon, signal.SIGINT))
    sleep(between)
    assert daemon.alive
    daemon.send_signal(signal.SIGINT)
    assert daemon.wait().returncode == 130  # the gate would hold it up for longer by far


# What it sends, and when


def test_a_file_saved_while_it_runs_goes_out(office: Any) -> None:
    daemon = office.daemon("--json")
    sleep(1)
    assert not office.got
    saved = datetime.now(UTC)
    office.due()
    office.until(lambda: office.got == office.everybody)
    (sent,) = office.logged(daemon, "sending")
    assert sent - saved < AT_ONCE


def test_what_is_saved_over_and_over_goes_out_once(office: Any) -> None:
    office.due()
    office.daemon()
    for number in range(20):
        office.due(subject=f"said, {number}")
        sleep(0.1)
    office.until(lambda: office.got == office.everybody)
    sleep(1)
    assert office.got == office.everybody


def test_a_change_of_any_file_has_it_try_again_at_once(office: Any) -> None:
    office.server.whim = lambda moment: "421 4.3.2 down" if moment.stage == "greeting" else None
    path = office.due()
    daemon = office.daemon("--json")
    office.until(lambda: office.logged(daemon, "refused"))
    office.server.whim = lambda moment: None
    saved = datetime.now(UTC)
    os.utime(path)
    path.write_bytes(path.read_bytes())
    office.until(lambda: office.got == office.everybody)
    assert office.logged(daemon, "sending")[-1] - saved < AT_ONCE


def test_a_settings_file_that_breaks_stops_all_and_is_told_once(office: Any) -> None:
    daemon = office.daemon()
    settings = office.root / "newsletter.yaml"
    good = settings.read_text("utf-8")
    settings.write_text(good + "colour: blue\n", "utf-8")
    office.until(lambda: "trouble" in daemon.complaint)
    office.due()
    sleep(2)
    assert not office.got
    assert daemon.complaint.count("error trouble") == 1
    assert "colour" in daemon.complaint
    settings.write_text(good, "utf-8")
    office.until(lambda: office.got == office.everybody)
    stopped(daemon)


def test_other_settings_hold_from_when_they_are_saved(office: Any) -> None:
    office.settings(approval="required")
    office.due()
    daemon = office.daemon()
    office.until(lambda: "nobody approved it" in daemon.complaint)
    office.settings(approval="none")
    office.until(lambda: office.got == office.everybody)
    assert "opened-anew" in daemon.complaint


def test_without_its_settings_file_it_is_no_other_publication(office: Any) -> None:
    daemon = office.daemon()
    settings = office.root / "newsletter.yaml"
    other = office.root.parent / "newsletter.yaml"
    (office.root.parent / "issues").mkdir()
    other.write_bytes(settings.read_bytes())
    settings.unlink()
    office.until(lambda: "error trouble" in daemon.complaint)
    assert "opened-anew" not in daemon.complaint
    stopped(daemon)


# Its log


@pytest.mark.parametrize(
    "address", ["<news@digest.example>", "o'neil+list=a@digest.example", '"odd one"@digest.example']
)
def test_what_a_server_says_of_an_address_is_not_in_its_log(office: Any, address: str) -> None:
    office.settings(operators=(EDITOR,))
    refusal = f"421 4.7.0 {address}: sender rejected"
    office.server.whim = lambda moment: refusal if moment.stage == "greeting" else None
    office.due()
    daemon = office.daemon()
    office.until(lambda: "operators-not-told" in daemon.complaint)
    log = stopped(daemon).stderr
    assert "…@…" in log
    assert not re.search("digest|neil|odd", log)
