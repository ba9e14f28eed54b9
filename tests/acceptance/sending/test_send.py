"""`newsletter send`, as a person at a shell runs it."""

from __future__ import annotations

import os
import pty
import re
import resource
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from email import message_from_bytes, policy
from pathlib import Path
from threading import Event
from typing import Any

import pytest

Readers = Callable[[int], list[str]]


def files(office: Any) -> list[Path]:
    return sorted((office.root / "outbox").rglob("*.eml"))


def rows(office: Any, name: str) -> int:
    with closing(sqlite3.connect(office.root / "newsletter.db")) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0])  # noqa: S608


# From the first subscriber to the last mail


def test_a_list_is_imported_and_sent_through_the_outbox(office: Any) -> None:
    (office.root / "list.csv").write_text("email,first_name\na@example.org,Ann\nb@example.org,\n")
    consent = ("--consent-date", "2023-01-01", "--consent-source", "the form")
    office.run("subscribers", "import", "list.csv", "--consent", "express", *consent)

    ran = office.run("send", "2023-12", "--yes")

    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.splitlines() == [
        "Issue       the rehearsal of 2023-12",
        "Subject     Empathy that is acted on",
        "Recipients  2 of 2",
        "Provider    outbox: each mail becomes a file in outbox, nobody gets one",
        "Rate        no limit",
        "Time        not known before a first mailing",
        "the rehearsal of 2023-12: 2 accepted of 2; finished",
    ]
    messages = [message_from_bytes(each.read_bytes(), policy=policy.SMTP) for each in files(office)]
    assert {str(message["To"]) for message in messages} == {"Ann <a@example.org>", "b@example.org"}
    links = {str(message["List-Unsubscribe"]) for message in messages}
    assert len(links) == 2
    assert all(re.fullmatch(r"<https://news\.digest\.example/u/[\w-]{40}>", link) for link in links)
    again = office.run("send", "2023-12", "--yes")
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout == "the rehearsal of 2023-12 is finished already: 2 accepted of 2\n"
    assert len(files(office)) == 2


def test_a_mailing_by_smtp_says_who_got_it(office: Any, server: Any, faulty: Any) -> None:
    office.subscribe("a@example.org", "b@example.org", "c@example.org")
    office.subscribe("none@example.org", "nobody@example.org", consent=None)
    office.subscribe("gone@example.org", status="unsubscribed")

    def whim(moment: Any) -> Any:
        if moment.stage == "rcpt" and moment.address == "b@example.org":
            return "550 5.1.1 no such user"
        if moment.stage == "taken" and moment.address == "c@example.org":
            return faulty.Act.DROP
        return None

    server.whim = whim
    office.through(server)

    ran = office.run("send", "2023-12", "--yes")

    assert ran.returncode == 1
    assert ran.stderr == ""
    assert ran.stdout.splitlines() == [
        "Issue       2023-12",
        "Subject     Empathy that is acted on",
        "Recipients  3 of 6",
        "Skipped     2 no consent on record",
        "Skipped     1 unsubscribed",
        f"Provider    smtp: 127.0.0.1:{server.port}",
        "Rate        no limit",
        "Time        not known before a first mailing",
        "2023-12: 1 accepted, 1 failed, 3 skipped, 1 doubtful of 6; finished",
        "  'newsletter deliveries 2023-12 --state failed' says why",
        "  'newsletter doubtful 2023-12' lists those that may or may not have arrived",
    ]
    assert sorted(address for address, _ in server.accepted) == ["a@example.org", "c@example.org"]


# The question


def test_a_no_leaves_nothing_behind(office: Any) -> None:
    office.subscribe("a@example.org")
    ran = office.run("send", "2023-12", input="n\n")
    assert ran.returncode == 0
    assert ran.stdout.splitlines()[-1] == "nothing was sent"
    assert ran.stderr == "send the rehearsal of 2023-12? [y/N]: "
    assert rows(office, "mailings") == rows(office, "deliveries") == 0
    assert files(office) == []


def test_nobody_at_the_terminal_is_a_no_that_says_how_to_do_without(office: Any) -> None:
    office.subscribe("a@example.org")
    ran = office.run("send", "2023-12")
    assert ran.returncode == 2
    assert ran.stderr.splitlines() == [
        "send the rehearsal of 2023-12? [y/N]: ",
        "nobody answered, so nothing was done; --yes does without",
    ]
    assert rows(office, "mailings") == 0


