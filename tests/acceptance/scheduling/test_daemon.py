"""`newsletter schedule`: it sends at the minute, and nothing that happens meanwhile ends it."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from time import monotonic, sleep
from typing import Any

import pytest

ISSUE = "2023-12"
EDITOR, CHAIR = "editor@digest.example", "chair@digest.example"
LINE = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d (info|warning|error) [a-z-]+( [a-z_]+=.*)?"


def stopped(daemon: Any, seconds: float = 5) -> Any:
    """It ends at SIGTERM as it should."""
    daemon.send_signal(signal.SIGTERM)
    ran = daemon.wait(seconds)
    assert ran.returncode == 0, ran
    return ran


@pytest.fixture
def gate(office: Any, make_gate: Any) -> Iterator[Any]:
    """Holds the office's server up after five mails."""
    gate = office.server.whim = make_gate(free=5)
    yield gate
    gate.open()


def test_before_its_minute_nothing_goes_out(morning: Any) -> None:
    due = [morning.scenes[name] for name in ("punctual", "asleep", "sqlite", "postgresql")]
    sleep(1)
    sent = [scene.office.got for scene in due]
    assert not any(sent) or datetime.now(UTC) >= morning.at
    assert len(due[0].office.told()) == 1, "it has told each operator what will go out"


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
    daemon = office.daemon()
    sleep(0.5)
    began = monotonic()
    stopped(daemon)
    assert monotonic() - began < 3


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
    assert daemon.wait(10) == 0


def test_it_goes_on_when_its_readers_have_left(office: Any) -> None:
    read, write = os.pipe()
    daemon = office.open("schedule", stdout=write, stderr=write)
    os.close(write)
    os.close(read)
    office.due()
    office.until(lambda: office.got == office.everybody)
    daemon.send_signal(signal.SIGTERM)
    assert daemon.wait(10) == 0


@pytest.mark.parametrize("between", [0.05, 1])
def test_a_second_ctrl_c_waits_for_nothing(office: Any, gate: Any, between: float) -> None:
    office.due()
    daemon = office.daemon()
    office.until(lambda: gate.waiting == 4)
    daemon.send_signal(signal.SIGINT)
    sleep(between)
    assert daemon.alive
    daemon.send_signal(signal.SIGINT)
    assert daemon.wait(3).returncode == 130


# What it sends, and when


def test_a_file_saved_while_it_runs_goes_out(office: Any) -> None:
    office.daemon()
    sleep(1)
    assert not office.got
    office.due()
    office.until(lambda: office.got == office.everybody, 4)


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
    daemon = office.daemon()
    office.until(lambda: "refused issue" in daemon.complaint)
    office.server.whim = lambda moment: None
    os.utime(path)
    path.write_bytes(path.read_bytes())
    office.until(lambda: office.got == office.everybody, 10)


def test_a_settings_file_that_breaks_stops_all_and_is_told_once(office: Any) -> None:
    daemon = office.daemon()
    settings = office.root / "newsletter.yaml"
    good = settings.read_text("utf-8")
    settings.write_text(good + "colour: blue\n", "utf-8")
    office.until(lambda: "trouble" in daemon.complaint, 5)
    office.due()
    sleep(2)
    assert not office.got
    assert daemon.complaint.count("error trouble") == 1
    assert "colour" in daemon.complaint
    settings.write_text(good, "utf-8")
    office.until(lambda: office.got == office.everybody, 5)
    stopped(daemon)


def test_other_settings_hold_from_when_they_are_saved(office: Any) -> None:
    office.settings(approval="required")
    office.due()
    daemon = office.daemon()
    office.until(lambda: "nobody approved it" in daemon.complaint)
    office.settings(approval="none")
    office.until(lambda: office.got == office.everybody, 5)
    assert "configuration-read" in daemon.complaint


def test_without_its_settings_file_it_is_no_other_publication(office: Any) -> None:
    daemon = office.daemon()
    settings = office.root / "newsletter.yaml"
    other = office.root.parent / "newsletter.yaml"
    (office.root.parent / "issues").mkdir()
    other.write_bytes(settings.read_bytes())
    settings.unlink()
    office.until(lambda: "error trouble" in daemon.complaint, 5)
    assert "configuration-read" not in daemon.complaint
    stopped(daemon)


# Ends in the midst


def test_sigterm_finishes_what_is_in_flight_and_the_next_start_goes_on(
    office: Any, gate: Any
) -> None:
    office.due()
    daemon = office.daemon()
    office.until(lambda: gate.waiting == 4)
    daemon.send_signal(signal.SIGTERM)
    sleep(0.5)
    assert daemon.alive
    gate.open()
    assert daemon.wait(10).returncode == 0
    ledger = office.ledger()
    assert ledger["accepted"] == sum(office.got.values()) < 12
    assert ledger["accepted"] + ledger["planned"] == 12

    daemon = office.daemon()
    office.until(lambda: sum(office.got.values()) == 12)
    stopped(daemon)
    assert office.got == office.everybody
    assert office.ledger() == {"accepted": 12}


