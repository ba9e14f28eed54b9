"""Running the preview: its socket, its threads, and an end at once."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from types import FrameType

import uvicorn

from newsletter.config import Config
from newsletter.watch import follow
from newsletter.web.preview.app import preview_app
from newsletter.web.preview.desk import Desk
from newsletter.web.preview.events import Hub
from newsletter.web.serving import stopped_by_signals


class Preview:
    """One run of the preview; `reread` reads the configuration anew."""

    def __init__(self, config: Config, reread: Callable[[], Config]) -> None:
        self._desk = Desk(config, reread)
        self._hub = Hub()

    def run(self, listening: socket.socket, hosts: Collection[str]) -> None:
        """Serve until SIGINT or SIGTERM, and return."""
        app = preview_app(self._desk, self._hub, hosts)
        settings = uvicorn.Config(
            app,
            http="h11",  # shows the guard a whole request target
            log_config=None,  # its own writes to stdout, which may be closed
            log_level="error",  # a malformed request is none of the author's business
            lifespan="off",
            ws="none",
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        server = _Server(settings, self._end)
        try:
            with stopped_by_signals(server), self._watching():
                server.run(sockets=[listening])
        finally:
            self._desk.release()

    def _end(self) -> None:
        """Let go of what would hold the exit: open event streams, and layouts yet to come."""
        self._hub.close()
        self._desk.close()

    @contextmanager
    def _watching(self) -> Iterator[None]:
        stop = Event()
        watcher = Thread(
            target=follow, args=(self._desk.settings, self._tell, stop), name="watch", daemon=True
        )
        watcher.start()
        try:
            yield
        finally:
            stop.set()
            watcher.join()

    def _tell(self, changed: list[str]) -> None:
        self._hub.publish({"changed": changed, "at": round(time.time() * 1000, 1)})


class _Server(uvicorn.Server):
    """Calls `end` as soon as a signal arrives."""

    def __init__(self, config: uvicorn.Config, end: Callable[[], None]) -> None:
        super().__init__(config)
        self._end = end

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin the end."""
        super().handle_exit(sig, frame)
        self._end()
