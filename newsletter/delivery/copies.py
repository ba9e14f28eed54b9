"""Messages that belong to no mailing: the same way out, and no ledger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from newsletter.delivery.claim import Claim, Outcome, Provider


class _Copies:
    """Claims that are all there from the start; one refused for now is not tried again."""

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


def hand_over(claims: Sequence[Claim], provider: Provider) -> Iterator[Outcome]:
    """Have a provider deliver some messages; the outcome of each as it comes.

    A mailing's deliveries have positive numbers, so these have others.

    Raises:
        ProviderFailed: where nothing more can be sent.
    """
    copies = _Copies(claims)
    for outcome in provider.deliver(copies):
        copies.open -= 1
        yield outcome