def test_after_sigkill_the_next_start_goes_on_and_doubt_stays_doubt(office: Any, gate: Any) -> None:
    office.settings(operators=(EDITOR,))
    office.due()
    daemon = office.daemon()
    office.until(lambda: gate.waiting == 4)
    daemon.kill()
    gate.open()

    daemon = office.daemon()
    office.until(lambda: "went out" in daemon.complaint)
    stopped(daemon)
    assert office.got == office.everybody
    assert office.ledger() == {"accepted": 8, "doubtful": 4}
    assert office.status()["doubtful"] == 4
    upcoming_or_doubtful = [each for each in office.told() if "may or may not" in each]
    assert len(upcoming_or_doubtful) == 1

    daemon = office.daemon()
    sleep(1.5)
    stopped(daemon)
    assert office.got == office.everybody
    assert office.ledger() == {"accepted": 8, "doubtful": 4}


def test_a_machine_that_sleeps_in_the_midst_goes_on_where_it_was(office: Any, gate: Any) -> None:
    office.due()
    daemon = office.daemon()
    office.until(lambda: gate.waiting == 4)
    daemon.send_signal(signal.SIGSTOP)
    gate.open()
    sleep(1)
    daemon.send_signal(signal.SIGCONT)
    office.until(lambda: office.ledger() == {"accepted": 12})
    stopped(daemon)
    assert office.got == office.everybody


@contextmanager
def full_disk(office: Any, daemon: Any) -> Iterator[None]:
    """No file of the daemon's can grow beyond what its database has, and some room for its log."""
    room = max(20_000, *(each.stat().st_size for each in office.root.glob("newsletter.db-wal")))
    resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    yield
    resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)


DISK = r"error trouble error=\".*newsletter\.db: error: the disk .*"


def test_on_a_full_disk_it_sends_nothing_says_so_and_goes_on_once_there_is_room(
    office: Any,
) -> None:
    daemon = office.daemon()
    sleep(1)
    with full_disk(office, daemon):
        path = office.due()
        office.until(lambda: re.search(DISK, daemon.complaint), 10)
        path.touch()
        sleep(1)
        assert daemon.alive
        assert not office.got
        assert len(re.findall(DISK, daemon.complaint)) == 1
        assert "the disk" in (office.root / "operator-messages.txt").read_text("utf-8")
    path.touch()
    office.until(lambda: office.got == office.everybody, 10)
    stopped(daemon)
    assert office.ledger() == {"accepted": 12}
    assert not (office.root / "operator-messages.txt").exists()


def test_a_disk_that_fills_up_in_the_midst_stops_it_for_as_long(office: Any) -> None:
    office.subscribe(*(f"reader{each}@example.org" for each in range(13, 401)))
    daemon = office.daemon()
    sleep(1)
    path = office.due()
    office.until(lambda: len(office.got) > 20)
    with full_disk(office, daemon):
        office.until(lambda: re.search(DISK, daemon.complaint), 20)
        assert daemon.alive
        assert len(office.got) < 400
    path.touch()
    office.until(lambda: office.got == office.everybody)
    office.until(lambda: office.ledger().total() == sum(office.ledger()[each] for each in SETTLED))
    stopped(daemon)
    assert office.got == office.everybody
    assert office.ledger()["doubtful"] <= 4


SETTLED = ("accepted", "doubtful")


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


# The minute of several publications, which have waited for it meanwhile


def test_it_sends_at_the_minute_and_tells_each_operator_once(morning: Any) -> None:
    scene = morning.scenes["punctual"]
    office, (daemon,) = scene.office, scene.daemons
    events = lambda: [json.loads(line) for line in daemon.complaint.splitlines()]  # noqa: E731
    office.until(lambda: "operator-told" in daemon.complaint and office.told(CHAIR)[1:], 90)
    (sent,) = (event["at"] for event in events() if event["event"] == "sending")
    at = datetime.fromisoformat(sent)
    assert timedelta(0) <= at - morning.at < timedelta(seconds=2)
    assert office.got == office.everybody
    (ended,) = (event["at"] for event in events() if event["event"] == "run-ended")
    stopped(daemon)
    for operator in (EDITOR, CHAIR):
        before, after = office.told(operator)
        assert re.fullmatch(r".*2023-12 goes out on .*, to 12 recipients", before)
        assert re.fullmatch(r".*2023-12 went out: 12 of 12 accepted", after)
    assert ended > sent


def test_a_machine_that_slept_over_its_hour_sends_when_it_is_awake(morning: Any) -> None:
    scene = morning.scenes["asleep"]
    (daemon,) = scene.daemons
    morning.wait(2)
    assert not scene.office.got
    daemon.send_signal(signal.SIGCONT)
    scene.office.until(lambda: scene.office.got == scene.office.everybody, 5)
    stopped(daemon)


def test_a_server_that_was_down_at_the_hour_gets_it_a_minute_later(morning: Any) -> None:
    scene = morning.scenes["down"]
    scene.office.until(lambda: scene.office.got == scene.office.everybody, 75)
    (daemon,) = scene.daemons
    assert daemon.complaint.count("refused issue") == 1
    scene.office.until(lambda: len(scene.office.told()) == 2, 10)
    refused, result = scene.office.told()
    assert "did not go out: the provider takes no mail" in refused
    assert "went out: 12 of 12 accepted" in result


def test_what_was_approved_after_its_hour_goes_out_within_a_minute(morning: Any) -> None:
    office = morning.scenes["approved late"].office
    office.until(lambda: office.got == office.everybody, 65)
