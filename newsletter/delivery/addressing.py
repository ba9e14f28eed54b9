"""From a recipient of the ledger to a claim that a provider can send."""

from __future__ import annotations

from collections.abc import Callable

from newsletter.audience.keys import Keyring
from newsletter.audience.tokens import Signer
from newsletter.delivery.claim import Claim
from newsletter.delivery.entry import Recipient
from newsletter.edition import Letter, Reader, Splice


def addressed(letter: Letter, mailing: int, keyring: Keyring) -> Callable[[Recipient], Claim]:
    """Gives a mailing's recipients their links and Message-IDs; only the keys may have changed."""
    splice = Splice(letter)
    signer = Signer(keyring, mailing, letter.month, letter.sender_domain)
    base = f"{letter.web_url}/u/"

    def claim(recipient: Recipient) -> Claim:
        reader = Reader(
            email=recipient.email,
            first_name=recipient.first_name,
            last_name=recipient.last_name,
            unsubscribe_url=base + signer.token(recipient.subscriber_id),
            message_id=signer.message_id(recipient.key),
        )
        return Claim(recipient.id, reader, splice)

    return claim
