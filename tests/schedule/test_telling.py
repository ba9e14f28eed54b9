"""What operators are told, when, and how often; and what happens where they cannot be."""

from __future__ import annotations

import json
import logging
import os
import signal
import warnings
from collections.abc import Callable
from dataclasses import replace
from email import message_from_bytes, policy
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

from newsletter.config.secrets import Secrets
from newsletter.delivery.claim import Claim, Outcome
from newsletter.delivery.providers import load_provider
from newsletter.errors import ConfigurationError, NewsletterError
from newsletter.schedule.attend import tell_broken

FEBRUARY = "2024-02"
CHAIR, EDITOR = "chair@operators.example", "editor@operators.example"
DEAD = "127.0.0.1:25 does not answer; check 'delivery.smtp'"
"""Why nothing can be sent."""


def is_notice(claim: Claim) -> bool:
    return claim.letter.purpose == "operators"


def texts(bureau: Any, kind: str) -> list[str]:
    """What messages of a kind say."""
    return [row.text for row in bureau.notices() if row.kind == kind]


def unapproved(bureau: Any) -> None:
    bureau.write(FEBRUARY)


def changed(bureau: Any) -> None:
    bureau.write(FEBRUARY)
    bureau.approve(FEBRUARY)
    bureau.write(FEBRUARY, "Another subject")


def withdrawn(bureau: Any) -> None:
    bureau.write(FEBRUARY)
    bureau.approve(FEBRUARY)
    bureau.withdraw(FEBRUARY)


def broken(bureau: Any) -> None:
    bureau.write(FEBRUARY)
    bureau.approve(FEBRUARY)
    bureau.path(FEBRUARY).write_text("month: [", "utf-8")


def missing(bureau: Any) -> None:
    assert not bureau.path(FEBRUARY).exists()


def sent_to_nobody(bureau: Any) -> None:
    bureau.write(FEBRUARY)
    bureau.approve(FEBRUARY)
    with_none(bureau)


def with_none(bureau: Any) -> None:
    from newsletter.store import subscribers, writing

    with writing(bureau.engine) as connection:
        connection.execute(subscribers.update().values(status="unsubscribed"))


REASONS = [
    (unapproved, "nobody approved it", "newsletter approve 2024-02 --by NAME"),
    (changed, "it has changed since it was approved", "issues/2024-02.yaml: subject"),
    (withdrawn, "nobody approved it", "newsletter approve 2024-02 --by NAME"),
    (broken, "it has changed since it was approved", "issues/2024-02.yaml:1:"),
    (missing, "there is no file of it", "issues/2024-02.yaml"),
    (sent_to_nobody, "nobody would get it", ""),
]


def test_a_day_before_operators_hear_what_goes_out_to_how_many_and_who_approved_it(
    due: Any, clock: Any
) -> None:
    due.subscribe("left@example.org", status="unsubscribed")
    clock.to("2024-02-05 08:59")
    due.attend()
    assert due.told() == []

    clock.to("2024-02-05 09:00")
    found = due.attend()
    due.attend(1)
    due.restart()
    due.attend()

    assert [notice.kind for notice in found.told] == ["upcoming"]
    assert due.post.subjects == [
        "2024-02 goes out on Tuesday 2024-02-06 09:00 -05:00, to 3 recipients"
    ]
    (text,) = texts(due, "upcoming")
    for line in (
        "Subject      Empathy",
        "Summaries    2",
        "Recipients   3 of 4",
        "Left out     1 unsubscribed",
        "Approved by  the editor",
        "newsletter approve 2024-02 --withdraw",
    ):
        assert line in text
    assert {each.to for each in due.post.handed("notice")} == {CHAIR, EDITOR}
    assert len(due.post.everything) == 4


@pytest.mark.parametrize(("prepare", "why", "more"), REASONS)
def test_a_day_before_operators_hear_why_it_would_not_go_out(
    bureau: Any, clock: Any, prepare: Callable[[Any], None], why: str, more: str
) -> None:
    prepare(bureau)
    clock.to("2024-02-05 09:00")

    bureau.attend()
    bureau.attend(1)

    assert bureau.post.subjects == [
        f"2024-02 is not ready to go out on Tuesday 2024-02-06 09:00 -05:00: {why}"
    ]
    assert more in texts(bureau, "upcoming")[0]


