"""How a run over SMTP grows, goes on, stops and gives up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from threading import Timer
from types import ModuleType
from typing import Any

import pytest

from newsletter.config.model import Smtp
from newsletter.delivery.providers.smtp import SmtpProvider
from newsletter.errors import ProviderFailed


@pytest.fixture
def act(load_module: Callable[[str], ModuleType]) -> Any:
    """What a server may do in place of a reply."""
    return load_module("servers/faulty.py").Act


def addresses(number: int) -> list[str]:
    return [f"r{each}@example.org" for each in range(1, number + 1)]


def verdicts(book: Any) -> Counter[str]:
    return Counter(outcome.verdict for outcome in book.outcomes.values())


def test_connections_are_opened_as_there_is_work_and_no_more_than_allowed(
    smtp_pair: Any, book: Any
) -> None:
    server, provider = smtp_pair(connections=4)
    book("a@example.org").run(provider)
    assert server.connections <= 2

    claims = book(*addresses(300))
    claims.run(provider)

    assert claims.most_in_flight <= 4
    assert server.connections <= 2 + 4


def test_the_server_is_told_goodbye(smtp_pair: Any, book: Any) -> None:
    server, provider = smtp_pair()

    book("a@example.org").run(provider)

    assert server.quits == server.connections == 1


def test_a_stalled_connection_holds_up_no_other(smtp_pair: Any, book: Any, act: Any) -> None:
    server, provider = smtp_pair(connections=3, patience={"dot": 0.5})
    server.whim = lambda moment: (
        act.STALL if (moment.stage, moment.address) == ("dot", "r5@example.org") else None
    )
    claims = book(*addresses(60))

    claims.run(provider)

    assert list(claims.outcomes)[-1] == 5
    assert verdicts(claims) == {"accepted": 59, "doubtful": 1}


def test_outcomes_are_written_soon_while_everything_is_busy(
    smtp_pair: Any, book: Any, act: Any
) -> None:
    server, provider = smtp_pair(patience={"dot": 0.7})
    server.whim = lambda moment: act.STALL if moment.stage == "dot" else None
    claims = book("a@example.org")

    claims.run(provider)

    assert len(claims.takes) > 3


def test_where_further_connections_are_refused_it_goes_on_with_fewer(
    smtp_pair: Any, book: Any
) -> None:
    server, provider = smtp_pair(connections=8)
    server.whim = lambda moment: (
        "421 4.7.0 too many connections"
        if moment.stage == "greeting" and moment.connection > 2
        else None
    )
    claims = book(*addresses(50))

    claims.run(provider)

    assert verdicts(claims) == {"accepted": 50}
    assert claims.most_in_flight == 2


def test_a_server_that_is_started_anew_is_found_again(smtp_pair: Any, book: Any, act: Any) -> None:
    server, provider = smtp_pair(connections=2)
    hails = iter(("no", "yes"))

    def whim(moment: Any) -> Any:
        if moment.stage == "mail" and moment.connection == 1 and moment.message == 5:
            server.drop_all()
            return act.DROP
        if moment.stage == "greeting" and moment.connection > 2 and next(hails, "yes") == "no":
            return "421 4.3.2 starting"
        return None

    server.whim = whim
    claims = book(*addresses(40))

    claims.run(provider)

    assert sum(verdicts(claims).values()) == 40
    assert verdicts(claims)["accepted"] >= 38
    assert verdicts(claims)["failed"] == 0


def test_three_refusals_to_connect_stop_the_run(book: Any, smtp_pair: Any) -> None:
    server, provider = smtp_pair()
    server.refuse_connections()
    claims = book("a@example.org")

    with pytest.raises(ProviderFailed) as failure:
        claims.run(provider)

    assert str(failure.value) == (
        f"127.0.0.1:{server.port} refuses connections; check delivery.smtp.host and "
        "delivery.smtp.port in newsletter.yaml"
    )
    assert len(claims.planned) == 1


@pytest.mark.parametrize(
    ("stage", "fault", "words"),
    [
        ("greeting", "554 5.7.1 go away", "turns us away (554 5.7.1 go away)"),
        ("greeting", "STALL", "does not answer in time"),
        ("greeting", "DROP", "hangs up at once"),
        ("ehlo", "421 4.3.2 closing", "turns us away (421 4.3.2 closing)"),
        ("ehlo", "DROP", "hangs up at once"),
    ],
)
def test_a_server_that_lets_nobody_in_stops_the_run(
    stage: str, fault: str, words: str, book: Any, smtp_pair: Any, act: Any
) -> None:
    server, provider = smtp_pair(patience={"connect": 0.1} if fault == "STALL" else None)
    server.whim = lambda moment: getattr(act, fault, fault) if moment.stage == stage else None

    with pytest.raises(ProviderFailed, match=r"newsletter\.yaml") as failure:
        book("a@example.org").run(provider)

    assert words in str(failure.value)
    assert server.connections == 3


@pytest.mark.parametrize("host", ["no..name.example", "x" * 80, "nowhere." * 40 + "example"])
def test_a_host_that_cannot_be_found_is_named(host: str, book: Any, patience: Any) -> None:
    provider = SmtpProvider(Smtp(host=host, port=2525), patience=patience)

    with pytest.raises(ProviderFailed, match=r"delivery\.smtp\.host") as failure:
        book("a@example.org").run(provider)

    assert f"{host}:2525" in str(failure.value)


def test_a_sender_that_is_refused_three_times_stops_the_run_and_fails_nobody(
    smtp_pair: Any, book: Any
) -> None:
    server, provider = smtp_pair()
    server.whim = lambda moment: "550 5.7.1 not your domain" if moment.stage == "mail" else None
    claims = book(*addresses(20))

    with pytest.raises(ProviderFailed, match=r"sender\.email") as failure:
        claims.run(provider)

    assert str(failure.value).startswith(
        f"127.0.0.1:{server.port} refuses mail from news@digest.example (550 5.7.1 not your domain)"
    )
    assert verdicts(claims) == {"planned": 3}


def test_a_sender_that_is_refused_now_and_then_stops_nothing(smtp_pair: Any, book: Any) -> None:
    server, provider = smtp_pair()
    server.whim = lambda moment: (
        "550 5.7.1 hm" if moment.stage == "mail" and moment.message % 2 else None
    )
    claims = book(*addresses(10))

    claims.run(provider)

    assert verdicts(claims) == {"planned": 5, "accepted": 5}


@pytest.mark.parametrize(("stage", "verdict"), [("data", "planned"), ("dot", "doubtful")])
def test_a_server_that_ends_every_connection_stops_the_run(
    stage: str, verdict: str, smtp_pair: Any, book: Any, act: Any
) -> None:
    server, provider = smtp_pair()
    server.whim = lambda moment: act.DROP if moment.stage == stage else None
    claims = book(*addresses(40))

    with pytest.raises(ProviderFailed, match="10 connections in a row"):
        claims.run(provider)

    assert verdicts(claims) == {verdict: 10}


def test_a_server_that_dies_half_way_leaves_nobody_unaccounted(
    smtp_pair: Any, book: Any, act: Any
) -> None:
    server, provider = smtp_pair(connections=3)
    dead: list[bool] = []

    def whim(moment: Any) -> Any:
        if moment.stage == "dot" and moment.address == "r30@example.org":
            dead.append(True)
            server.refuse_connections()
            server.drop_all()
        return act.DROP if dead else None

    server.whim = whim
    claims = book(*addresses(100))

    with pytest.raises(ProviderFailed, match="refuses connections"):
        claims.run(provider)

    accepted = {f"r{n}@example.org" for n, o in claims.outcomes.items() if o.verdict == "accepted"}
    doubtful = {f"r{n}@example.org" for n, o in claims.outcomes.items() if o.verdict == "doubtful"}
    taken_on = {address for address, _ in server.accepted}
    assert accepted <= taken_on <= accepted | doubtful
    assert len(doubtful) <= 3
    assert len(claims.outcomes) + len(claims.planned) == 100


def test_a_run_that_is_to_stop_gives_back_what_has_not_left(
    smtp_pair: Any, book: Any, act: Any
) -> None:
    server, provider = smtp_pair(patience={"stop": 0.2})
    server.whim = lambda moment: act.STALL if moment.stage == "rcpt" else None
    claims = book(*addresses(5))
    Timer(0.1, setattr, (claims, "stopping", True)).start()

    claims.run(provider)

    assert verdicts(claims) == {"planned": 1}
    assert "the run ended" in claims.outcomes[1].reason


def test_a_run_that_is_to_stop_waits_for_the_answer_to_what_has_left(
    smtp_pair: Any, book: Any
) -> None:
    server, provider = smtp_pair(patience={"dot": 60, "stop": 0.05})
    claims = book(*addresses(5))

    def whim(moment: Any) -> None:
        if moment.stage == "dot":
            claims.stopping = True
            server.pause(0.4)

    server.whim = whim

    claims.run(provider)

    assert verdicts(claims) == {"accepted": 1}


@dataclass
class Watched:
    """Claims that count how often a run looks whether it is to stop."""

    book: Any
    looks: int = 0

    def take(self, most: int) -> Any:
        self.book.pause()
        return self.book.take(most)

    @property
    def stopping(self) -> bool:
        self.looks += 1
        return bool(self.book.stopping)


@pytest.mark.parametrize("stop_after", [None, 2])
def test_a_run_that_waits_does_not_turn_in_circles(
    stop_after: int | None, smtp_pair: Any, book: Any
) -> None:
    server, provider = smtp_pair(connections=3)
    claims = book(*addresses(12), stop_after=stop_after)
    claims.pause = lambda: server.pause(0.002)  # as a slow disk does, so that outcomes gather
    slow = {("dot", "r2@example.org"), ("dot", "r9@example.org")}
    server.whim = lambda moment: (
        server.pause(0.5) if (moment.stage, moment.address) in slow else None
    )

    watched = Watched(claims)
    for outcome in provider.deliver(watched):
        claims.settle(outcome)

    assert claims.in_flight == {}
    assert watched.looks < 300


def test_a_run_that_is_to_stop_does_not_wait_for_a_connection(smtp_pair: Any, book: Any) -> None:
    server, provider = smtp_pair(patience={"connect": 30})
    greeted: list[bool] = []

    def whim(moment: Any) -> None:
        if moment.stage == "greeting":
            server.pause(5)
            greeted.append(True)

    server.whim = whim
    claims = book("a@example.org")
    Timer(0.1, setattr, (claims, "stopping", True)).start()

    claims.run(provider)

    assert claims.outcomes == {}
    assert not greeted


def test_an_abandoned_run_hangs_up(smtp_pair: Any, book: Any) -> None:
    server, provider = smtp_pair(connections=3)
    claims = book(*addresses(30))
    running = provider.deliver(claims)
    for _ in range(10):
        claims.settle(next(running))

    running.close()

    assert server.all_gone(5)


def test_an_error_of_the_ledger_hangs_up(smtp_pair: Any, book: Any) -> None:
    server, provider = smtp_pair(connections=3)
    claims = book(*addresses(30))
    running = provider.deliver(claims)
    next(running)
    claims.take = None  # as if the ledger broke

    with pytest.raises(TypeError):
        list(running)

    assert server.all_gone(5)