def test_a_yes_sends(office: Any) -> None:
    office.subscribe("a@example.org")
    assert office.run("send", "2023-12", input="y\n").returncode == 0
    assert len(files(office)) == 1


def test_a_no_to_going_on_keeps_the_mailing(office: Any, readers: Readers) -> None:
    office.subscribe(*readers(5))
    office.run("send", "2023-12", "--yes", "--limit", "2")
    assert office.run("send", "2023-12", input="n\n").returncode == 0
    assert office.standing().counts.remaining == 3


# Approval


def test_real_mail_that_nobody_approved_is_refused(office: Any, server: Any) -> None:
    office.subscribe("a@example.org")
    office.through(server)
    settings = office.root / "newsletter.yaml"
    settings.write_text(settings.read_text().replace("approval: none", "approval: required"))

    refused = office.run("send", "2023-12", "--yes")
    silent = office.run("send", "2023-12", "--yes", "--unapproved")
    wrong = office.run("send", "2023-12", "--yes", "--unapproved", input="2023-11\n")
    right = office.run("send", "2023-12", "--yes", "--unapproved", input="2023-12\n")

    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == (
        "2023-12 is not approved, and newsletter.yaml says 'approval: required'; "
        "approve it with 'newsletter approve 2023-12 --by NAME', or send it with --unapproved\n"
    )
    for ran in (silent, wrong):
        assert (ran.returncode, ran.stdout) == (2, "")
        assert ran.stderr.endswith("'2023-12' was not typed out, so nothing is sent\n")
    assert right.returncode == 0
    assert len(server.accepted) == 1


# What stops it, what is said


def test_an_issue_with_an_error_is_not_sent(office: Any) -> None:
    office.subscribe("a@example.org")
    issue = (office.root / "issues" / "2023-12.yaml").read_text()
    office.write_issue(issue.replace("It does.", "TODO [link](javascript:alert)"))
    ran = office.run("send", "2023-12", "--yes")
    assert (ran.returncode, ran.stdout) == (1, "")
    *findings, last = ran.stderr.splitlines()
    assert all(line.startswith("issues/2023-12.yaml:") for line in findings)
    assert re.fullmatch(r"2023-12 is not sent, because of \d errors?", last)
    assert rows(office, "mailings") == 0


def test_an_issue_that_cannot_be_read_is_not_sent(office: Any) -> None:
    office.subscribe("a@example.org")
    office.write_issue("month: 2023-12\nsummarys: []\n")
    ran = office.run("send", "2023-12", "--yes")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "issues/2023-12.yaml:2:1: error:" in ran.stderr


def test_an_unknown_issue_is_wrong_usage(office: Any) -> None:
    ran = office.run("send", "2023-13", "--yes")
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1)


def test_without_subscribers_it_says_how_to_get_some(office: Any) -> None:
    ran = office.run("send", "2023-12", "--yes")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == (
        "there are no subscribers yet; 'newsletter subscribers import FILE' brings them in\n"
    )


def test_real_mail_without_a_secret_says_how_to_make_one(office: Any, server: Any) -> None:
    office.subscribe("a@example.org")
    office.through(server)
    ran = office.run("send", "2023-12", "--yes", NEWSLETTER_SECRET="")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == (
        "NEWSLETTER_SECRET is not set, and without it no unsubscribe link can be signed; make one "
        "with  python3 -c 'import secrets; print(secrets.token_urlsafe(32))'  and keep it for as "
        "long as readers may unsubscribe\n"
    )
    assert server.connections == 0


def test_the_outbox_makes_a_secret_of_its_own_and_says_so_once(office: Any) -> None:
    office.subscribe("a@example.org", "b@example.org")
    first = office.run("send", "2023-12", "--yes", "--limit", "1", NEWSLETTER_SECRET="")
    second = office.run("send", "2023-12", "--yes", NEWSLETTER_SECRET="")
    made = (office.root / ".newsletter" / "secret").read_text().strip()
    assert first.stderr.startswith("note: NEWSLETTER_SECRET is not set; made one for this ")
    assert (first.stderr.count("\n"), second.stderr) == (1, "")
    assert (office.root / ".newsletter" / ".gitignore").read_text() == "*\n"
    for output in (first.stdout, first.stderr, second.stdout):
        assert made not in output


