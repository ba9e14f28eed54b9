"""What is asked and done about a mailing: status, deliveries, doubtful, retry, pause, test."""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Callable
from datetime import datetime
from email import message_from_bytes, policy
from io import StringIO
from threading import Event
from time import monotonic
from typing import Any

import pytest

Readers = Callable[[int], list[str]]
NAMES = ("total", "accepted", "failed", "skipped", "doubtful", "remaining")


@pytest.fixture
def mixed(office: Any, server: Any, faulty: Any) -> Any:
    """A finished mailing: a and =e accepted, b failed, c doubtful, d skipped."""
    said = {"b@example.org": "550 5.1.1 who is\x1b[31m that?", "c@example.org": faulty.Act.DROP}
    stages = {"b@example.org": "rcpt", "c@example.org": "taken"}
    server.whim = lambda at: said.get(at.address) if stages.get(at.address) == at.stage else None
    office.subscribe("a@example.org", "b@example.org", "c@example.org")
    office.subscribe("d@example.org", consent=None)
    office.subscribe("=e@example.org")
    office.through(server)
    assert office.run("send", "2023-12", "--yes").returncode == 1
    server.whim = lambda moment: None
    return office


# status


def test_the_status_of_a_mailing(mixed: Any) -> None:
    document = mixed.status()
    began, ended = document.pop("started_at"), document.pop("finished_at")
    assert document == {
        "issue": "2023-12", "kind": "real", "state": "finished", "provider": "smtp", "hold": None,
        "unattended": False, "approval": None, "approvals": [],
        "total": 5, "accepted": 2, "failed": 1, "skipped": 1, "doubtful": 1, "remaining": 0,
    }  # fmt: skip
    for moment in (began, ended):
        parsed = datetime.fromisoformat(moment)
        assert parsed.utcoffset() is not None
        assert parsed.isoformat() == moment
    assert began <= ended

    ran = mixed.run("status", "2023-12")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.splitlines() == [
        "2023-12: finished",
        "  real mailing through smtp",
        "  total              5",
        "  accepted           2",
        "  failed             1   newsletter deliveries 2023-12 --state failed",
        "  skipped            1",
        "  doubtful           1   newsletter doubtful 2023-12",
        "  remaining          0",
        f"  started   {began}",
        f"  finished  {ended}",
    ]


def test_the_status_of_what_was_never_sent(office: Any) -> None:
    document = office.status()
    assert document == {
        "issue": "2023-12", "kind": "rehearsal", "state": "none", "provider": "outbox",
        "hold": None, "unattended": False, "approval": None, "approvals": [],
        "started_at": None, "finished_at": None, **dict.fromkeys(NAMES, 0),
    }  # fmt: skip
    every, all_json = office.run("status"), office.run("status", "--json")
    assert (every.returncode, json.loads(all_json.stdout)) == (0, [])
    assert every.stdout.startswith("nothing was sent or planned yet")
    assert office.run("status", "issues/2023-12.yaml").stdout.startswith("2023-12: none\n")


@pytest.mark.parametrize(
    "command",
    [
        ("status",), ("status", "--json"), ("deliveries",), ("deliveries", "--json"),
        ("deliveries", "--csv"), ("doubtful",), ("doubtful", "--json"), ("doubtful", "--accept"),
        ("retry", "--failed"), ("pause",), ("resume",), ("cancel",), ("test",),
    ],
    ids=" ".join,
)  # fmt: skip
def test_an_issue_that_is_not_there_is_wrong_usage(office: Any, command: tuple[str, ...]) -> None:
    name, *options = command
    ran = office.run(name, "2019-01", *options, *(["a@example.org"] if name == "test" else []))
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1)
    assert "2019-01" in ran.stderr


def test_a_rehearsal_and_the_real_mailing_stand_side_by_side(office: Any, server: Any) -> None:
    office.subscribe("a@example.org", "b@example.org")
    assert office.run("send", "2023-12", "--yes").returncode == 0
    assert office.status()["kind"] == "rehearsal"
    assert office.run("status").stdout == "2023-12  finished  2 total, 2 accepted (rehearsal)\n"

    office.through(server)
    assert office.run("send", "latest", "--yes", "--limit", "1").returncode == 0

    document = office.status()
    assert (document["kind"], document["state"], document["hold"]) == ("real", "paused", "limit")
    assert office.run("status").stdout == "2023-12  paused    2 total, 1 accepted, 1 remaining\n"
    assert json.loads(office.run("status", "--json").stdout) == [document]
    assert office.run("status", "2023-12").stdout.startswith("2023-12: paused (limit)\n")


