"""A publication's files: which there are, and fingerprints of them, by their bytes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from shutil import copymode

from newsletter.yaml_source import MAX_BYTES


def digest(paths: Iterable[Path]) -> str:
    """A fingerprint of files' names and contents; a missing file has one too."""
    hashed = sha256()
    for path in paths:
        content = _content(path)
        hashed.update(f"{path}\0{len(content)}\0".encode(errors="surrogateescape"))
        hashed.update(content)
    return hashed.hexdigest()


def files_below(folder: Path) -> Iterator[Path]:
    """All files in a folder and its own; of one that vanishes meanwhile, none."""
    for parent, _, names in os.walk(folder):
        yield from (Path(parent, name) for name in names)


def is_editors_own(path: Path) -> bool:
    """Whether an editor keeps it for itself: backups, locks, what is being written."""
    return path.name.startswith(".") or path.name.endswith("~")


def _content(path: Path) -> bytes:
    """A file as far as it can matter: the loader refuses larger ones."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        return f"cannot be read: {error.errno}".encode()


def create(path: Path, content: bytes) -> None:
    """Write a new file whole or not at all; one that has come into being meanwhile is kept.

    Raises:
        FileExistsError: where there is one.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        _name(part, path)
    except OSError as error:
        raise type(error)(error.errno, error.strerror, str(path)) from error
    finally:
        part.unlink(missing_ok=True)


def _name(part: Path, path: Path) -> None:
    """Give a finished file its name, unless that is taken.

    A hard link does both in one step. FAT and some network folders have none; there, an
    empty file takes the name first.
    """
    try:
        path.hardlink_to(part)
    except FileExistsError:
        raise
    except OSError:
        path.touch(exist_ok=False)
        part.replace(path)


def write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: a full disk leaves the old one.

    A link stays a link, and a file keeps its permissions.
    """
    file = path.resolve()
    if file.exists() and not (file.is_file() or file.is_dir()):
        file.write_bytes(content)  # a device or pipe, which no other file may replace
        return
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        with suppress(FileNotFoundError):
            copymode(file, part)
        part.replace(file)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise type(error)(error.errno, error.strerror, str(path)) from error
