"""Whatever a server does: nobody twice, nobody forgotten, and no yes that was none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.config.model import Smtp
from newsletter.delivery.providers.smtp import SmtpProvider
from newsletter.errors import ProviderFailed

REFUSALS = (
    "421 4.3.2 closing",
    "450 4.2.0 later",
    "530 5.7.0 log in",
    "550 5.1.1 unknown",
    "554 5.7.1 no",
    "450 4.2.0 later\r\n250 2.0.0 and another thing",
)
OTHERS = ("DROP", "RESET", "STALL", "250 2.0.0 yes", "354 go on", "no SMTP", "250-unfinished")
FAULTS = st.sampled_from(OTHERS + REFUSALS)
# A server that refuses what it has taken on cannot be seen through by anybody.
AT_STAGES = st.one_of(
    st.tuples(st.sampled_from(("rcpt", "data", "body", "dot", "answered")), FAULTS),
    st.tuples(st.just("taken"), st.sampled_from(OTHERS)),
)


@dataclass(frozen=True)
class Weather:
    """What a run has to go through."""

    by_reader: dict[int, tuple[str, str]]
    """Stage and fault, by the number of the reader."""
    by_transaction: list[str | None]
    """At MAIL, in the order in which it is said."""
    by_connection: list[tuple[str, str] | None]
    """At greeting and EHLO, in the order in which connections are opened."""
    manners: dict[str, Any]
    readers: int
    connections: int
    stop_after: int | None


def now_and_then(faults: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), st.none(), st.none(), faults)


WEATHERS = st.builds(
    Weather,
    by_reader=st.dictionaries(st.integers(1, 12), AT_STAGES, max_size=6),
    by_transaction=st.lists(now_and_then(FAULTS), max_size=10),
    by_connection=st.lists(
        now_and_then(st.tuples(st.sampled_from(("greeting", "ehlo")), FAULTS)), max_size=4
    ),
    manners=st.fixed_dictionaries(
        {
            "pipelining": st.booleans(),
            "drip": st.booleans(),
            "wordy": st.booleans(),
            "data_after_refusal": st.booleans(),
            "messages_a_connection": st.one_of(st.none(), st.integers(1, 3)),
        }
    ),
    readers=st.integers(1, 12),
    connections=st.integers(1, 4),
    stop_after=st.one_of(st.none(), st.none(), st.integers(1, 8)),
)


def whim_of(weather: Weather, act: Any) -> Callable[[Any], Any]:
    """Lets a server behave like this."""
    mails, hails = list(weather.by_transaction), list(weather.by_connection)

    def whim(moment: Any) -> Any:
        fault: str | None = None
        if moment.stage == "mail":
            fault = mails.pop(0) if mails else None
        elif moment.stage in ("greeting", "ehlo"):
            position = moment.connection - 1
            due = hails[position] if position < len(hails) else None
            fault = due[1] if due and due[0] == moment.stage else None
        elif moment.address:
            number = int(moment.address[1:].partition("@")[0])
            stage, due_fault = weather.by_reader.get(number, ("", ""))
            fault = due_fault if stage == moment.stage else None
        return None if fault is None else getattr(act, fault, fault)

    return whim


@pytest.fixture(scope="session")
def faulty(load_module: Callable[[str], ModuleType]) -> ModuleType:
    return load_module("servers/faulty.py")


@settings(max_examples=40)
@given(weather=WEATHERS)
def test_each_claim_has_one_outcome_and_it_is_true(
    weather: Weather, faulty: Any, make_book: Any, make_claim: Any, patience: Any
) -> None:
    claims = [make_claim(n, f"r{n}@example.org") for n in range(1, weather.readers + 1)]
    book = make_book(list(claims), stop_after=weather.stop_after)
    failed = True
    waits = replace(patience, connect=0.1, reply=0.05, dot=0.05, stop=0.02, quit=0.05)

    with faulty.Faulty(**weather.manners) as server:
        server.whim = whim_of(weather, faulty.Act)
        provider = SmtpProvider(
            Smtp(host="127.0.0.1", port=server.port, connections=weather.connections),
            patience=waits,
        )
        with suppress(ProviderFailed):
            book.run(provider)  # sees to it that each claim taken has one outcome
            failed = False

    assert len(book.outcomes) + len(book.planned) == weather.readers
    assert failed or book.stopping or not book.planned
    assert book.most_in_flight <= weather.connections
    by_verdict: dict[str, set[str]] = {
        verdict: {f"r{n}@example.org" for n, o in book.outcomes.items() if o.verdict == verdict}
        for verdict in ("accepted", "doubtful", "planned", "failed")
    }
    taken_on = Counter(address for address, _ in server.accepted)
    assert set(taken_on) <= by_verdict["accepted"] | by_verdict["doubtful"]
    assert max(taken_on.values(), default=1) == 1
    assert server.nobodys == []
    lied_to = {
        f"r{n}@example.org"
        for n, (stage, fault) in weather.by_reader.items()
        if stage in ("dot", "body") and fault.startswith("250 ")
    }
    assert by_verdict["accepted"] <= set(taken_on) | lied_to
    messages = {claim.reader.email: claim.message for claim in claims}
    assert all(messages[address] == content for address, content in server.accepted)