# deliveries


def test_every_recipient_is_listed(mixed: Any) -> None:
    documents = json.loads(mixed.run("deliveries", "2023-12", "--json").stdout)
    told = {each["email"]: each for each in documents}
    assert {email: each["state"] for email, each in told.items()} == {
        "a@example.org": "accepted",
        "b@example.org": "failed",
        "c@example.org": "doubtful",
        "d@example.org": "skipped",
        "=e@example.org": "accepted",
    }
    assert all({"reason", "attempted_at", "detail"} <= each.keys() for each in documents)
    assert "550 5.1.1 who is" in told["b@example.org"]["detail"]
    assert told["d@example.org"]["reason"] == "no consent on record"
    assert told["d@example.org"]["attempted_at"] is None
    assert datetime.fromisoformat(told["a@example.org"]["attempted_at"]).utcoffset() is not None

    table = list(csv.DictReader(StringIO(mixed.run("deliveries", "2023-12", "--csv").stdout)))
    assert [row["state"] for row in table] == [each["state"] for each in documents]
    assert table[-1]["email"] == "'=e@example.org"

    lines = mixed.run("deliveries", "2023-12").stdout.splitlines()
    assert lines[0] == "accepted   a@example.org   " + " · ".join(
        filter(None, (told["a@example.org"]["reason"], told["a@example.org"]["detail"]))
    )
    assert "\x1b" not in "".join(lines)
    (failed,) = mixed.run("deliveries", "2023-12", "--state", "failed").stdout.splitlines()
    assert failed.startswith("failed     b@example.org   ")
    assert mixed.run("deliveries", "2023-12", "--state", "planned").stdout == ""
    assert mixed.run("deliveries", "2023-12", "--state", "planned", "--json").stdout == "[]\n"


@pytest.mark.parametrize(
    "options", [("--state", "sent"), ("--json", "--csv"), ("--limit",)], ids=" ".join
)
def test_wrong_usage_of_deliveries_is_one_line(office: Any, options: tuple[str, ...]) -> None:
    ran = office.run("deliveries", "2023-12", *options)
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1)


def test_without_a_mailing_there_is_nobody_to_list(office: Any) -> None:
    for command in ("deliveries", "doubtful"):
        ran = office.run(command, "2023-12", "--json")
        assert (ran.returncode, ran.stdout, ran.stderr) == (0, "[]\n", "")


# doubtful and retry


def test_doubt_is_listed_and_settled(mixed: Any, server: Any) -> None:
    listed = mixed.run("doubtful", "2023-12")
    assert (listed.returncode, listed.stdout.count("\n")) == (0, 1)
    assert listed.stdout.startswith("doubtful   c@example.org   ")
    (document,) = json.loads(mixed.run("doubtful", "2023-12", "--json").stdout)
    assert (document["email"], document["state"]) == ("c@example.org", "doubtful")

    stranger = mixed.run("doubtful", "2023-12", "--accept", "a@example.org")
    assert (stranger.returncode, stranger.stdout) == (1, "")
    assert stranger.stderr == (
        "no doubtful delivery of 2023-12 to a@example.org; "
        "'newsletter doubtful 2023-12' lists them\n"
    )
    none = mixed.run("doubtful", "2023-12", "--accept", "no address")
    assert (none.returncode, none.stdout, none.stderr.count("\n")) == (2, "", 1)
    assert mixed.standing().counts.doubtful == 1

    again = mixed.run("doubtful", "2023-12", "--resend", "C@EXAMPLE.org")
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout == "1 delivery of 2023-12 planned again; 'newsletter send 2023-12' sends\n"
    assert len(server.accepted) == 3
    assert (mixed.standing().state, mixed.standing().counts.remaining) == ("planned", 1)
    assert mixed.run("send", "2023-12", "--yes").returncode == 1  # one has failed
    assert [address for address, _ in server.accepted].count("c@example.org") == 2
    assert len(server.accepted) == 4


