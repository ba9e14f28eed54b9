"""A list that comes through a pipe, whole before anybody has to wait for it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from shutil import copyfileobj
from tempfile import TemporaryFile, gettempdir

from newsletter.errors import UnreadableList


@contextmanager
def gathered(file: BufferedReader, name: str) -> Iterator[BufferedReader]:
    """The list itself where it is a regular file, else a copy of all that comes.

    An import keeps others from writing until its end, which would depend on whoever fills
    the pipe.

    Raises:
        UnreadableList: where it cannot be read, or there is no room for the copy.
    """
    if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        yield file
        return
    with TemporaryFile() as copy:
        try:
            copyfileobj(file, copy)
            copy.flush()
        except OSError as error:
            raise UnreadableList(
                f"{name}: error: it cannot be copied to {gettempdir()} first ({error.strerror}); "
                "save it as a file, and import that"
            ) from error
        copy.seek(0)
        with open(copy.fileno(), "rb", closefd=False) as whole:
            yield whole
