"""What becomes of a delivery when the server misbehaves, at each stage and in each way."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

DROP, RESET, STALL = "DROP", "RESET", "STALL"
PLANNED, FAILED, DOUBTFUL, ACCEPTED = "planned", "failed", "doubtful", "accepted"

SHORT = {"reply": 0.1, "dot": 0.1}

FAULTS = [
    ("mail", "451 4.3.0 not now", PLANNED),
    ("mail", "550 5.7.1 not you", PLANNED),
    ("mail", "421 4.3.2 closing", PLANNED),
    ("mail", DROP, PLANNED),
    ("mail", STALL, PLANNED),
    ("rcpt", "450 4.2.0 greylisted", PLANNED),
    ("rcpt", "452 4.2.2 mailbox full", PLANNED),
    ("rcpt", "552 5.2.2 mailbox full", FAILED),
    ("rcpt", "550 5.7.1 we want no newsletters", FAILED),
    ("rcpt", "530 5.7.0 authentication required", PLANNED),
    ("rcpt", "421 4.3.2 closing", PLANNED),
    ("rcpt", "no SMTP at all", PLANNED),
    ("rcpt", DROP, PLANNED),
    ("rcpt", STALL, PLANNED),
    ("data", "451 4.3.0 not now", PLANNED),
    ("data", "554 5.6.0 no", FAILED),
    ("data", "250 what for?", PLANNED),
    ("data", DROP, PLANNED),
    ("data", RESET, PLANNED),
    ("data", STALL, PLANNED),
    ("body", DROP, DOUBTFUL),
    ("dot", "451 4.3.0 disk full", PLANNED),
    ("dot", "421 4.3.2 closing", PLANNED),
    ("dot", "554 5.7.1 looks like spam", FAILED),
    ("dot", "354 go on", DOUBTFUL),
    ("dot", "no SMTP at all", DOUBTFUL),
    ("dot", DROP, DOUBTFUL),
    ("dot", RESET, DOUBTFUL),
    ("dot", STALL, DOUBTFUL),
    ("taken", DROP, DOUBTFUL),
    ("taken", RESET, DOUBTFUL),
    ("taken", STALL, DOUBTFUL),
    ("answered", DROP, ACCEPTED),
    ("answered", "421 4.3.2 closing", ACCEPTED),
]


@pytest.fixture
def whim(load_module: Callable[[str], ModuleType]) -> Callable[..., Any]:
    """A whim that shows at one stage, for one address or on one connection alone."""
    acts = load_module("servers/faulty.py").Act

    def make(stage: str, fault: str, *, address: str = "", connection: int = 0) -> Any:
        fault = getattr(acts, fault, fault)

        def decide(moment: Any) -> Any:
            here = moment.stage == stage and address in ("", moment.address)
            return fault if here and connection in (0, moment.connection) else None

        return decide

    return make


@pytest.mark.parametrize("manner", ["together", "one by one", "over TLS"])
@pytest.mark.parametrize(("stage", "fault", "verdict"), FAULTS)
def test_each_fault_has_its_verdict(
    stage: str, fault: str, verdict: str, manner: str, smtp_pair: Any, book: Any, whim: Any,
    authority: Any,
) -> None:  # fmt: skip
    server, provider = smtp_pair(
        pipelining=manner != "one by one",
        context=authority.server_context() if manner == "over TLS" else None,
        whim=whim(stage, fault),
        patience=SHORT if fault == STALL else None,
    )

    outcome = book("a@example.org").run(provider)[1]

    assert outcome.verdict == verdict
    assert not outcome.bad_mailbox
    assert bool(outcome.reason) == (verdict != ACCEPTED)
    if fault[:3].isdecimal() and stage != "answered":
        assert outcome.detail == fault
    if server.accepted:
        assert outcome.verdict in (ACCEPTED, DOUBTFUL)


@pytest.mark.parametrize("pipelining", [True, False], ids=["together", "one by one"])
def test_a_refused_recipient_holds_up_nobody_on_the_same_connection(
    pipelining: bool, smtp_pair: Any, book: Any, whim: Any
) -> None:
    refusal = whim("rcpt", "550 5.1.1 no such user", address="b@example.org")
    server, provider = smtp_pair(pipelining=pipelining, whim=refusal)

    outcomes = book("a@example.org", "b@example.org", "c@example.org").run(provider)

    assert [outcomes[n].verdict for n in (1, 2, 3)] == [ACCEPTED, FAILED, ACCEPTED]
    assert outcomes[2].bad_mailbox
    assert outcomes[2].detail == "550 5.1.1 no such user"
    assert server.connections == 1


@pytest.mark.parametrize("stage", ["mail", "rcpt"])
def test_a_server_that_says_go_on_after_a_refusal_gets_no_message(
    stage: str, smtp_pair: Any, book: Any, whim: Any
) -> None:
    server, provider = smtp_pair(data_after_refusal=True)
    server.whim = whim(stage, "550 5.1.1 no", address="b@example.org" if stage == "rcpt" else "")

    outcomes = book("b@example.org", *["a@example.org"] * (stage == "rcpt")).run(provider)

    assert outcomes[1].verdict == (FAILED if stage == "rcpt" else PLANNED)
    assert server.nobodys == []
    assert [address for address, _ in server.accepted] == ["a@example.org"] * (stage == "rcpt")


@pytest.mark.parametrize("secure", [False, True], ids=["plain", "over TLS"])
@pytest.mark.parametrize("pipelining", [True, False], ids=["together", "one by one"])
@pytest.mark.parametrize("manner", [{"drip": True}, {"wordy": True}, {"drip": True, "wordy": True}])
def test_replies_may_come_in_any_shape(
    pipelining: bool, manner: dict[str, bool], secure: bool, smtp_pair: Any, book: Any,
    authority: Any,
) -> None:  # fmt: skip
    context = authority.server_context() if secure else None
    _, provider = smtp_pair(pipelining=pipelining, context=context, **manner)

    outcomes = book("a@example.org", "b@example.org").run(provider)

    assert [outcomes[n].verdict for n in (1, 2)] == [ACCEPTED, ACCEPTED]
    assert outcomes[2].provider_id == "Q1X2"


def test_a_server_without_pipelining_is_never_spoken_to_out_of_turn(
    smtp_pair: Any, book: Any, whim: Any
) -> None:
    refusal = whim("rcpt", "450 4.2.0 later", address="b@example.org")
    server, provider = smtp_pair(pipelining=False, whim=refusal)

    book("a@example.org", "b@example.org", "c@example.org").run(provider)

    assert len(server.accepted) == 2
    assert server.hasty == 0


@pytest.mark.parametrize("secure", [False, True], ids=["plain", "over TLS"])
def test_a_message_half_of_which_has_left_is_not_sent(
    secure: bool, smtp_pair: Any, make_book: Any, make_claim: Any, long_letter: Any, authority: Any
) -> None:
    context = authority.server_context() if secure else None
    server, provider = smtp_pair(deaf_after=1000, context=context, patience=SHORT)
    claim = make_claim(1, "a@example.org", letter=long_letter)

    outcome = make_book([claim]).run(provider)[1]

    assert outcome.verdict == PLANNED
    assert outcome.reason == "the server did not answer in time before the message was whole"
    assert server.accepted == []


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("552 5.3.4 too much", FAILED),
        ("451 4.3.0 disk full", PLANNED),
        ("250 2.0.0 fine", DOUBTFUL),
    ],
)
def test_an_answer_to_half_a_message_is_heard_and_the_connection_given_up(
    said: str, verdict: str, smtp_pair: Any, make_book: Any, make_claim: Any, long_letter: Any,
    whim: Any,
) -> None:  # fmt: skip
    server, provider = smtp_pair(deaf_after=10**9, whim=whim("body", said, connection=1))
    claims = [make_claim(1, "a@example.org", letter=long_letter), make_claim(2, "b@example.org")]

    outcomes = make_book(claims).run(provider)

    assert outcomes[1].verdict == verdict
    assert outcomes[2].verdict == ACCEPTED
    assert server.connections == 2


@pytest.mark.parametrize("pipelining", [True, False], ids=["together", "one by one"])
@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
def test_a_reply_that_comes_too_early_answers_nothing(
    stage: str, pipelining: bool, smtp_pair: Any, book: Any, whim: Any
) -> None:
    proper = "354 go on" if stage == "data" else "250 2.0.0 Ok"
    fault = f"{proper}\r\n250 2.0.0 and a yes before the question"
    server, provider = smtp_pair(pipelining=pipelining, whim=whim(stage, fault))

    outcome = book("a@example.org").run(provider)[1]

    assert outcome.verdict == PLANNED
    assert server.accepted == []


def test_a_server_may_end_its_connections_after_some_messages(smtp_pair: Any, book: Any) -> None:
    server, provider = smtp_pair(messages_a_connection=2)

    outcomes = book(*(f"r{n}@example.org" for n in range(9))).run(provider)

    assert {outcome.verdict for outcome in outcomes.values()} == {ACCEPTED}
    assert server.connections == 5


@pytest.mark.parametrize("fault", [DROP, RESET, "421 4.3.2 closing"])
def test_a_connection_that_ends_after_each_message_does_no_harm(
    fault: str, smtp_pair: Any, book: Any, whim: Any
) -> None:
    server, provider = smtp_pair(connections=2, whim=whim("answered", fault))

    outcomes = book(*(f"r{n}@example.org" for n in range(12))).run(provider)

    assert {outcome.verdict for outcome in outcomes.values()} == {ACCEPTED}
    assert len(server.accepted) == 12


def test_a_connection_dropped_while_there_was_nothing_to_do_does_no_harm(
    smtp_pair: Any, book: Any
) -> None:
    server, provider = smtp_pair(connections=2)
    waits = iter([False, True])

    def wait() -> bool:
        if next(waits, False):
            server.drop_all()
            return True
        return False

    outcomes = book("a@example.org", "b@example.org", "c@example.org", wait=wait).run(provider)

    assert [outcomes[n].verdict for n in (1, 2, 3)] == [ACCEPTED] * 3


def test_what_the_server_adds_to_its_greeting_is_not_lost(
    smtp_pair: Any, book: Any, whim: Any
) -> None:
    parting = whim("ehlo", "250 faulty.example\r\n421 4.3.2 closing", connection=1)
    server, provider = smtp_pair(whim=parting)

    outcomes = book("a@example.org").run(provider)

    assert outcomes[1].verdict == ACCEPTED
    assert server.connections == 2


def test_a_message_larger_than_the_server_takes_is_not_tried(smtp_pair: Any, book: Any) -> None:
    server, provider = smtp_pair(size=500)

    outcome = book("a@example.org").run(provider)[1]

    assert outcome.verdict == FAILED
    assert "takes 500" in outcome.reason
    assert not any(command.startswith("MAIL") for command in server.commands)


def test_a_server_without_a_limit_of_size_takes_anything(smtp_pair: Any, book: Any) -> None:
    _, provider = smtp_pair(size=0)

    assert book("a@example.org").run(provider)[1].verdict == ACCEPTED


@pytest.mark.parametrize(
    "address",
    [
        "a b@example.org",
        "a@example.org>\r\nRCPT TO:<b@example.org",
        "<a@example.org",
        "ä@example.org",
    ],
)
def test_an_address_cannot_break_out_of_its_envelope(
    address: str, smtp_pair: Any, book: Any
) -> None:
    server, provider = smtp_pair()

    outcomes = book(address, "c@example.org").run(provider)

    assert [outcomes[n].verdict for n in (1, 2)] == [FAILED, ACCEPTED]
    assert [each for each in server.commands if each.startswith("RCPT")] == [
        "RCPT TO:<c@example.org>"
    ]


def test_the_name_said_at_ehlo_is_a_full_name_or_an_address(smtp_pair: Any, book: Any) -> None:
    server, provider = smtp_pair()

    book("a@example.org").run(provider)

    assert all("." in hail for hail in server.hails)


def test_the_bytes_arrive_as_they_were_made(
    smtp_pair: Any, make_book: Any, make_claim: Any
) -> None:
    server, provider = smtp_pair()
    claim = make_claim(1, "a@example.org", "Zoë.")

    make_book([claim]).run(provider)

    assert server.accepted == [("a@example.org", claim.message)]
