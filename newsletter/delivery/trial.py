"""Test copies: the same way out as a mailing's, and no ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from uuid import uuid4

from newsletter.delivery.claim import Claim, Outcome, Provider
from newsletter.edition import Letter, Reader, Splice


class _Copies:
    """Claims that nobody keeps a record of; a copy refused for now is not tried again."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        self._left = list(claims)
        self.open = len(claims)
        """How many have no outcome yet."""

    @property
    def stopping(self) -> bool:
        """Whether nothing is worth waiting for: no copy is tried a second time."""
        return not self.open

    def take(self, most: int) -> Sequence[Claim]:
        taken, self._left = self._left[:most], self._left[most:]
        return taken


def send_copies(
    letter: Letter, addresses: Iterable[str], provider: Provider
) -> Iterator[tuple[str, Outcome]]:
    """Send marked copies of a letter; each address with what became of it.

    A copy's link leads to the page that explains it, its Message-ID is a random one.

    Raises:
        ProviderFailed: where nothing can be sent.
    """
    splice = Splice(letter.test_copy())
    readers = (
        Reader(
            email=address,
            first_name="",
            last_name="",
            unsubscribe_url=f"{letter.web_url}/u/preview",
            message_id=f"test.{uuid4().hex}@{letter.sender_domain}",
        )
        for address in addresses
    )
    # A mailing's deliveries have positive numbers.
    claims = [Claim(-number, reader, splice) for number, reader in enumerate(readers, 1)]
    by_number = {claim.delivery: claim.reader.email for claim in claims}
    copies = _Copies(claims)
    for outcome in provider.deliver(copies):
        copies.open -= 1
        yield by_number[outcome.delivery], outcome
