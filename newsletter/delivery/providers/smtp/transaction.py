"""One mail transaction (RFC 5321 §3.3), without a socket: replies in, bytes out."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import replace
from enum import Enum

from newsletter.delivery.claim import Claim, Outcome
from newsletter.delivery.providers.smtp.judgement import Judgement, Stage, judge
from newsletter.delivery.providers.smtp.reply import Reply

END = b"\r\n.\r\n"
"""What ends a message; the first two bytes are its own."""
_QUEUED = re.compile(
    r"\bqueued as (?P<postfix>[\w.-]+)|\bid=(?P<exim>[\w.-]+)"
    r"|(?P<sendmail>[\w.-]+) Message accepted for delivery"
)
_CLOSING = 421


class _Beside(Enum):
    """A reply that does not bear on the delivery."""

    RSET = "the reset before it"


class Transaction:
    """Says MAIL, RCPT and DATA for one claim, and works out what became of it.

    The message goes out only after a 354 and an accepted recipient. With pipelining the three
    commands leave together, and each reply is read: a server may say 354 though it refused
    the recipient. RFC 2920 §3.1 would then send a lone dot; hanging up mails nothing for sure.
    """

    def __init__(self, claim: Claim, *, pipelining: bool, reset: bool) -> None:
        self.claim = claim
        self.outcome: Outcome | None = None
        self.ours = False
        """Whether a refusal was about the sender or the set-up, not this recipient."""
        self.closing = False
        """Whether the server is about to hang up, or cannot be followed any more."""
        self.untidy = True
        """Whether the next transaction must begin with a reset."""
        self.heard = 0
        self._pipelining = pipelining
        self._refusal: tuple[Stage, Reply] | None = None
        self._awaited: deque[Stage | _Beside] = deque()
        sender, recipient = claim.letter.sender_email, claim.reader.email
        self._commands: deque[tuple[Stage | _Beside, bytes]] = deque(
            (
                (Stage.MAIL, f"MAIL FROM:<{sender}>\r\n".encode("ascii")),
                (Stage.RCPT, f"RCPT TO:<{recipient}>\r\n".encode("ascii")),
                (Stage.DATA, b"DATA\r\n"),
            )
        )
        if reset:
            self._commands.appendleft((_Beside.RSET, b"RSET\r\n"))

    @property
    def refused(self) -> bool:
        """Whether the server has said no to the sender or the recipient."""
        return self._refusal is not None

    @property
    def awaits_dot(self) -> bool:
        """Whether the message is to be sent, or has been, and its reply is due."""
        return Stage.DOT in self._awaited

    def speak(self) -> bytes:
        """The next commands: all of them where they may be sent together."""
        said = b""
        while self._commands and (self._pipelining or not said):
            stage, command = self._commands.popleft()
            self._awaited.append(stage)
            said += command
        return said

    def hear(self, reply: Reply) -> bytes:
        """Take a reply; what is to be sent now. `outcome` is set where it was the last."""
        self.heard += 1
        stage = self._awaited.popleft()
        if reply.code == _CLOSING:
            self.closing = True
            self._conclude(stage if isinstance(stage, Stage) else Stage.MAIL, reply)
            return b""
        if stage is Stage.DATA:
            return self._hear_data(reply)
        if stage is Stage.DOT:
            self.untidy = False
            self._conclude(stage, reply)
        elif not reply.positive:
            self._refuse(stage, reply)
        return self.speak() if self.outcome is None else b""

    def _hear_data(self, reply: Reply) -> bytes:
        if self._refusal or not reply.intermediate:
            self.closing = not reply.negative
            self._conclude(Stage.DATA, reply)
            return b""
        self._awaited.append(Stage.DOT)
        return self.claim.message + END[2:]  # made while the server has others to read

    def _refuse(self, stage: Stage | _Beside, reply: Reply) -> None:
        if isinstance(stage, Stage) and reply.negative:
            self._refusal = self._refusal or (stage, reply)
            if not self._pipelining:
                self._conclude(stage, reply)
        else:  # neither yes nor no, or no to a reset: who knows what comes next
            self.closing = True
            self._conclude(Stage.MAIL, reply)

    def _conclude(self, stage: Stage, reply: Reply) -> None:
        """The first refusal counts; what came after only followed from it."""
        stage, reply = self._refusal or (stage, reply)
        judgement = judge(stage, reply)
        self.ours = judgement.ours
        found = _QUEUED.search(reply.text) if judgement.verdict == "accepted" else None
        self.outcome = Outcome(
            self.claim.delivery,
            judgement.verdict,
            reason=_reason(stage, judgement),
            detail=str(reply),
            provider_id=str(found[found.lastgroup or 0]) if found else "",
            bad_mailbox=judgement.bad_mailbox,
        )

    def cut(self, why: str, *, dot_left: bool) -> Outcome:
        """What became of it if nothing more is heard.

        Args:
            why: what happened, in words.
            dot_left: whether any byte of the message's end may have left.
        """
        if self._refusal:
            self._conclude(*self._refusal)
            assert self.outcome is not None  # noqa: S101 - set by the line above
            return self.outcome
        if dot_left:
            reason = f"{why} after the whole message had been sent, so it may have been delivered"
            return Outcome(self.claim.delivery, "doubtful", reason)
        return Outcome(self.claim.delivery, "planned", f"{why} before the message was whole")

    def answered_early(self) -> Outcome:
        """A yes before the end of the message had left is none to rely upon."""
        assert self.outcome is not None  # noqa: S101 - only called where it ended
        if self.outcome.verdict != "accepted":
            return self.outcome
        reason = "the server said yes before it had the whole message"
        return replace(self.outcome, verdict="doubtful", reason=reason)


def _reason(stage: Stage, judgement: Judgement) -> str:
    if judgement.verdict == "accepted":
        return ""
    if judgement.verdict == "doubtful":
        return "the server answered neither yes nor no to the whole message"
    for_now = " for now" if judgement.verdict == "planned" else ""
    return f"the server refused {stage.value}{for_now}"