def test_a_server_that_is_not_there_ends_it_with_one_line(office: Any, server: Any) -> None:
    office.subscribe("a@example.org", "b@example.org")
    office.through(server)
    server.refuse_connections()

    ran = office.run("send", "2023-12", "--yes")

    assert ran.returncode == 1
    assert ran.stderr.count("\n") == 1
    assert f"127.0.0.1:{server.port}" in ran.stderr
    assert "delivery.smtp" in ran.stderr
    assert ran.stdout.splitlines()[-1] == (
        "2023-12: 2 remaining of 2; stopped by the provider; 'newsletter send' goes on"
    )
    standing = office.standing()
    assert (standing.state, standing.mailing.hold) == ("paused", "provider")
    assert standing.counts.remaining == 2


def test_a_server_that_dies_half_way_leaves_the_rest_for_another(
    office: Any, faulty: Any, readers: Readers
) -> None:
    office.subscribe(*readers(200))
    with faulty.Faulty() as first, faulty.Faulty() as second:

        def die(moment: Any) -> Any:
            if moment.stage == "mail" and len(first.accepted) >= 50:
                first.refuse_connections()
                return faulty.Act.RESET
            return None

        first.whim = die
        office.through(first)
        ended = office.run("send", "2023-12", "--yes")
        office.through(second)
        again = office.run("send", "2023-12", "--yes")

        received = [address for address, _ in [*first.accepted, *second.accepted]]
    assert (ended.returncode, ended.stderr.count("\n")) == (1, 1)
    assert ended.stdout.splitlines()[-1].endswith(
        " of 200; stopped by the provider; 'newsletter send' goes on"
    )
    assert again.returncode == 0
    assert sorted(received) == sorted(readers(200))


def test_a_password_in_the_databases_address_is_not_shown(office: Any) -> None:
    office.environment["NEWSLETTER_DATABASE"] = "postgresql://me:hushhush@127.0.0.1:1/nowhere"
    ran = office.run("send", "2023-12", "--yes")
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (1, "", 1)
    assert "hushhush" not in ran.stderr
    assert ran.stderr.startswith("postgresql://me:***@127.0.0.1:1/nowhere: error: ")


# Dry run


def test_a_dry_run_keeps_nothing_and_asks_nothing(office: Any, server: Any) -> None:
    office.subscribe("a@example.org", "b@example.org")
    office.subscribe("c@example.org", consent=None)
    office.through(server)
    ran = office.run("send", "2023-12", "--dry-run")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.splitlines()[:2] == [
        "Subject     Empathy that is acted on",
        "Skipped     1 no consent on record",
    ]
    assert re.fullmatch(
        r"2 messages of \d+ KB would be sent; nothing was, and nothing was kept",
        ran.stdout.splitlines()[2],
    )
    assert rows(office, "mailings") == rows(office, "deliveries") == 0
    assert server.connections == 0


# Files that change after the planning


def test_what_was_planned_is_sent_whatever_the_files_say_now(office: Any) -> None:
    office.subscribe("a@example.org", "b@example.org", "c@example.org")
    office.run("send", "2023-12", "--yes", "--limit", "1")
    issue = office.root / "issues" / "2023-12.yaml"
    text = issue.read_text()

    issue.write_text(text.replace("that is acted on", "as it is now"))
    changed = office.run("send", "2023-12", "--yes", "--limit", "1")
    issue.unlink()
    gone = office.run("send", "2023-12", "--yes")

    note = (
        "note: the files of 2023-12 have changed since it was planned; what goes out is what was "
        "planned\n"
    )
    assert (changed.returncode, changed.stderr) == (gone.returncode, gone.stderr) == (0, note)
    messages = [message_from_bytes(each.read_bytes(), policy=policy.SMTP) for each in files(office)]
    assert [message["Subject"] for message in messages] == ["Empathy that is acted on"] * 3
    assert len({message["Date"] for message in messages}) == 1


