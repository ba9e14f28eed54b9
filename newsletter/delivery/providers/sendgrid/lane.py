"""A thread that has one request in flight, and the requests that are to follow it."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from queue import SimpleQueue
from threading import Thread
from typing import NamedTuple

from newsletter.delivery.claim import Claim
from newsletter.delivery.providers.sendgrid.draft import Draft, Personalization
from newsletter.delivery.providers.sendgrid.post import Answer, Mailer


class Copy(NamedTuple):
    """One claim, and what SendGrid is told of it."""

    claim: Claim
    draft: Draft
    personalization: Personalization


Parcel = Sequence[Copy]
"""What one request carries: copies of one letter, no address twice."""
Done = SimpleQueue[tuple["Lane", Answer]]


def parcels(copies: Iterable[Copy]) -> Iterator[Parcel]:
    """Split claims into as few requests as may carry them."""
    seen: Counter[tuple[Draft, str]] = Counter()
    groups: dict[tuple[Draft, int], list[Copy]] = defaultdict(list)
    for copy in copies:
        address = copy.draft, copy.claim.reader.email.casefold()
        groups[copy.draft, seen[address]].append(copy)
        seen[address] += 1
    yield from groups.values()


class Lane:
    """Sends parcels one after the other; takes no new claims before the last is settled."""

    def __init__(self, mailer: Mailer, done: Done) -> None:
        self.waiting: deque[Parcel] = deque()
        self.sent: Parcel = ()
        """What is in flight."""
        self._inbox: SimpleQueue[str | None] = SimpleQueue()
        # A daemon: who stops at once does not wait for an answer.
        Thread(target=self._work, args=(mailer, done), daemon=True).start()

    def send(self) -> None:
        """Put the next parcel in flight."""
        self.sent = self.waiting.popleft()
        draft = self.sent[0].draft
        self._inbox.put(draft.request([copy.personalization for copy in self.sent]))

    def settle(self) -> Parcel:
        """Take back the parcel that was in flight."""
        parcel, self.sent = self.sent, ()
        return parcel

    def close(self) -> None:
        """Let the thread end, after what is in flight."""
        self._inbox.put(None)

    def _work(self, mailer: Mailer, done: Done) -> None:
        while (body := self._inbox.get()) is not None:
            done.put((self, mailer.post(body)))
