"""Recognising an address that was erased, by the keyed hash that is all that is left of it."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, select

from newsletter.audience.keys import Keyring
from newsletter.errors import SecretMissing
from newsletter.store import subscribers

Keys = Callable[[], Keyring]
"""Where the keys come from; asked only where something was ever erased."""


class Erased:
    """The hashes in the store, and the keys to compare an address with them.

    Raises:
        SecretMissing: where a hash was made with a secret that is not among the keys, so that
            nobody could tell whether an address is the erased one.
    """

    def __init__(self, connection: Connection, keys: Keys) -> None:
        held = connection.execute(
            select(subscribers.c.erased_hash, subscribers.c.id, subscribers.c.erased_by_key).where(
                subscribers.c.erased_hash.is_not(None)
            )
        ).all()
        self._ids: dict[str, int] = {row.erased_hash: row.id for row in held}
        self._keyring = keys() if held else None
        known = {key.id.hex() for key in self._keyring.keys} if self._keyring else set()
        lost = sum(row.erased_by_key not in known for row in held)
        if lost:
            raise SecretMissing(
                f"{lost} erased {'address was' if lost == 1 else 'addresses were'} hashed with a "
                "secret that is not set, so nobody can tell whether an address is one of them; "
                "put the earlier secret into NEWSLETTER_SECRET_OLD"
            )

    @property
    def anybody(self) -> bool:
        """Whether anybody was ever erased."""
        return self._keyring is not None

    def find(self, key: str) -> int | None:
        """The subscriber that an address was before it was erased, if it was."""
        if self._keyring is None:
            return None
        hashes = (hashed for _, hashed in self._keyring.erasures(key))
        return next((self._ids[each] for each in hashes if each in self._ids), None)
