"""A list that comes through a pipe, whole before anybody has to wait for it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from tempfile import TemporaryFile, gettempdir
from typing import IO

from newsletter.errors import UnreadableList

_MOST = 2_000_000_000
"""Bytes; thirty million subscribers, while /dev/zero would fill the disk."""
_CHUNK = 1 << 20


@contextmanager
def gathered(file: BufferedReader, name: str, most: int = _MOST) -> Iterator[BufferedReader]:
    """The list itself where it is a regular file, else a copy of all that comes.

    An import keeps others from writing until its end, which would depend on whoever fills
    the pipe.

    Raises:
        UnreadableList: where it cannot be read, is longer than `most` bytes, or there is no
            room for the copy.
    """
    if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        yield file
        return
    with TemporaryFile() as copy:
        try:
            _copy(file, copy, name, most)
        except OSError as error:
            raise UnreadableList(
                f"{name}: error: it cannot be copied to {gettempdir()} first ({error.strerror}); "
                "save it as a file, and import that"
            ) from error
        copy.seek(0)
        with open(copy.fileno(), "rb", closefd=False) as whole:
            yield whole


def _copy(file: BufferedReader, copy: IO[bytes], name: str, most: int) -> None:
    size = 0
    while chunk := file.read(_CHUNK):
        size += len(chunk)
        if size > most:
            raise UnreadableList(
                f"{name}: error: more than {most:,} bytes have come and no end of them; if this "
                "is a list, save it as a file, and import that"
            )
        copy.write(chunk)
    copy.flush()
