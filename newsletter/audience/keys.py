"""Keys made of the publication's secrets, one for each purpose."""

from __future__ import annotations

import hmac
import os
import secrets as randomness
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from newsletter.config import Config, Secrets
from newsletter.errors import ConfigurationError, SecretMissing

_DEMONSTRATION = Path(".newsletter", "secret")
"""Where the outbox's own secret is kept, in a folder that git ignores."""

_SHORT = 16
"""Characters below which a secret can be guessed."""
_WEAK = (
    f"NEWSLETTER_SECRET is shorter than {_SHORT} characters, so that links could be forged; "
    "make a longer one, and move this one to NEWSLETTER_SECRET_OLD"
)
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
        code = _keyed(self.secret, purpose).copy()
        code.update(message)
        return code.digest()

    @property
    def id(self) -> bytes:
        """8 bytes that tell which secret made something, and nothing about it."""
        return _derived(self.secret, "key id")[:8]


def _derived(secret: str, purpose: str) -> bytes:
    """The key of a purpose."""
    return hmac.digest(secret.encode(), f"newsletter {purpose}".encode(), "sha256")


@lru_cache(maxsize=64)
def _keyed(secret: str, purpose: str) -> hmac.HMAC:
    """The beginning of all codes of a purpose; kept, since each message needs two of them."""
    return hmac.new(_derived(secret, purpose), digestmod="sha256")


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


def keyring(config: Config, secrets: Secrets, *, make: bool = True) -> tuple[Keyring, str]:
    """The publication's keys, and what its operator should be told of them, if anything.

    With the outbox, whose mail reaches nobody, a missing secret is made up and kept in a file;
    unless `make` is False, which gives a ring without keys.

    Raises:
        SecretMissing: where NEWSLETTER_SECRET is not set and mail leaves the house.
        ConfigurationError: where the kept secret is none.
    """
    file = config.root / _DEMONSTRATION
    kept = _kept(file, config.shown(file))
    if secrets.may_sign:
        weak = len(secrets.signing[0]) < _SHORT
        return Keyring((*secrets.signing, *kept)), _WEAK if weak else ""
    if config.delivery.provider != "outbox":
        raise SecretMissing(_MISSING)
    if kept or not make:
        return Keyring((*kept, *secrets.signing)), ""
    _make(file)
    told = (
        f"NEWSLETTER_SECRET is not set; made one for this demonstration in "
        f"{config.shown(file)}, which git ignores. To send real mail, set your own"
    )
    return Keyring((*_kept(file, config.shown(file)), *secrets.signing)), told


def _kept(file: Path, shown: str) -> tuple[str, ...]:
    try:
        secret = file.read_bytes().decode("ascii").strip()
    except FileNotFoundError:
        return ()
    except UnicodeDecodeError:
        secret = ""
    if len(secret) < _SHORT:  # such as an empty file after a power cut
        raise ConfigurationError(
            f"{shown} holds no secret; restore it from a backup, or remove it to have a new one "
            "made, with which links and erasures of before are not recognised"
        )
    return (secret,)


def _make(file: Path) -> None:
    """A new secret, on the disk before it has its name; unless another process was first."""
    file.parent.mkdir(exist_ok=True)
    (file.parent / ".gitignore").write_text("*\n", "ascii")
    part = file.with_name(f"{file.name}.{os.getpid()}")
    part.touch(mode=0o600)
    with part.open("w", encoding="ascii") as new:
        new.write(randomness.token_urlsafe(32))
        new.flush()
        os.fsync(new.fileno())
    with suppress(FileExistsError):
        file.hardlink_to(part)
    part.unlink()
