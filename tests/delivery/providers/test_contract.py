"""What every provider promises; each test runs once for each rig (see conftest.py)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

from newsletter.delivery.claim import Claim
from newsletter.delivery.providers import PROVIDERS

VERDICTS = {
    "mailbox": ("failed", True),
    "policy": ("failed", False),
    "later": ("planned", False),
    "silence": ("doubtful", False),
}


def addresses(number: int) -> list[str]:
    return [f"reader{each}@example.org" for each in range(1, number + 1)]


def test_every_provider_has_a_rig(rig_names: tuple[str, ...]) -> None:
    assert set(rig_names) == set(PROVIDERS)


def test_everybody_gets_one_message_and_each_claim_one_outcome(rig: Any, book: Any) -> None:
    everybody = addresses(30)

    outcomes = book(*everybody).run(rig.provider)

    assert [outcomes[number].verdict for number in range(1, 31)] == ["accepted"] * 30
    assert Counter(address for address, _ in rig.received()) == Counter(everybody)


def test_a_run_without_claims_ends(rig: Any, book: Any) -> None:
    assert book().run(rig.provider) == {}
    assert rig.received() == []


def test_each_reader_gets_the_own_message(
    rig: Any, make_book: Any, make_claim: Callable[..., Claim]
) -> None:
    book = make_book([make_claim(n, f"r{n}@example.org", f"Zoë {n} <&>") for n in range(1, 6)])

    book.run(rig.provider)

    for address, message in rig.received():
        number = address[1]
        assert f"Zoë {number} <&>" in str(_text(message))
        assert f"/u/{number}" in str(_text(message))


def _text(message: EmailMessage | dict[str, Any]) -> str:
    """The plain text that a reader sees; of a document, all of it."""
    if isinstance(message, dict):
        return str(message["text"])
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_a_refused_address_gets_its_verdict_and_holds_up_nobody(
    refusing: tuple[Any, str], book: Any
) -> None:
    rig, how = refusing
    rig.refuse("reader2@example.org", how)

    outcomes = book(*addresses(5)).run(rig.provider)

    verdict, bad_mailbox = VERDICTS[how]
    assert (outcomes[2].verdict, outcomes[2].bad_mailbox) == (verdict, bad_mailbox)
    assert outcomes[2].reason
    assert [outcomes[number].verdict for number in (1, 3, 4, 5)] == ["accepted"] * 4


def test_no_more_is_in_flight_than_the_provider_holds(rig: Any, book: Any) -> None:
    claims = book(*addresses(60))

    claims.run(rig.provider)

    assert claims.most_in_flight <= rig.at_once


def test_a_run_that_is_to_stop_takes_no_more_and_settles_what_it_took(rig: Any, book: Any) -> None:
    claims = book(*addresses(50), stop_after=3)

    outcomes = claims.run(rig.provider)

    assert len(outcomes) <= 3 + rig.at_once
    accepted = {number for number, outcome in outcomes.items() if outcome.verdict == "accepted"}
    received = {address for address, _ in rig.received()}
    assert received == {f"reader{number}@example.org" for number in accepted}


def test_outcomes_are_written_before_more_is_taken_than_fits(rig: Any, book: Any) -> None:
    claims = book(*addresses(40))

    claims.run(rig.provider)

    assert claims.committed == set(range(1, 41))


def test_a_run_may_be_abandoned(rig: Any, book: Any) -> None:
    claims = book(*addresses(20))
    running = rig.provider.deliver(claims)
    claims.settle(next(running))

    running.close()

    assert len(rig.received()) <= 20


def test_a_provider_may_be_used_again(rig: Any, book: Any) -> None:
    book("a@example.org").run(rig.provider)
    book("b@example.org").run(rig.provider)

    assert [address for address, _ in rig.received()] == ["a@example.org", "b@example.org"]
