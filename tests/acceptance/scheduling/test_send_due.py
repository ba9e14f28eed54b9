"""`newsletter send --due`: what the scheduler does, once; cron mails what it says."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from datetime import timedelta
from time import sleep
from typing import Any

import pytest

ISSUE = "2023-12"
EDITOR = "editor@digest.example"
NOTHING = (0, "", "")


def test_with_nothing_to_do_it_is_silent(office: Any) -> None:
    assert office.run("send", "--due") == NOTHING
    office.due(office.this_minute() + timedelta(days=2))
    assert office.run("send", "--due") == NOTHING
    assert not office.got


def test_what_is_due_goes_out_once(office: Any) -> None:
    office.settings(approval="required", operators=(EDITOR,))
    office.due()
    office.approve()
    ran = office.run("send", "--due")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == "2023-12: 12 accepted of 12; finished\n"
    assert office.run("send", "--due") == NOTHING
    assert office.got == office.everybody
    (told,) = office.told()
    assert told.endswith("2023-12 went out: 12 accepted")


def test_the_day_before_it_says_what_will_go_out_once(office: Any) -> None:
    office.settings(operators=(EDITOR,))
    office.due(office.this_minute() + timedelta(hours=20))
    ran = office.run("send", "--due")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert re.fullmatch(r"2023-12 goes out on .* -05:00, to 12 recipients\n", ran.stdout)
    assert office.run("send", "--due") == NOTHING
    (told,) = office.told()
    assert ran.stdout.strip() in told
    assert not office.got


@pytest.mark.parametrize("is_changed", [False, True])
def test_what_is_due_and_not_approved_stays_and_is_told(office: Any, is_changed: bool) -> None:
    office.settings(approval="required", operators=(EDITOR,))
    office.due()
    why = "nobody approved it"
    if is_changed:
        office.approve()
        office.due(subject="said later")
        why = "it has changed since it was approved: issues/2023-12.yaml: subject"
    assert office.run("send", "--due") == (1, "", f"2023-12 did not go out: {why}\n")
    assert office.run("send", "--due") == (1, "", "")  # cron has mailed it already
    assert not office.got
    assert len(office.told()) == 1
    office.approve()
    assert office.run("send", "--due").returncode == 0
    assert office.got == office.everybody


def test_past_its_grace_it_is_told_once_and_goes_out_no_more(office: Any) -> None:
    office.settings(grace="1h", operators=(EDITOR,))
    office.due(office.this_minute() - timedelta(hours=2))
    ran = office.run("send", "--due")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == "2023-12 did not go out, and does not any more by itself\n"
    assert office.run("send", "--due") == NOTHING
    assert not office.got
    assert len(office.told()) == 1


@pytest.mark.parametrize("more", [[ISSUE], ["--limit", "3"], ["--dry-run"], ["--unapproved"]])
def test_it_takes_nothing_that_says_what_to_send(office: Any, more: list[str]) -> None:
    office.due()
    ran = office.run("send", "--due", *more)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("--due takes no ")
    assert ran.stderr.count("\n") == 1
    assert not office.got


def test_without_a_secret_it_is_refused(office: Any) -> None:
    ran = office.run("send", "--due", NEWSLETTER_SECRET="")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "NEWSLETTER_SECRET" in ran.stderr


def test_an_issue_that_cannot_be_read_is_told_with_its_place(office: Any) -> None:
    at = office.this_minute()
    office.settings(by_schedule=at, operators=(EDITOR,))
    path = office.due(at, f"{at:%Y-%m}")
    path.write_text(path.read_text("utf-8") + "colour: blue\n", "utf-8")
    ran = office.run("send", "--due")
    assert (ran.returncode, ran.stdout) == (1, "")
    place = rf"issues/{path.stem}\.yaml:\d+:1"
    why = rf"its file cannot be read: {place}: error: .*'colour'.*"
    assert re.fullmatch(rf"{path.stem} did not go out: {why}\n", ran.stderr)
    assert not office.got
    assert len(office.told()) == 1


def test_an_approved_issue_whose_file_breaks_does_not_lose_its_hour(office: Any) -> None:
    office.settings(approval="required", operators=(EDITOR,))
    path = office.due()
    office.approve()
    path.write_text(path.read_text("utf-8") + "colour: blue\n", "utf-8")
    ran = office.run("send", "--due")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith("2023-12 did not go out: ")
    assert not office.got
    assert len(office.told()) == 1


def test_two_at_once_make_one_mailing(office: Any) -> None:
    office.settings(operators=(EDITOR,))
    office.due()
    ran = [each.wait() for each in [office.start("send", "--due") for _ in range(3)]]
    assert {(each.returncode, each.stderr) for each in ran} == {(0, "")}
    assert office.got == office.everybody
    assert len(office.told()) == 1


@pytest.fixture
def in_flight(office: Any, make_gate: Any) -> Iterator[Any]:
    """A call with five mails sent and four unanswered."""
    gate = office.server.whim = make_gate(free=5)
    office.due()
    call = office.start("send", "--due")
    office.until(lambda: gate.waiting == 4)
    yield call, gate
    gate.open()


def test_after_a_kill_the_next_call_goes_on_and_tells_of_the_doubt(
    office: Any, in_flight: Any
) -> None:
    call, gate = in_flight
    call.kill()
    gate.open()
    ran = office.run("send", "--due")
    assert ran.returncode == 1
    assert ran.stdout.splitlines() == [
        "2023-12: 8 accepted, 4 doubtful of 12; finished",
        "  'newsletter doubtful 2023-12' lists those that may or may not have arrived",
    ]
    assert ran.stderr == "2023-12: 4 mails may or may not have arrived\n"
    assert office.got == office.everybody
    assert office.run("send", "--due") == NOTHING
    assert office.got == office.everybody
    assert office.ledger() == {"accepted": 8, "doubtful": 4}


def test_at_sigterm_it_finishes_what_is_in_flight(office: Any, in_flight: Any) -> None:
    call, gate = in_flight
    call.send_signal(signal.SIGTERM)
    sleep(0.3)
    assert call.alive
    gate.open()
    ran = call.wait()
    accepted = sum(office.got.values())
    assert ran.returncode == 1
    assert ran.stdout.startswith(f"2023-12: {accepted} accepted, {12 - accepted} remaining of 12")
    assert 9 <= accepted < 12
    assert office.ledger() == {"accepted": accepted, "planned": 12 - accepted}
    assert office.run("send", "--due").returncode == 0
    assert office.got == office.everybody


def test_through_a_dead_provider_a_file_tells_the_operators(office: Any) -> None:
    office.settings(operators=(EDITOR,))
    office.server.whim = lambda moment: "421 4.3.2 down" if moment.stage == "greeting" else None
    office.due()
    ran = office.run("send", "--due")
    assert ran.returncode == 1
    *_, last = ran.stderr.splitlines()
    assert "operator-messages.txt" in last
    told = (office.root / "operator-messages.txt").read_text("utf-8")
    assert "2023-12 did not go out: the provider takes no mail" in told
    assert not office.got

    office.server.whim = lambda moment: None
    assert office.run("send", "--due").returncode == 0
    assert office.got == office.everybody


def test_a_mail_that_fails_is_in_the_exit_code_and_told_once(office: Any) -> None:
    office.settings(operators=(EDITOR,))
    refused = "reader3@example.org"
    office.server.whim = lambda moment: (
        "550 5.1.1 no such user" if (moment.stage, moment.address) == ("rcpt", refused) else None
    )
    office.due()
    ran = office.run("send", "--due")
    assert ran.returncode == 1
    assert ran.stdout.startswith("2023-12: 11 accepted, 1 failed of 12; finished")
    assert ran.stderr == "2023-12: 8% of the mails failed\n"
    assert office.run("send", "--due") == NOTHING
    assert len(office.told()) == 2