def test_all_doubt_is_settled_after_a_yes_only(mixed: Any) -> None:
    silent = mixed.run("doubtful", "2023-12", "--accept")
    assert (silent.returncode, silent.stdout) == (2, "")
    assert silent.stderr.splitlines() == [
        "1 doubtful delivery: count as accepted? [y/N]: ",
        "nobody answered, so nothing was done; --yes does without",
    ]
    refused = mixed.run("doubtful", "2023-12", "--accept", input="n\n")
    assert (refused.returncode, refused.stdout) == (0, "nothing was changed\n")
    assert mixed.standing().counts.doubtful == 1
    settled = mixed.run("doubtful", "2023-12", "--accept", "--yes")
    assert (settled.returncode, settled.stderr) == (0, "")
    assert settled.stdout == "1 delivery of 2023-12 settled as accepted\n"
    assert (mixed.standing().state, mixed.standing().counts.accepted) == ("finished", 3)
    nothing = mixed.run("doubtful", "2023-12", "--resend")
    assert (nothing.returncode, nothing.stderr) == (0, "")


@pytest.mark.parametrize(
    "options", [("--accept", "--resend"), ("a@example.org",), ("--accept", "--json")], ids=" ".join
)
def test_wrong_usage_of_doubtful_is_one_line(office: Any, options: tuple[str, ...]) -> None:
    ran = office.run("doubtful", "2023-12", *options)
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1)


def test_what_failed_is_sent_again_after_a_yes_only(mixed: Any, server: Any) -> None:
    bare = mixed.run("retry", "2023-12")
    assert (bare.returncode, bare.stdout, bare.stderr.count("\n")) == (2, "", 1)
    assert "--failed" in bare.stderr
    silent = mixed.run("retry", "2023-12", "--failed")
    assert (silent.returncode, silent.stdout) == (2, "")
    refused = mixed.run("retry", "2023-12", "--failed", input="n\n")
    assert (refused.returncode, refused.stdout) == (0, "nothing was changed\n")
    assert mixed.standing().counts.failed == 1
    mixed.run("subscribers", "add", "b@example.org", "--resubscribe", "--consent-source", "a call")
    planned = mixed.run("retry", "2023-12", "--failed", "--yes")
    assert planned.stdout == (
        "1 delivery of 2023-12 planned again; 'newsletter send 2023-12' sends\n"
    )
    assert (planned.returncode, len(server.accepted)) == (0, 3)
    mixed.run("send", "2023-12", "--yes")
    assert [address for address, _ in server.accepted][3:] == ["b@example.org"]
    assert mixed.run("retry", "2023-12", "--failed").returncode == 0


# pause, resume, cancel


@pytest.fixture
def slow(server: Any) -> Event:
    """A server that takes its time over each message, until the test says so."""
    hurry = Event()

    def whim(moment: Any) -> None:
        if moment.stage == "taken":
            hurry.wait(0.02)

    server.whim = whim
    return hurry


def test_a_mailing_is_paused_resumed_and_cancelled_from_another_terminal(
    office_on: Any, server: Any, slow: Event, readers: Readers, wait_until: Callable[..., Any],
    times_accepted: Callable[..., Any],
) -> None:  # fmt: skip
    office = office_on
    office.subscribe(*readers(1500))
    office.through(server)
    sender = office.start("send", "2023-12", "--yes")
    wait_until(lambda: len(server.accepted) >= 20)

    assert office.status()["state"] == "sending"
    second = office.run("send", "2023-12", "--yes")
    assert (second.returncode, second.stdout) == (1, "")
    assert re.fullmatch(
        rf"2023-12 is being sent by process {sender.pid} on {re.escape(os.uname().nodename)} "
        r"since \d{4}-\d\d-\d\dT\S+; wait, or stop it with 'newsletter pause 2023-12'\n",
        second.stderr,
    )

    asked = monotonic()
    paused = office.run("pause", "2023-12")
    ended = sender.wait(5)
    assert monotonic() - asked < 5
    assert (paused.returncode, paused.stderr) == (0, "")
    assert paused.stdout == "2023-12 is paused; 'newsletter resume 2023-12' lifts that\n"
    assert ended.returncode == 1
    so_far = len(server.accepted)
    assert ended.stdout.splitlines()[-1] == (
        f"2023-12: {so_far} accepted, {1500 - so_far:,} remaining of 1,500; "
        "paused; 'newsletter resume' lifts that"
    )
    assert office.status()["hold"] == "operator"
    refused = office.run("send", "2023-12", "--yes")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == (
        "2023-12 is paused by an operator; 'newsletter resume 2023-12' lifts that\n"
    )
    assert len(server.accepted) == so_far

    resumed = office.run("resume", "2023-12")
    assert resumed.stdout == "2023-12 may go on; 'newsletter send 2023-12' does\n"
    assert (office.status()["state"], len(server.accepted)) == ("planned", so_far)
    sender = office.start("send", "2023-12", "--yes")
    wait_until(lambda: len(server.accepted) > so_far + 20)
    cancelled = office.run("cancel", "2023-12")
    assert sender.wait(5).returncode == 1

    number = len(server.accepted)
    assert (cancelled.returncode, cancelled.stderr) == (0, "")
    assert cancelled.stdout == (
        f"2023-12 is cancelled: {number:,} accepted, {1500 - number:,} skipped of 1,500\n"
    )
    document = office.status()
    assert (document["state"], document["remaining"]) == ("cancelled", 0)
    for command in (("send", "2023-12", "--yes"), ("resume", "2023-12"), ("pause", "2023-12")):
        ran = office.run(*command)
        assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (1, "", 1)
    assert set(times_accepted(server).values()) == {1}
    assert len(server.accepted) == number


