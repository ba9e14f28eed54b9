"""From a recipient of the ledger to a claim that a provider can send."""

from __future__ import annotations

from collections.abc import Callable

from newsletter.audience.keys import Keyring
from newsletter.audience.tokens import Signer
from newsletter.config import Config
from newsletter.delivery.claim import Claim
from newsletter.delivery.ledger import Recipient
from newsletter.delivery.mailing import Mailing
from newsletter.edition import Letter, Reader, Splice, sender_domain


def addressed(
    letter: Letter, mailing: Mailing, config: Config, keyring: Keyring
) -> Callable[[Recipient], Claim]:
    """Gives a mailing's recipients their links and Message-IDs."""
    splice = Splice(letter)
    signer = Signer(keyring, mailing.id, mailing.issue, sender_domain(config))
    base = f"{config.web_url}/u/"

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
