"""Replies as they come in, and what they mean."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.providers.smtp.judgement import Stage, judge
from newsletter.delivery.providers.smtp.reply import Gibberish, Replies, Reply

TEXTS = st.text(st.characters(codec="ascii", exclude_categories=("C",)), max_size=40)
REPLIES = st.builds(Reply, st.integers(200, 599), TEXTS.map(str.strip))


@st.composite
def on_the_wire(draw: st.DrawFn) -> tuple[list[Reply], bytes]:
    """Replies, and bytes that say them, of one line or several."""
    replies = draw(st.lists(REPLIES, max_size=6))
    said = ""
    for code, text in replies:
        words = text.split(" ") if draw(st.booleans()) else [text]
        said += "".join(f"{code}-{word}\r\n" for word in words[:-1])
        said += f"{code} {words[-1]}\r\n"
    return replies, said.encode()


@given(on_the_wire(), st.lists(st.integers(0, 300), max_size=8))
def test_replies_are_read_in_pieces_of_any_size(
    wire: tuple[list[Reply], bytes], cuts: list[int]
) -> None:
    replies, said = wire
    places = sorted({0, len(said), *(min(cut, len(said)) for cut in cuts)})
    reader = Replies()

    read = [reply for start, end in pairwise(places) for reply in reader.feed(said[start:end])]

    assert read == replies
    assert not reader.begun


@pytest.mark.parametrize(
    "said",
    [b"hello\r\n", b"25 short\r\n", b"2500 long\r\n", b"\r\n", b"100 early\r\n",
     b"HTTP/1.1 400 Bad\r\n", b"25\xe9 odd\r\n", b"250-" + b"x" * 70_000, b"250-more\r\n" * 30_000],
)  # fmt: skip
def test_what_is_no_reply_is_refused(said: bytes) -> None:
    with pytest.raises(Gibberish):
        list(Replies().feed(said))


def test_a_reply_may_do_without_text_and_with_a_bare_line_feed() -> None:
    assert list(Replies().feed(b"250\r\n354 go\n250 \r\n")) == [
        Reply(250, ""),
        Reply(354, "go"),
        Reply(250, ""),
    ]


def test_a_reply_is_fit_for_a_terminal() -> None:
    assert list(Replies().feed(b"550 a\x1b[31mb\xff\x00\r\n")) == [Reply(550, "a [31mb� ")]


DEAD = [
    "550 5.1.1 <a@example.org>: Recipient address rejected: User unknown",
    "550 5.1.1 The email account that you tried to reach does not exist",
    "553 5.1.3 bad address syntax",
    "551 5.1.6 mailbox has moved",
    "556 5.1.10 recipient address has null MX",
    "550 No such user here",
    "550 unknown user",
    "550 <a@example.org>: User unknown",
    "551 User not found",
    "550 Mailbox not found",
    "550 <a@example.org>: mailbox does not exist",
    "553 no such mailbox",
    "550 Recipient address rejected: user unknown in local table",
]
ALIVE = [
    "550 5.7.1 user unknown to our policy",
    "550 5.2.1 mailbox disabled",
    "552 5.2.2 mailbox full",
    "550 5.1.2 no such domain",
    "550 5.1.8 sender's domain does not exist",
    "550 5.4.1 recipient address rejected: access denied",
    "550 Requested action not taken: mailbox unavailable",
    "550 Sender verify failed: unknown user",
    "550 blocked by our list",
    "554 no such user",
    "550",
    # What is said of us: our server, our name, our sender, our log-in, our reputation.
    "550 Client host rejected: IP address [203.0.113.9] not found in DNS",
    "550 reverse DNS for address 203.0.113.9 not found",
    "550 mail from address a@b.example does not exist",
    "550 Domain of address a@b.example does not exist",
    "550 invalid account (authenticate first)",
    "550 relay access denied for unknown recipient",
    "550 user unknown; relaying is not permitted",
    "551 no such user: not our host, try another",
    "553 unknown user in MAIL FROM",
    "550 unknown user 203.0.113.9",
    "550 [203.0.113.9] mailbox not found",
    "550 user not found in SASL login",
    "550 No such user (message looks like spam)",
    "550 user unknown or blacklisted",
    "550 no such user, or our policies forbid it",
    "550 access denied, user not found",
    "550 your mailbox does not exist",
    "550 helo: no such user",
    # What may be said of more than mailboxes.
    "550 Invalid recipient",
    "550 recipient unknown",
    "550 account not found",
    "550 address does not exist",
    "550 no such username",
    "550 no such user-defined folder",
]


def reply(line: str) -> Reply:
    code, _, text = line.partition(" ")
    return Reply(int(code), text)


@pytest.mark.parametrize("line", DEAD)
def test_a_dead_mailbox_is_known(line: str) -> None:
    assert judge(Stage.RCPT, reply(line)) == ("failed", False, True)


@pytest.mark.parametrize("line", ALIVE)
def test_a_refusal_for_another_reason_is_not_taken_for_a_dead_mailbox(line: str) -> None:
    assert judge(Stage.RCPT, reply(line)) == ("failed", False, False)


@pytest.mark.parametrize("line", DEAD)
def test_a_refused_sender_says_nothing_about_the_mailbox(line: str) -> None:
    assert judge(Stage.MAIL, reply(line)) == ("planned", True, False)


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("code", [400, 421, 450, 451, 452, 454, 499])
def test_a_refusal_for_now_is_no_fault_and_no_failure(stage: Stage, code: int) -> None:
    assert judge(stage, Reply(code, "4.1.1 user unknown")) == ("planned", False, False)


@given(st.sampled_from(Stage), st.integers(200, 599), TEXTS)
def test_every_reply_means_something(stage: Stage, code: int, text: str) -> None:
    judgement = judge(stage, Reply(code, text))

    assert (judgement.verdict == "accepted") == (stage is Stage.DOT and code < 300)
    assert judgement.verdict != "doubtful" or stage is Stage.DOT
    assert judgement.verdict == "failed" or not judgement.bad_mailbox
