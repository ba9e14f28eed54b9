"""The SMTP provider and Postfix's own smtp-sink."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from newsletter.config.model import Smtp
from newsletter.delivery.providers.smtp import SmtpProvider
from newsletter.errors import ProviderFailed

SINK_OPTIONS = {
    "together": (),
    "one by one": ("-p",),
    "without EHLO": ("-e",),
}


@pytest.fixture
def sink(
    load_module: Callable[[str], ModuleType], program: Callable[[str], Path]
) -> Iterator[Callable[..., Any]]:
    """Starts smtp-sink with options."""
    with ExitStack() as stack:
        start = load_module("servers/sink.py").smtp_sink
        yield lambda *options: stack.enter_context(start(program("smtp-sink"), *options))


@pytest.mark.parametrize("manner", SINK_OPTIONS)
def test_everybody_gets_the_own_message_once(
    manner: str, sink: Any, book: Any, patience: Any
) -> None:
    running = sink(*SINK_OPTIONS[manner])
    everybody = [f"r{number}@example.org" for number in range(1, 101)]
    claims = book(*everybody)

    claims.run(SmtpProvider(Smtp(host="127.0.0.1", port=running.port), patience=patience))

    assert {outcome.verdict for outcome in claims.outcomes.values()} == {"accepted"}
    received = running.received()
    assert sorted(address for address, _ in received) == sorted(everybody)
    assert all(f"/u/{address[1:].partition('@')[0]}" in text for address, text in received)


@pytest.mark.parametrize("command", ["rcpt", "data", "."])
@pytest.mark.parametrize(
    ("option", "verdict"), [("-f", "failed"), ("-r", "planned")], ids=["for good", "for now"]
)
def test_a_refusal_is_no_failure_of_the_run(
    command: str, option: str, verdict: str, sink: Any, book: Any, patience: Any
) -> None:
    running = sink(option, command)
    claims = book("a@example.org", "b@example.org", "c@example.org")

    claims.run(SmtpProvider(Smtp(host="127.0.0.1", port=running.port), patience=patience))

    assert [claims.outcomes[number].verdict for number in (1, 2, 3)] == [verdict] * 3
    assert not any(outcome.bad_mailbox for outcome in claims.outcomes.values())


@pytest.mark.parametrize("command", ["connect", "ehlo,helo", "mail"])
def test_a_refusal_of_everybody_stops_the_run(
    command: str, sink: Any, book: Any, patience: Any
) -> None:
    running = sink("-f", command)
    claims = book(*(f"r{number}@example.org" for number in range(20)))

    with pytest.raises(ProviderFailed):
        claims.run(SmtpProvider(Smtp(host="127.0.0.1", port=running.port), patience=patience))

    assert {outcome.verdict for outcome in claims.outcomes.values()} <= {"planned"}
    assert len(claims.outcomes) <= 4


@pytest.mark.parametrize("command", ["mail", "rcpt", "data", "."])
def test_a_connection_dropped_at_each_command_counts_nobody_as_sent(
    command: str, sink: Any, book: Any, patience: Any
) -> None:
    running = sink("-q", command)
    claims = book(*(f"r{number}@example.org" for number in range(3)))

    claims.run(SmtpProvider(Smtp(host="127.0.0.1", port=running.port), patience=patience))

    verdict = "doubtful" if command == "." else "planned"
    assert {outcome.verdict for outcome in claims.outcomes.values()} == {verdict}
