"""Fingerprints of files, by their bytes."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from newsletter.yaml_source import MAX_BYTES


def digest(paths: Iterable[Path]) -> str:
    """A fingerprint of files' names and contents; a missing file has one too."""
    hashed = sha256()
    for path in paths:
        content = _content(path)
        hashed.update(f"{path}\0{len(content)}\0".encode(errors="surrogateescape"))
        hashed.update(content)
    return hashed.hexdigest()


def _content(path: Path) -> bytes:
    """A file as far as it can matter: the loader refuses larger ones."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        return f"cannot be read: {error.errno}".encode()
