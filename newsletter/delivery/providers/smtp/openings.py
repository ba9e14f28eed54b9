"""Connections being opened, beside those at work: smtplib waits for each answer, we do not."""

from __future__ import annotations

import socket
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Lock, Thread

from newsletter.delivery.providers.smtp.access import Access, Obstacle, Opened


class Openings:
    """Opens connections in threads; its `fileno` is readable when one is there, or has failed."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._ended: SimpleQueue[Opened | Exception] = SimpleQueue()
        self._bell, self._ringer = socket.socketpair()
        self._bell.setblocking(False)
        self._lock, self._closed = Lock(), False
        self.under_way = 0

    def fileno(self) -> int:
        """For a selector."""
        return self._bell.fileno()

    def begin(self) -> None:
        """Begin to open one more."""
        self.under_way += 1
        Thread(target=self._open, name="smtp-opening", daemon=True).start()

    def _open(self) -> None:
        try:
            ended: Opened | Exception = self._access.open()
        except Exception as error:
            ended = error
        with self._lock:
            if not self._closed:
                self._ended.put(ended)
                self._ringer.send(b".")
            elif isinstance(ended, Opened):
                ended.close()

    def ended(self) -> list[Opened | Obstacle]:
        """What has come of those that were begun, since this was last asked."""
        with suppress(BlockingIOError):
            self._bell.recv(64)
        ended: list[Opened | Obstacle] = []
        with suppress(Empty):
            while True:
                each = self._ended.get_nowait()
                self.under_way -= 1
                if not isinstance(each, Opened | Obstacle):
                    raise each
                ended.append(each)
        return ended

    def close(self) -> None:
        """Want no more of them; those under way close themselves."""
        with self._lock:
            self._closed = True
            with suppress(Empty):
                while True:
                    each = self._ended.get_nowait()
                    if isinstance(each, Opened):
                        each.close()
            self._bell.close()
            self._ringer.close()
