"""What passes between the sending loop and a provider: claims out, outcomes back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from newsletter.edition import Letter, Reader, Splice


class Claim(NamedTuple):
    """One delivery that is to be attempted now; the ledger has it as `attempting`."""

    delivery: int
    """The delivery's number in the ledger, opaque to the outside."""
    reader: Reader
    splice: Splice

    @property
    def letter(self) -> Letter:
        """The mail before it is spliced, for providers that fill in readers themselves."""
        return self.splice.letter

    @property
    def message(self) -> bytes:
        """The whole message, ready for the wire: CRLF lines, none begins with a dot."""
        return self.splice.message(self.reader)


Verdict = Literal["accepted", "failed", "doubtful", "planned"]
"""What became of an attempt.

    accepted    the provider said yes
    failed      it said no, for good
    doubtful    the bytes left, the answer is lost: never sent again by itself
    planned     surely not sent: it may be tried again
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one claim."""

    delivery: int
    verdict: Verdict
    reason: str = ""
    """In words, for whoever asks later."""
    detail: str = ""
    """The provider's reply as it came."""
    provider_id: str = ""
    """The provider's own name for the message."""
    bad_mailbox: bool = False
    """Whether the address itself is dead, so that its reader is suppressed."""


class Claims(Protocol):
    """What a provider takes its work from."""

    def take(self, most: int) -> Sequence[Claim]:
        """At most so many claims, each committed as `attempting` before this returns.

        Outcomes yielded so far are committed by the same transaction. Empty where there is
        nothing to do just now; where nothing is in flight either, it waits, and empty then
        means that the run is over. With `most` 0 it never waits: a provider that rests calls
        it now and then, so that outcomes are written and wishes are seen. Where nothing is in
        flight and nothing is to come, `stopping` is set.
        """
        ...

    @property
    def stopping(self) -> bool:
        """Whether the run is to end: finish what is in flight, give back what has not left."""
        ...


class Provider(Protocol):
    """A way out. One verb."""

    def deliver(self, claims: Claims) -> Iterator[Outcome]:
        """Take claims until none are left, and yield the outcome of each as it comes.

        Every claim taken gets exactly one outcome, before an error is raised too.

        Raises:
            ProviderFailed: where nothing more can be sent now: it does not answer, or
                refuses the account. The message names the setting to look at.
        """
        ...