def test_every_look_at_a_mailing_adds_up_and_is_true(
    office_on: Any, server: Any, slow: Event, readers: Readers
) -> None:
    office_on.subscribe(*readers(100))
    office_on.through(server)
    sender = office_on.start("send", "2023-12", "--yes")
    order = ("none", "planned", "sending", "finished")
    seen: list[tuple[int, int]] = []
    while sender.alive:
        both = [office_on.start("status", "2023-12", "--json") for _ in range(2)]
        documents = [json.loads(each.wait().stdout) for each in both]
        seen += sorted((order.index(each["state"]), each["accepted"]) for each in documents)
        for each in documents:
            assert each["total"] == sum(each[name] for name in NAMES[1:])

    assert seen == sorted(seen)
    assert order.index("sending") in {state for state, _ in seen}
    assert office_on.status()["state"] == "finished"


def test_a_killed_sender_holds_nobody_up(
    office_on: Any, server: Any, slow: Event, readers: Readers, wait_until: Callable[..., Any]
) -> None:
    office_on.subscribe(*readers(200))
    office_on.through(server)
    sender = office_on.start("send", "2023-12", "--yes")
    wait_until(lambda: len(server.accepted) >= 20)
    sender.kill()
    slow.set()
    ran = office_on.run("send", "2023-12", "--yes")
    assert ran.stdout.splitlines()[-1 if ran.returncode == 0 else -2].endswith("; finished")
    assert office_on.status()["doubtful"] <= 4


def test_two_who_begin_at_the_same_moment_send_once(
    office_on: Any, server: Any, readers: Readers, times_accepted: Callable[..., Any],
    wait_until: Callable[..., Any],
) -> None:  # fmt: skip
    office_on.subscribe(*readers(100))
    office_on.through(server)
    one_is_refused = Event()

    def whim(moment: Any) -> None:
        if moment.stage == "taken":
            one_is_refused.wait(10)

    server.whim = whim
    both = [office_on.start("send", "2023-12", "--yes") for _ in range(2)]
    wait_until(lambda: not all(each.alive for each in both))
    one_is_refused.set()

    ends = sorted((each.wait() for each in both), key=lambda done: done.returncode)
    assert [done.returncode for done in ends] == [0, 1]
    refusals = (
        "2023-12 is being sent by process ",
        "another command is at work on 2023-12; ",
        "the plan of 2023-12 was taken back meanwhile; ",
    )
    assert ends[1].stderr.startswith(refusals)
    assert times_accepted(server) == dict.fromkeys(readers(100), 1)


@pytest.mark.parametrize(
    "command",
    [("pause",), ("resume",), ("cancel",), ("retry", "--failed"), ("doubtful", "--accept")],
    ids=" ".join,
)
def test_there_must_be_a_mailing_to_do_something_to_it(
    office: Any, command: tuple[str, ...]
) -> None:
    name, *options = command
    ran = office.run(name, "2023-12", *options)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == (
        "nothing of 2023-12 was sent or planned yet; 'newsletter send 2023-12' does that, and "
        "'newsletter approve 2023-12 --withdraw' keeps the schedule from it\n"
    )