def test_a_plan_that_was_never_begun_gives_way_to_what_the_files_say_now(
    office: Any, wait_until: Callable[..., Any]
) -> None:
    """Somebody closed the terminal at the question, and then mended the issue."""
    office.subscribe("a@example.org")
    asked = office.open("send", "2023-12")
    wait_until(lambda: rows(office, "mailings"))
    asked.kill()
    asked.wait()
    assert office.standing().state == "planned"
    issue = office.root / "issues" / "2023-12.yaml"
    issue.write_text(issue.read_text().replace("that is acted on", "mended"))

    ran = office.run("send", "2023-12", "--yes")

    assert (ran.returncode, ran.stderr) == (0, "")
    assert "Subject     Empathy mended" in ran.stdout
    (file,) = files(office)
    assert b"Subject: Empathy mended\r\n" in file.read_bytes()


def test_a_no_to_a_plan_that_was_never_begun_takes_it_back(
    office: Any, wait_until: Callable[..., Any]
) -> None:
    office.subscribe("a@example.org")
    asked = office.open("send", "2023-12")
    wait_until(lambda: rows(office, "mailings"))
    asked.kill()
    asked.wait()
    office.run("send", "2023-12", input="n\n")
    assert rows(office, "mailings") == 0


# Interruptions


def stalling(server: Any, stop: Event) -> None:
    """The fifth message and later ones wait for an answer until the test says so."""

    def whim(moment: Any) -> Any:
        if moment.stage == "taken" and len(server.accepted) >= 5:
            stop.wait(10)

    server.whim = whim


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_finishes_what_is_in_flight(
    office: Any, server: Any, readers: Readers, wait_until: Callable[..., Any], sign: int
) -> None:
    office.subscribe(*readers(300))
    office.through(server, connections=2)
    go_on = Event()
    stalling(server, go_on)
    sender = office.start("send", "2023-12", "--yes")
    wait_until(lambda: len(server.accepted) >= 6)

    sender.send_signal(sign)
    wait_until(lambda: sender.complaint)
    go_on.set()
    ran = sender.wait()

    number = len(server.accepted)
    assert ran.returncode == 1
    assert ran.stderr == "finishing what is in flight; once more stops at once\n"
    assert number < 300
    assert ran.stdout.splitlines()[-1] == (
        f"2023-12: {number} accepted, {300 - number} remaining of 300; "
        "interrupted; 'newsletter send' goes on"
    )
    standing = office.standing()
    assert (standing.state, standing.mailing.hold) == ("paused", "interruption")
    assert office.run("send", "2023-12", "--yes").returncode == 0
    assert sorted(address for address, _ in server.accepted) == sorted(readers(300))


def test_a_second_signal_stops_at_once(
    office: Any, server: Any, readers: Readers, wait_until: Callable[..., Any]
) -> None:
    office.subscribe(*readers(300))
    office.through(server, connections=2)
    go_on = Event()
    stalling(server, go_on)
    sender = office.start("send", "2023-12", "--yes")
    wait_until(lambda: len(server.accepted) >= 6)

    sender.send_signal(signal.SIGINT)
    wait_until(lambda: sender.complaint)
    sender.send_signal(signal.SIGINT)
    ran = sender.wait()
    go_on.set()

    assert (ran.returncode, ran.stderr.split()[-1]) == (130, "interrupted")
    standing = office.standing()
    assert (standing.state, standing.mailing.hold) == ("paused", "interruption")
    assert (standing.counts.doubtful, standing.counts.accepted) == (2, 4)


# Limits and second tries


def test_a_limit_ends_well_and_the_next_send_goes_on(office: Any, readers: Readers) -> None:
    office.subscribe(*readers(5))
    ran = office.run("send", "2023-12", "--yes", "--limit", "2")
    assert ran.returncode == 0
    assert "Recipients  2 of 5" in ran.stdout
    assert ran.stdout.splitlines()[-1] == (
        "the rehearsal of 2023-12: 2 accepted, 3 remaining of 5; the limit is reached; "
        "'newsletter send' goes on"
    )
    assert office.standing().mailing.hold == "limit"
    ran = office.run("send", "2023-12", "--yes")
    assert ran.returncode == 0
    assert "Accepted    2 before" in ran.stdout
    assert len(files(office)) == 5


