"""A socket to listen on, and an end by signals, for either application."""

from __future__ import annotations

import errno
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from newsletter.errors import AddressTaken, UsageError

_BACKLOG = 128


def listen(host: str, port: int) -> socket.socket:
    """A socket that already takes connections; port 0 picks a free one.

    Raises:
        AddressTaken: where another program listens there.
        UsageError: where the host or port cannot be used.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, address = found[0][0], found[0][4]
        return socket.create_server(address, family=family, backlog=_BACKLOG)
    except socket.gaierror as error:
        raise UsageError(f"'{host}' is not an address of this machine; leave out --host") from error
    except OSError as error:
        raise _refusal(error, host, port) from error


def _refusal(error: OSError, host: str, port: int) -> UsageError:
    if error.errno == errno.EADDRINUSE:
        free = port + 1 if port < 65535 else 8001
        return AddressTaken(
            f"port {port} is in use; choose another with --port {free}, "
            "or --port 0 for any free one"
        )
    if error.errno == errno.EACCES:
        return UsageError(f"port {port} is reserved for administrators; choose one above 1023")
    return UsageError(f"cannot listen on {host}: {error.strerror or error}; leave out --host")


@contextmanager
def stopped_by_signals(server: uvicorn.Server) -> Iterator[None]:
    """Let a signal end the server before its own handlers stand, too, and without complaint.

    When all is done, uvicorn raises the signal that stopped it once more, for whoever handled
    it before; that is the server again, for which it is nothing new.
    """
    stopping = (signal.SIGINT, signal.SIGTERM)
    before = {each: signal.signal(each, server.handle_exit) for each in stopping}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