@pytest.mark.parametrize(("prepare", "why", "more"), REASONS)
def test_at_its_moment_operators_hear_at_once_why_it_does_not_go_out(
    bureau: Any, clock: Any, prepare: Callable[[Any], None], why: str, more: str
) -> None:
    prepare(bureau)
    clock.to("2024-02-06 09:00")

    found = bureau.attend()
    bureau.attend(1)
    bureau.restart()
    clock.on(hours=1)
    bureau.attend()

    assert bureau.post.subjects == [f"2024-02 did not go out: {why}"]
    (text,) = texts(bureau, "refused")
    assert more in text
    assert "It then goes out by itself, until Tuesday 2024-02-06 21:00 -05:00." in text
    assert found.refusals[FEBRUARY].told.startswith(why)
    assert bureau.post.handed() == []


@pytest.mark.parametrize("slip", ["colour: blue\n", ": nonsense [\n", "\0"])
def test_a_file_that_breaks_is_refused_at_the_hour_it_names_itself(
    bureau: Any, clock: Any, slip: str
) -> None:
    bureau.write(FEBRUARY, send_at="'2024-02-20 18:30' # after the conference")
    bureau.approve(FEBRUARY)
    path = bureau.path(FEBRUARY)
    path.write_text(path.read_text("utf-8") + slip, "utf-8")
    clock.to("2024-02-20 18:29")
    found = bureau.attend()
    assert bureau.entry(FEBRUARY, found).step == "upcoming"
    clock.to("2024-02-20 18:30")
    bureau.attend()

    assert bureau.told() == [(FEBRUARY, "upcoming"), (FEBRUARY, "refused")]


def test_an_error_that_a_check_finds_is_a_reason(
    bureau: Any, clock: Any, lines: Callable[..., str]
) -> None:
    bureau.configure(lines(approval="none"))
    bureau.write(FEBRUARY)
    path = bureau.path(FEBRUARY)
    path.write_text(
        path.read_text("utf-8").replace("It does.", "Lorem ipsum dolor sit amet."), "utf-8"
    )
    clock.to("2024-02-05 10:00")
    bureau.attend()
    clock.to("2024-02-06 09:00")
    found = bureau.attend()

    assert found.refusals[FEBRUARY].code == "errors"
    assert [row.kind for row in bureau.notices()] == ["upcoming", "refused"]
    assert all("a check finds errors" in row.subject for row in bureau.notices())


def test_what_is_mended_within_the_grace_goes_out_and_no_more_is_said_of_it(
    bureau: Any, clock: Any
) -> None:
    bureau.write(FEBRUARY)
    clock.to("2024-02-06 09:00")
    bureau.attend()
    bureau.approve(FEBRUARY)
    clock.on(hours=11)
    bureau.attend()
    clock.on(days=2)
    bureau.attend()

    assert bureau.told() == [(FEBRUARY, "refused"), (FEBRUARY, "result")]


@pytest.mark.parametrize("prepare", [each for each, _, _ in REASONS])
def test_what_did_not_go_out_within_its_grace_is_told_once(
    bureau: Any, clock: Any, prepare: Callable[[Any], None]
) -> None:
    prepare(bureau)
    clock.to("2024-02-06 21:01")

    for number in (0, 1, 0):
        bureau.attend(number)
        bureau.restart()
        clock.on(hours=1)

    assert bureau.told() == [(FEBRUARY, "overdue")]
    assert "newsletter send 2024-02" in texts(bureau, "overdue")[0]
    assert len(bureau.post.handed("notice")) == 2


