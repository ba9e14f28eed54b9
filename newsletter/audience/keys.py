"""Keys made of the publication's secrets, one for each purpose."""

from __future__ import annotations

import hmac
import os
import secrets as randomness
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from newsletter.config import Config, Secrets
from newsletter.errors import SecretMissing

_DEMONSTRATION = Path(".newsletter", "secret")
"""Where the outbox's own secret is kept, in a folder that git ignores."""

_MISSING = (
    "NEWSLETTER_SECRET is not set, and without it no unsubscribe link can be signed; make one "
    "with  python3 -c 'import secrets; print(secrets.token_urlsafe(32))'  and keep it for as "
    "long as readers may unsubscribe"
)


@dataclass(frozen=True)
class Key:
    """One secret, from which a key is derived for each purpose."""

    secret: str = field(repr=False)

    def mac(self, purpose: str, message: bytes) -> bytes:
        """HMAC-SHA256 under the purpose's own key: what was made for one proves no other."""
        return hmac.digest(self._derived(purpose), message, "sha256")

    @property
    def id(self) -> bytes:
        """8 bytes that tell which secret made something, and nothing about it."""
        return self._derived("key id")[:8]

    def _derived(self, purpose: str) -> bytes:
        return hmac.digest(self.secret.encode(), f"newsletter {purpose}".encode(), "sha256")


class Keyring:
    """The secret that signs, and older ones that are still recognised."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self.keys = tuple(Key(secret) for secret in secrets)

    @property
    def signing(self) -> Key:
        """The key of whatever is made now."""
        return self.keys[0]

    def erasure(self, address: str) -> tuple[str, str]:
        """What is kept of an erased address: the key's id, and an HMAC; both hexadecimal."""
        return self.erasures(address)[0]

    def erasures(self, address: str) -> tuple[tuple[str, str], ...]:
        """What an address may have left behind, under each known key."""
        return tuple(
            (key.id.hex(), key.mac("erasure", address.encode()).hex()) for key in self.keys
        )


def keyring(config: Config, secrets: Secrets) -> tuple[Keyring, str]:
    """The publication's keys, and what its operator should be told of them, if anything.

    With the outbox, whose mail reaches nobody, a missing secret is made up and kept in a file.

    Raises:
        SecretMissing: where NEWSLETTER_SECRET is not set and mail leaves the house.
    """
    file = config.root / _DEMONSTRATION
    if secrets.may_sign:
        return Keyring((*secrets.signing, *_kept(file))), ""
    if config.delivery.provider != "outbox":
        raise SecretMissing(_MISSING)
    told = ""
    if not file.is_file():
        _make(file)
        told = (
            f"NEWSLETTER_SECRET is not set; made one for this demonstration in "
            f"{config.shown(file)}, which git ignores. To send real mail, set your own"
        )
    return Keyring((*_kept(file), *secrets.signing)), told


def _kept(file: Path) -> tuple[str, ...]:
    with suppress(FileNotFoundError):
        return (file.read_text("ascii").strip(),)
    return ()


def _make(file: Path) -> None:
    """A new secret, unless another process has made one at the same moment."""
    file.parent.mkdir(exist_ok=True)
    (file.parent / ".gitignore").write_text("*\n", "ascii")
    part = file.with_name(f"{file.name}.{os.getpid()}")
    part.touch(mode=0o600)
    part.write_text(randomness.token_urlsafe(32), "ascii")
    with suppress(FileExistsError):
        file.hardlink_to(part)
    part.unlink()
