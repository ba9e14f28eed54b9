"""A connection that never makes the others wait: non-blocking, with TLS or without."""

from __future__ import annotations

import selectors
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress

from newsletter.delivery.providers.smtp.reply import Gibberish, Replies, Reply

_PIECE = 64 * 1024
_RECORD = 16 * 1024
"""The most that a TLS record holds. A larger piece could be half sent when it is put off."""


class Lost(Exception):
    """The connection is of no more use; the message says why."""


class Channel:
    """Bytes out, replies in."""

    def __init__(self, connection: socket.socket, received: bytes = b"") -> None:
        """Take a connection over, with what has been received from it already."""
        self._socket, self._replies, self._received = connection, Replies(), received
        self._secure = isinstance(connection, ssl.SSLSocket)
        self._out = b""
        self._done = 0
        self._offered = 0
        self._read_wants_write = False
        self.moved = False
        """Whether some output has left since this was last set to False."""

    def fileno(self) -> int:
        """For a selector."""
        return self._socket.fileno()

    @property
    def interest(self) -> int:
        """What a selector is to watch for. Reading always: servers may speak at any time."""
        waits = not self.drained or self._read_wants_write
        return selectors.EVENT_READ | (selectors.EVENT_WRITE if waits else 0)

    @property
    def unsent(self) -> int:
        """How many bytes of the output have surely not left."""
        return len(self._out) - self._done - self._offered

    @property
    def ahead(self) -> bool:
        """Whether more came with the last reply, which cannot answer what is sent only now."""
        return self._replies.ahead

    @property
    def drained(self) -> bool:
        """Whether all output has left."""
        return self._done == len(self._out)

    def send(self, output: bytes) -> None:
        """Send what can be sent now, keep the rest.

        Raises:
            Lost: where the connection is broken.
        """
        self._out, self._done = self._out[self._done :] + output, 0
        self.flush()

    def flush(self) -> None:
        """Send more of what is kept; see `send`."""
        view = memoryview(self._out)
        while self._done < len(view):
            piece = view[self._done : self._done + _RECORD] if self._secure else view[self._done :]
            # Of a record that is put off, some may be on its way; of plain bytes nothing is.
            self._offered = len(piece) if self._secure else 0
            try:
                self._done += self._socket.send(piece)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return
            except OSError as error:
                raise Lost(f"the connection broke ({_words(error)})") from error
            self._offered = 0
            self.moved = True

    def receive(self) -> Iterator[Reply]:
        """The replies that have come.

        Raises:
            Lost: where the server has hung up, after the replies before that; or where it says
                what is no SMTP.
        """
        while received := self._read():
            try:
                yield from self._replies.feed(received)
            except Gibberish as error:
                raise Lost(f"the server answered {error}") from error
            if not self._secure:
                return  # the selector tells if there is more, unlike for what TLS holds back

    def _read(self) -> bytes:
        if self._received:
            received, self._received = self._received, b""
            return received
        self._read_wants_write = False
        try:
            received = self._socket.recv(_PIECE)
        except (BlockingIOError, ssl.SSLWantReadError):
            return b""
        except ssl.SSLWantWriteError:
            self._read_wants_write = True
            return b""
        except OSError as error:
            raise Lost(f"the connection broke ({_words(error)})") from error
        if not received:
            raise Lost("the server hung up")
        return received

    def quiet(self) -> bool:
        """Whether the server is there, and has nothing to say."""
        try:
            return next(self.receive(), None) is None and not self._replies.begun
        except Lost:
            return False

    def close(self) -> None:
        """Hang up."""
        with suppress(OSError):
            self._socket.close()


def _words(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__
