"""Test copies: the same way out as a mailing's, and no ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from uuid import uuid4

from newsletter.delivery.claim import Claim, Outcome, Provider
from newsletter.delivery.copies import hand_over
from newsletter.edition import Letter, Reader, Splice


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
    claims = [Claim(-number, reader, splice) for number, reader in enumerate(readers, 1)]
    by_number = {claim.delivery: claim.reader.email for claim in claims}
    for outcome in hand_over(claims, provider):
        yield by_number[outcome.delivery], outcome