@pytest.mark.parametrize("limit", ["0", "-1", "many"])
def test_a_limit_that_is_no_number_is_wrong_usage(office: Any, limit: str) -> None:
    ran = office.run("send", "2023-12", "--limit", limit)
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1)


def test_what_was_refused_for_now_is_tried_again(
    office: Any, server: Any, times_accepted: Callable[..., Any]
) -> None:
    office.subscribe("a@example.org", "b@example.org")
    refused: list[str] = []

    def whim(moment: Any) -> Any:
        if moment.stage == "rcpt" and moment.address not in refused:
            refused.append(moment.address)
            return "450 4.2.1 come back later"
        return None

    server.whim = whim
    office.through(server)
    assert office.run("send", "2023-12", "--yes").returncode == 0
    assert times_accepted(server) == {"a@example.org": 1, "b@example.org": 1}


def test_the_brake_stops_what_goes_wrong(office: Any, server: Any, readers: Readers) -> None:
    office.subscribe(*readers(150))
    server.whim = lambda moment: "550 5.7.1 policy" if moment.stage == "rcpt" else None
    office.through(server)
    ran = office.run("send", "2023-12", "--yes")
    assert ran.returncode == 1
    assert "; paused, since too much fails; 'newsletter resume' lifts that\n" in ran.stdout
    refused = office.run("send", "2023-12", "--yes")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == (
        "2023-12 is paused by the brake; 'newsletter resume 2023-12' lifts that\n"
    )


def test_a_notable_change_of_the_audience_is_told(office: Any, readers: Readers) -> None:
    office.subscribe(*readers(2))
    office.run("send", "2023-12", "--yes")
    issue = (office.root / "issues" / "2023-12.yaml").read_text()
    (office.root / "issues" / "2024-01.yaml").write_text(issue.replace("2023-12", "2024-01"))
    office.subscribe("x@example.org")
    ran = office.run("send", "2024-01", "--yes")
    assert (
        "Warning     the mailing before this one was for 2 recipients, this one is for 3\n"
        in ran.stdout
    )


# On a terminal


def test_a_terminal_sees_a_bar(office: Any, readers: Readers) -> None:
    office.subscribe(*readers(40))
    leader, follower = pty.openpty()
    sender = office.open("send", "2023-12", "--yes", stderr=follower)
    os.close(follower)
    sender.wait(30)
    seen = os.read(leader, 65536).decode()
    os.close(leader)
    assert re.search(r"\d+ of 40 · ", seen)
    assert sender.returncode == 0


# Trouble with the disk


def test_a_full_disk_is_told_and_the_next_send_goes_on(
    office: Any,
    server: Any,
    readers: Readers,
    times_accepted: Callable[..., Any],
    wait_until: Callable[..., Any],
) -> None:
    office.subscribe(*readers(600))
    office.through(server)
    office.run("send", "2023-12", "--yes", "--limit", "1")
    room = max(each.stat().st_size for each in office.root.glob("newsletter.db*")) + 300_000

    sender = office.start("send", "2023-12", "--yes")
    resource.prlimit(sender.pid, resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    wait_until(lambda: any(each.stat().st_size == room for each in office.root.glob("*-wal")))
    resource.prlimit(sender.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    ran = sender.wait()

    assert ran.returncode == 1
    assert re.fullmatch(r"\S+/newsletter.db: error: the disk .*\n", ran.stderr)
    accepted = len(server.accepted)
    assert 1 < accepted < 600
    assert ran.stdout.splitlines()[-1] == (
        f"2023-12: {accepted} accepted, {600 - accepted} remaining of 600; "
        "stopped, since the ledger cannot be written"
    )
    assert office.run("send", "2023-12", "--yes").returncode == 0
    assert times_accepted(server) == dict.fromkeys(readers(600), 1)


def test_a_readers_departure_while_it_is_paused_counts(office: Any, readers: Readers) -> None:
    office.subscribe(*readers(3))
    office.run("send", "2023-12", "--yes", "--limit", "1")
    assert office.run("subscribers", "unsubscribe", "reader2@example.org").returncode == 0
    ran = office.run("send", "2023-12", "--yes")
    assert ran.stdout.splitlines()[-1] == (
        "the rehearsal of 2023-12: 2 accepted, 1 skipped of 3; finished"
    )
