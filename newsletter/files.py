"""A publication's files: which there are, and fingerprints of them, by their bytes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from hashlib import file_digest, sha256
from pathlib import Path
from shutil import copymode


def digest(paths: Iterable[Path]) -> str:
    """A fingerprint of files' names and contents; a missing file has one too."""
    hashed = sha256()
    for path in paths:
        hashed.update(f"{path}\0{digest_of(path)}\0".encode(errors="surrogateescape"))
    return hashed.hexdigest()


def digest_of(path: Path) -> str:
    """SHA-256 of a file's content in hexadecimal, or why there is none."""
    if path.exists() and not path.is_file():
        return "is no file"  # a pipe would be waited for
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return f"cannot be read: {error.strerror}"


def files_below(folder: Path, above: frozenset[Path] = frozenset()) -> Iterator[Path]:
    """All files in a folder and its own, in order, but what editors keep for themselves.

    Jinja2 follows links, and so does this; a ring of them ends. A folder that cannot be read
    stands for what is in it.
    """
    real = folder.resolve()
    if real in above:
        return
    try:
        paths = sorted(folder.iterdir())
    except OSError:
        yield folder
        return
    for path in paths:
        if is_editors_own(path):
            continue
        if path.is_dir():
            yield from files_below(path, above | {real})
        else:
            yield path


def is_editors_own(path: Path) -> bool:
    """Whether an editor keeps it for itself: backups, locks, what is being written."""
    name = path.name
    return name.startswith(".") or name.endswith("~") or (name[:1] == name[-1:] == "#")


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
