"""Whatever SendGrid answers, in whatever order: nobody is lost, nobody is taken for sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Timer
from time import time
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.claim import Claims, Outcome
from newsletter.delivery.dispatch import Stop
from newsletter.delivery.ending import Why
from newsletter.delivery.providers.sendgrid import SendGrid, Settings
from newsletter.errors import ProviderFailed

ERRORS = st.sampled_from(
    [
        (),
        ((None, "Bad Request"),),
        (("from", "not yours"),),
        (("personalizations.0.to", "no address"),),
        (("personalizations.0", "no"), ("personalizations.2", "no")),
        (("personalizations.1.headers", "no"), ("content", "no")),
    ]
)
FAULTS = st.sampled_from(["", "", "", "", "drop", "drop unread", "cut", "garbage", "stall"])
STATUSES = st.sampled_from([202] * 12 + [400] * 6 + [413, 429, 429, 500, 503, 401, 403, 404, 302])


@pytest.fixture(scope="module")
def sendgrid(load_module: Callable[[str], ModuleType]) -> Iterator[Any]:
    with load_module("servers/sendgrid.py").sendgrid_server() as server:
        yield server


@given(data=st.data())
def test_each_claim_has_one_outcome_that_agrees_with_what_was_taken(
    data: st.DataObject,
    sendgrid: Any,
    load_module: Callable[[str], ModuleType],
    make_book: Any,
    make_claim: Any,
) -> None:
    module = load_module("servers/sendgrid.py")
    steps = st.builds(
        module.Step,
        status=STATUSES,
        errors=ERRORS,
        fault=FAULTS,
        headers=st.sampled_from([{}, {"X-RateLimit-Reset": "0"}, {"X-RateLimit-Reset": "x"}]),
        took=st.sampled_from([None, None, True]),
    )
    script = data.draw(st.lists(steps, max_size=8), "script")
    number = data.draw(st.integers(0, 12), "claims")
    size = data.draw(st.integers(1, 6), "batch size")
    connections = data.draw(st.integers(1, 3), "connections")
    sendgrid.reset()
    # A definite no is a no: such a server takes nothing that it refuses.
    sendgrid.script.extend(step for step in script if not _lies(step))
    # A thread of the server that is late must not be taken for this example's.
    base = next(sendgrid.numbers) * 100
    claims = [make_claim(base + each, f"r{each}@example.org") for each in range(number)]
    book = make_book(claims, stop_after=data.draw(st.none() | st.integers(1, 6), "stop after"))
    settings = Settings(sendgrid.url, module.KEY, size, connections, timeout=0.1, respite=0.01)

    with suppress(ProviderFailed):
        book.run(SendGrid(settings))

    numbers = (int(each.personalization["custom_args"]["delivery"]) for each in sendgrid.taken)
    taken = Counter(each for each in numbers if base <= each < base + 100)
    yes = {each for each, outcome in book.outcomes.items() if outcome.verdict == "accepted"}
    open_ = {each for each, outcome in book.outcomes.items() if outcome.verdict == "doubtful"}
    assert not taken or max(taken.values()) == 1
    assert yes <= taken.keys()
    assert taken.keys() <= yes | open_
    assert book.most_in_flight <= size * connections
    assert sendgrid.complaints == []


def _lies(step: Any) -> bool:
    return step.took is True and step.status != 202 and step.status < 500


def test_a_run_does_not_rest_once_nothing_is_to_come(
    sendgrid_rig: Any, sqlite_house: Any, load_module: Callable[[str], ModuleType]
) -> None:
    later = {"X-RateLimit-Reset": f"{time() + 600:.0f}"}
    step = load_module("servers/sendgrid.py").Step
    sendgrid_rig.server.script.append(step(429, headers=later))
    sqlite_house.subscribe("a@example.org")
    stop = Stop()
    rescue = Timer(20, setattr, (stop, "requested", True))
    rescue.start()

    ending = sqlite_house.send(sendgrid_rig.provider, delays=(), stop=stop)

    rescue.cancel()
    assert (ending.why, ending.counts.remaining) == (Why.LEFT, 1)


def test_a_stop_that_comes_with_an_answer_is_told_as_an_interruption(
    sendgrid_rig: Any, sqlite_house: Any
) -> None:
    stop = Stop()

    class Stopped:
        def deliver(self, claims: Claims) -> Iterator[Outcome]:
            for outcome in sendgrid_rig.provider_with(connections=1).deliver(claims):
                yield outcome
                stop.requested = True

    sqlite_house.subscribe("a@example.org", "b@example.org")

    ending = sqlite_house.send(Stopped(), stop=stop)

    assert (ending.why, ending.counts.accepted) == (Why.INTERRUPTED, 1)
