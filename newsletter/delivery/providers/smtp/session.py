"""One open connection, and the transaction that goes on over it."""

from __future__ import annotations

import re
import selectors
from dataclasses import dataclass

from newsletter.delivery.claim import Claim, Outcome
from newsletter.delivery.providers.smtp.access import Opened
from newsletter.delivery.providers.smtp.channel import Channel, Lost
from newsletter.delivery.providers.smtp.patience import Patience
from newsletter.delivery.providers.smtp.transaction import END, Transaction

_UNFIT = re.compile(r"[^!-;=?-~]")
"""What cannot stand in an envelope: blanks, control characters, angle brackets, non-ASCII."""


@dataclass(frozen=True)
class Settled:
    """What came of a claim."""

    claim: Claim
    outcome: Outcome | None
    """None where the connection had ended beforehand: the claim may begin on another."""
    refused: str = ""
    """The reply, where the sender or the set-up was refused rather than this recipient."""
    lost: str = ""
    """Why a connection ended that had never brought a delivery to its end."""


class Session:
    """A connection to a server that takes mail, one message at a time."""

    def __init__(self, opened: Opened, patience: Patience, now: float) -> None:
        self._channel = Channel(opened.connection, opened.received)
        self._pipelining, self._size = opened.pipelining, opened.size
        self._patience = patience
        self._transaction: Transaction | None = None
        self._message_out = False
        """Whether the transaction's message was handed to the channel."""
        self._untidy = False
        self._served = 0
        self.since = now
        """When it last got on: was opened, got a reply, or sent something."""
        self.closed = False
        self.watched = self._channel.interest
        """What its selector watches for."""

    def fileno(self) -> int:
        """For a selector."""
        return self._channel.fileno()

    @property
    def interest(self) -> int:
        """What a selector is to watch for."""
        return self._channel.interest

    @property
    def busy(self) -> bool:
        """Whether a transaction goes on."""
        return self._transaction is not None

    @property
    def dot_left(self) -> bool:
        """Whether any byte of a message's end may have left."""
        return self._message_out and self._channel.unsent < len(END)

    def begin(self, claim: Claim, now: float) -> Settled | None:
        """Begin with a claim; settled at once where it cannot be sent, or not here."""
        if reason := self._unfit(claim):
            return Settled(claim, Outcome(claim.delivery, "failed", reason))
        if not self._channel.quiet():
            self.close()
            return Settled(claim, None)
        self._message_out = False
        self._transaction = Transaction(claim, pipelining=self._pipelining, reset=self._untidy)
        self.since = now
        try:
            self._channel.send(self._transaction.speak())
        except Lost as lost:
            return self.cut(str(lost))
        return None

    def _unfit(self, claim: Claim) -> str | None:
        """Why a claim cannot be sent here, if it cannot."""
        if reason := claim.reader.unfit:
            return reason
        if _UNFIT.search(claim.reader.email):
            return "the address cannot stand in an SMTP envelope"
        if self._size is not None and (length := len(claim.message)) > self._size:
            return f"it has {length} bytes, and the server takes {self._size}"
        return None

    def advance(self, events: int, now: float) -> Settled | None:
        """Go on, since the connection is ready to be read or written."""
        try:
            if events & selectors.EVENT_READ:
                self._read(now)
            if events & selectors.EVENT_WRITE and not self._ended:
                self._channel.flush()
        except Lost as lost:
            return self.cut(str(lost))
        if self._channel.moved:
            self._channel.moved, self.since = False, now
        return self._settle() if self._ended else None

    def _read(self, now: float) -> None:
        for reply in self._channel.receive():
            transaction = self._transaction
            if transaction is None or transaction.outcome is not None:
                raise Lost("the server spoke unasked")
            self.since = now
            output = transaction.hear(reply)
            if output and self._channel.ahead:
                raise Lost("the server answered what it had not been asked")
            if output:
                self._message_out = transaction.awaits_dot
                self._channel.send(output)

    @property
    def _ended(self) -> bool:
        return self._transaction is not None and self._transaction.outcome is not None

    def overdue(self, now: float) -> bool:
        """Whether the server has been waited for long enough."""
        whole = self.dot_left and self._channel.drained
        return self.busy and now - self.since > (
            self._patience.dot if whole else self._patience.reply
        )

    def cut(self, why: str) -> Settled | None:
        """Hang up, and settle what was under way."""
        transaction, settled = self._transaction, None
        if transaction is not None and transaction.outcome is not None:
            settled = self._settle()
        elif transaction is not None:
            anew = self._served and not transaction.heard
            outcome = None if anew else transaction.cut(why, dot_left=self.dot_left)
            fresh = not self._served and outcome is not None and not outcome.detail
            settled = Settled(transaction.claim, outcome, lost=why if fresh else "")
        self.close()
        return settled

    def _settle(self) -> Settled:
        """Make an end of a transaction that has come to its own."""
        transaction, self._transaction = self._transaction, None
        assert transaction is not None  # noqa: S101 - `_ended` has seen to that
        outcome = transaction.outcome
        if not self._channel.drained:
            outcome = transaction.answered_early()
            transaction.closing = True
        if transaction.closing:
            self.close()
            if self._served and transaction.heard == 1:
                return Settled(transaction.claim, None)
        assert outcome is not None  # noqa: S101 - the same
        fresh = transaction.closing and not self._served and not transaction.refused
        lost = outcome.detail if fresh else ""
        self._untidy = transaction.untidy
        self._served += not transaction.ours
        refused = outcome.detail if transaction.ours else ""
        return Settled(transaction.claim, outcome, refused, lost)

    def part(self) -> None:
        """Say goodbye."""
        try:
            self._channel.send(b"QUIT\r\n")
        except Lost:
            self.close()

    def close(self) -> None:
        """Hang up."""
        self.closed = True
        self._transaction = None
        self._channel.close()