@pytest.mark.parametrize("command", ["pause", "resume", "cancel"])
def test_what_is_finished_is_over(mixed: Any, command: str) -> None:
    ran = mixed.run(command, "2023-12")
    done = {"pause": "paused", "resume": "resumed", "cancel": "cancelled"}[command]
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == f"2023-12 is finished already, and cannot be {done}\n"


# test


def test_a_copy_is_marked_and_leaves_no_trace(office: Any, server: Any) -> None:
    office.through(server, "reviewers: [rev@example.org, iewer@example.org]")

    named = office.run("test", "2023-12", "me@example.org", "me@example.org")
    listed = office.run("test", "2023-12", NEWSLETTER_SECRET="")

    assert (named.returncode, named.stderr) == (listed.returncode, listed.stderr) == (0, "")
    assert [line.partition(":")[0] for line in named.stdout.splitlines()] == [
        "sent to me@example.org"
    ]
    assert {line.partition(":")[0] for line in listed.stdout.splitlines()} == {
        "sent to iewer@example.org", "sent to rev@example.org"
    }  # fmt: skip
    messages = [message_from_bytes(content, policy=policy.SMTP) for _, content in server.accepted]
    assert {address for address, _ in server.accepted} == {
        "me@example.org", "rev@example.org", "iewer@example.org"
    }  # fmt: skip
    for message in messages:
        assert message["Subject"] == "[TEST] Empathy that is acted on"
        assert message["List-Unsubscribe"] == "<https://news.digest.example/u/preview>"
        assert re.fullmatch(r"<test\.[0-9a-f]{32}@digest\.example>", message["Message-ID"])
    assert len({message["Message-ID"] for message in messages}) == 3
    assert office.status()["state"] == "none"


def test_a_copy_that_is_refused_is_told(office: Any, server: Any) -> None:
    said = {"b@example.org": "550 5.1.1 no such user", "c@example.org": "451 4.3.0 later"}
    server.whim = lambda at: said.get(at.address) if at.stage == "rcpt" else None
    office.through(server)
    ran = office.run("test", "2023-12", "a@example.org", "b@example.org", "c@example.org")
    assert ran.returncode == 1
    assert ran.stdout.startswith("sent to a@example.org: 250 ")
    for_now, for_good = sorted(ran.stderr.splitlines())
    assert for_now.startswith("not sent for now to c@example.org: ")
    assert for_now.endswith("451 4.3.0 later")
    assert for_good.startswith("not sent to b@example.org: ")
    assert for_good.endswith("550 5.1.1 no such user")


def test_a_copy_of_what_has_errors_is_sent_all_the_same(office: Any, server: Any) -> None:
    office.through(server)
    issue = (office.root / "issues" / "2023-12.yaml").read_text()
    office.write_issue(issue.replace("It does.", "See [this](javascript:x)."))
    ran = office.run("test", "2023-12", "me@example.org")
    assert (ran.returncode, len(server.accepted)) == (0, 1)
    assert ran.stderr.startswith("issues/2023-12.yaml:")


@pytest.mark.parametrize(
    ("address", "code"),
    [("", 2), ("nobody", 2), ("a@b@c", 2), ("a b@example.org", 2), ('"a b"@example.org', 2),
     ("jörg@example.org", 2), ("a@example.org\r\nBcc: x@example.org", 2)],
)  # fmt: skip
def test_an_address_that_no_copy_can_go_to_is_told(
    office: Any, server: Any, address: str, code: int
) -> None:
    office.through(server)
    ran = office.run("test", "2023-12", address)
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (code, "", 1)
    assert server.accepted == []


def test_a_copy_for_nobody_is_wrong_usage(office: Any) -> None:
    ran = office.run("test", "2023-12")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == "name an address, or list 'reviewers' in newsletter.yaml\n"


def test_a_copy_goes_to_the_outbox_too(office: Any) -> None:
    office.run("test", "2023-12", "me@example.org")
    (file,) = (office.root / "outbox" / "2023-12-test").iterdir()
    assert b"Subject: [TEST] Empathy" in file.read_bytes()