def test_after_it_went_out_operators_hear_all_counts(due: Any) -> None:
    due.subscribe("left@example.org", status="unsubscribed")
    due.subscribe("nobody@example.org", consent=None)
    due.attend()
    due.attend(1)

    assert due.post.subjects == ["2024-02 went out: 3 of 5 accepted"]
    (text,) = texts(due, "result")
    told = dict(
        line.split()[:2] for line in text.splitlines() if line[:2] == "  " and "," not in line
    )
    assert [told[name] for name in ("total", "accepted", "failed", "skipped", "doubtful")] == [
        "5", "3", "0", "2", "0",
    ]  # fmt: skip
    assert "1 unsubscribed" in text
    assert "1 no consent on record" in text


def test_a_result_that_a_crash_kept_back_is_told_by_the_next_pass(
    due: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("newsletter.schedule.words.result", die)
        with pytest.raises(KeyboardInterrupt):
            due.attend()
    assert due.mailing(FEBRUARY).state == "finished"
    assert due.told() == []

    due.attend(1)

    assert due.told() == [(FEBRUARY, "result")]


def test_more_than_5_percent_of_failures_are_told_while_mail_still_leaves(
    due: Any, clock: Any, lines: Callable[..., str]
) -> None:
    due.configure(lines().replace("provider: smtp", "provider: smtp, brake: 50%"))
    due.subscribe(*(f"r{number}@example.org" for number in range(147)))
    heard: list[int] = []

    def verdict(claim: Claim) -> Any:
        if is_notice(claim):
            heard.append(len(due.post.handed()))
            return "accepted"
        from time import sleep

        sleep(0.005)
        return "failed" if claim.reader.email.endswith("1@example.org") else "accepted"

    due.post.verdict = verdict
    due.attend()
    clock.on(days=1)
    due.attend(1)

    assert due.told() == [(FEBRUARY, "failures"), (FEBRUARY, "result")]
    assert 100 <= heard[0] < 150
    assert "failed" in due.post.subjects[0]
    assert "newsletter deliveries 2024-02 --state failed" in texts(due, "failures")[0]


def test_failures_of_a_few_are_told_in_the_end(due: Any) -> None:
    due.post.verdict = lambda claim: "failed" if claim.reader.email[0] == "b" else "accepted"
    due.attend()
    due.attend(1)

    assert due.post.subjects == [
        "2024-02: 33% of the mails failed",
        "2024-02 went out: 2 of 3 accepted, 1 failed, 0 doubtful",
    ]


def test_a_doubtful_mail_is_told_while_mail_still_leaves(due: Any) -> None:
    from time import sleep

    heard: list[int] = []

    def verdict(claim: Claim) -> Any:
        if is_notice(claim):
            heard.append(len(due.post.handed()))
            return "accepted"
        sleep(0.12)
        return "doubtful" if claim.reader.email[0] == "a" else "accepted"

    due.subscribe("d@example.org", "e@example.org")
    due.post.verdict = verdict
    due.attend()
    due.attend(1)

    assert due.told() == [(FEBRUARY, "doubtful"), (FEBRUARY, "result")]
    assert heard[0] < 5
    assert due.post.subjects[0] == "2024-02: 1 mail may or may not have arrived"
    assert "newsletter doubtful 2024-02" in texts(due, "doubtful")[0]


def test_what_the_brake_has_paused_is_told_and_goes_on_only_when_resumed(
    due: Any, clock: Any
) -> None:
    due.subscribe(*(f"r{number}@example.org" for number in range(147)))
    due.post.verdict = lambda claim: "accepted" if is_notice(claim) else "failed"
    found = due.attend()
    clock.on(hours=1)
    due.attend(1)

    assert [ending.why.name for ending in found.endings] == ["BRAKE"]
    assert due.told() == [(FEBRUARY, "failures")]
    assert "newsletter resume 2024-02" in texts(due, "failures")[0]


def test_without_operators_it_is_logged_and_kept(
    due: Any, lines: Callable[..., str], caplog: pytest.LogCaptureFixture
) -> None:
    due.configure(lines(operators=()))
    caplog.set_level(logging.INFO)
    found = due.attend()
    due.attend(1)

    assert due.told() == [(FEBRUARY, "result")]
    assert due.post.handed("notice") == []
    assert not found.untold
    logged = [json.loads(record.getMessage()) for record in caplog.records]
    results = [each for each in logged if each["event"] == "result"]
    assert [(each["issue"], each["text"]) for each in results] == [
        (FEBRUARY, "2024-02 went out: 3 of 3 accepted")
    ]


def test_where_the_provider_is_dead_a_file_says_so_until_word_gets_through(
    due: Any, clock: Any
) -> None:
    due.post.dead = DEAD
    found = due.attend()

    assert found.untold
    assert due.post.dead in due.file
    assert "2024-02 did not go out: the provider takes no mail" in due.file
    assert CHAIR in due.file
    assert EDITOR in due.file

    due.post.dead = ""
    clock.on(minutes=6)
    due.attend(1)

    assert due.file is None
    assert due.standing(FEBRUARY).state == "finished"
    assert due.post.subjects[-2:] == [
        "2024-02 did not go out: the provider takes no mail",
        "2024-02 went out: 3 of 3 accepted",
    ]
    assert {copy.state for copy in due.copies()} == {"accepted"}


def test_a_provider_that_cannot_even_be_opened_leaves_nothing_in_doubt(
    due: Any, clock: Any
) -> None:
    def refuse() -> Any:
        raise ConfigurationError("newsletter.yaml: error: no such provider")

    clock.to("2024-02-05 09:00")
    first = due.schedulers[0]
    office = first.office
    first.office = replace(office, open_provider=refuse)
    with pytest.raises(NewsletterError):
        due.attend()
    first.office = office
    due.attend()

    assert {copy.state for copy in due.copies()} == {"accepted"}


def test_a_dead_provider_is_tried_for_three_days_and_the_file_stays_for_a_month(
    due: Any, clock: Any
) -> None:
    due.post.dead = DEAD
    for _ in range(5):
        due.attend()
        clock.on(days=1)
    due.post.dead = ""
    due.attend()

    assert "2024-02 did not go out" in due.file
    assert "(failed)" in due.file
    clock.on(days=31)
    due.attend()
    assert FEBRUARY not in (due.file or "")


def test_an_operators_address_that_is_refused_keeps_no_other_from_hearing(due: Any) -> None:
    due.post.verdict = lambda claim: (
        Outcome(0, "failed", "no such mailbox", "550 5.1.1 unknown")
        if claim.reader.email == CHAIR
        else "accepted"
    )
    found = due.attend()
    due.attend(1)

    assert found.untold
    assert {copy.email: copy.state for copy in due.copies()} == {
        CHAIR: "failed",
        EDITOR: "accepted",
    }
    assert "550 5.1.1 unknown" in due.file
    assert EDITOR not in due.file
    assert len(due.post.handed("notice")) == 2


def test_word_that_was_leaving_in_a_crash_is_not_sent_again_and_stands_in_the_file(
    due: Any, clock: Any
) -> None:
    clock.to("2024-02-05 09:00")
    for each in due.schedulers:
        each.office.engine.dispose()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads, which matter not
        child = os.fork()
    if not child:
        due.post.before = lambda claim: os.kill(os.getpid(), signal.SIGKILL)
        try:
            due.restart(0)
            due.attend()
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL

    clock.on(hours=1)
    due.attend(1)
    clock.on(hours=1)
    due.attend()

    assert {copy.state for copy in due.copies()} == {"doubtful"}
    assert len(due.post.handed("notice")) == 1
    assert CHAIR in due.file
    assert "goes out on Tuesday 2024-02-06 09:00" in due.file


def test_a_file_that_cannot_be_written_stops_nothing(due: Any) -> None:
    (due.root / "operator-messages.txt").mkdir()
    due.post.verdict = lambda claim: "failed" if is_notice(claim) else "accepted"

    due.attend()

    assert due.standing(FEBRUARY).state == "finished"


def test_the_log_holds_no_address(due: Any, clock: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    due.subscribe("d@example.org")
    due.post.verdict = lambda claim: Outcome(
        0, "doubtful" if claim.reader.email[0] in "ae" else "failed", "no", claim.reader.email
    )
    clock.to("2024-02-05 09:00")
    due.attend()
    clock.to("2024-02-06 09:00")
    due.attend()
    due.write("2024-03")
    clock.to("2024-03-06 09:00")
    due.attend()

    assert len(caplog.records) > 5
    assert "@" not in caplog.text


def test_a_configuration_that_cannot_be_read_is_told_once(due: Any) -> None:
    office = due.schedulers[0].office
    for about in ("one", "one", "two"):
        tell_broken(office, about, "newsletter.yaml:3:1: error: unknown key")

    assert due.post.subjects == ["newsletter.yaml cannot be read"] * 2


# Over the wire


def load(path: str) -> Any:
    """A server of tests/delivery/servers."""
    import sys

    file = Path(__file__).parents[1] / "delivery" / "servers" / path
    name = f"newsletter_tests_schedule_{file.stem}"
    spec = spec_from_file_location(name, file)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look there
    spec.loader.exec_module(module)
    return module


def through(bureau: Any, delivery: dict[str, Any], secrets: Secrets) -> None:
    """Have the schedulers send by a real provider."""
    bureau.configure(
        f"approval: required\noperators: [{CHAIR}]\ndelivery: {json.dumps(delivery)}\n"
    )
    config = bureau.config
    for each in bureau.schedulers:
        each.office = replace(each.office, open_provider=lambda: load_provider(config, secrets))


@pytest.fixture
def ready(sqlite_bureau: Any, clock: Any) -> Any:
    """An issue that is written, the day before it is due."""
    clock.to("2024-02-05 09:00")
    return sqlite_bureau


def test_over_smtp_an_operators_message_is_one_plain_text_that_no_machine_answers(
    ready: Any,
) -> None:
    with load("submission.py").submission() as server:
        smtp = {"host": "127.0.0.1", "port": server.port}
        through(ready, {"provider": "smtp", "smtp": smtp}, Secrets())
        ready.write(FEBRUARY, subject="Empathy, été")
        ready.approve(FEBRUARY)
        ready.attend()

    ((to, content),) = server.accepted
    mail = message_from_bytes(content, policy=policy.default)
    assert to == CHAIR
    assert mail.get_content_type() == "text/plain"
    assert not mail.is_multipart()
    assert mail["Auto-Submitted"] == "auto-generated"
    assert not [name for name in mail if name.lower().startswith("list-")]
    assert mail["To"] == CHAIR
    assert "news@digest.example" in mail["From"]
    assert mail["Subject"].startswith("2024-02 goes out on Tuesday 2024-02-06 09:00 -05:00")
    assert mail["Message-ID"].endswith("@digest.example>")
    assert mail["Date"].datetime.isoformat() == "2024-02-05T09:00:00-05:00"
    assert "Subject      Empathy, été" in mail.get_content()
    assert all(len(line) <= 78 for line in content.split(b"\r\n"))


def test_over_sendgrid_an_operators_message_is_one_plain_text_that_no_machine_answers(
    ready: Any,
) -> None:
    servers = load("sendgrid.py")
    with servers.sendgrid_server() as server:
        through(
            ready,
            {"provider": "sendgrid", "sendgrid": {"base_url": server.url}},
            Secrets(sendgrid_key=servers.KEY),
        )
        ready.write(FEBRUARY)
        ready.approve(FEBRUARY)
        ready.attend()

        (taken,) = server.taken
    assert taken.address == CHAIR
    assert [each["type"] for each in taken.mail["content"]] == ["text/plain"]
    headers = {**taken.mail.get("headers", {}), **taken.personalization.get("headers", {})}
    assert headers.get("Auto-Submitted") == "auto-generated"
    assert not [name for name in headers if name.lower().startswith("list-")]
    assert taken.mail["subject"].startswith("2024-02 goes out on Tuesday")
    assert "Recipients   3 of 3" in taken.rendered("plain")
    assert {copy.state for copy in ready.copies()} == {"accepted"}
