"""An SMTP server that misbehaves as it is told, and keeps a log of what it has accepted."""

from __future__ import annotations

import socket
import ssl
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum
from threading import Event, Lock, Thread
from types import TracebackType
from typing import BinaryIO, Literal, NamedTuple, NoReturn

Stage = Literal["greeting", "ehlo", "mail", "rcpt", "data", "body", "dot", "taken", "answered"]
"""Where the server may misbehave; the last four in words:

    body        some of the message has come; nothing more is read
    dot         the message has come whole, and is not accepted
    taken       the message is accepted and logged, and the reply is due
    answered    the reply has been sent
"""


class Act(Enum):
    """What it does in place of a reply."""

    DROP = "close the connection"
    RESET = "close it the hard way"
    STALL = "say nothing until the test ends"


class Moment(NamedTuple):
    """When the server is about to do something."""

    stage: Stage
    address: str
    """Of the recipient, once it is known."""
    connection: int
    """Counted from 1."""
    message: int
    """Within the connection, counted from 1."""


Fault = str | Act | None
"""A reply without its line end, of several lines if need be, or an act, or the proper thing."""
Whim = Callable[[Moment], Fault]


class _Gone(Exception):
    """This connection is over."""


@dataclass
class Faulty:
    """The server; a context manager."""

    whim: Whim = lambda moment: None
    """Decides at each moment whether to misbehave, and how."""
    pipelining: bool = True
    context: ssl.SSLContext | None = None
    """With it the server speaks TLS from the first byte."""
    logins: Callable[[], str] | None = None
    """With it AUTH is offered, and answered with this."""
    size: int | None = None
    """The SIZE it announces."""
    drip: bool = False
    """Whether replies leave byte by byte."""
    wordy: bool = False
    """Whether replies are of several lines."""
    data_after_refusal: bool = False
    """Whether it says 354 though it has refused all recipients (RFC 2920 §3.1 allows it)."""
    messages_a_connection: int | None = None
    """After so many it says 421 to the next."""
    deaf_after: int | None = None
    """After so many bytes of a message it reads no more, and its buffer is small."""
    accepted: list[tuple[str, bytes]] = field(default_factory=list)
    """Recipients and messages that it has taken on."""
    nobodys: list[bytes] = field(default_factory=list)
    """Messages that came though no recipient was accepted."""
    hails: list[str] = field(default_factory=list)
    """What clients said at EHLO."""
    commands: list[str] = field(default_factory=list)
    quits: int = 0
    hasty: int = 0
    """How often a client spoke before it was answered though it was not told that it may."""
    connections: int = 0

    def __enter__(self) -> Faulty:
        self._lock, self._closing, self._threads = Lock(), Event(), list[Thread]()
        self._open: set[socket.socket] = set()
        self._listener = socket.socket()
        if self.deaf_after is not None:
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(64)
        self.port: int = self._listener.getsockname()[1]
        self._start(self._listen)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._closing.set()
        self.refuse_connections()
        with self._lock:
            for each in self._open:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)

    def refuse_connections(self) -> None:
        """Listen no more; what is open goes on."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def drop_all(self) -> None:
        """Close every connection, as a server does that is started anew."""
        with self._lock:
            for each in self._open:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._start(self._serve, connection, self.connections)

    def _serve(self, connection: socket.socket, number: int) -> None:
        with connection, self._counted(connection), suppress(_Gone, OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.context:
                secure = self.context.wrap_socket(connection, server_side=True)
                with secure, secure.makefile("rb") as reader:
                    _Dialogue(self, secure, reader, number).run()
                return
            # Without a buffer it can be seen whether a client spoke before it was answered.
            with connection.makefile("rb", -1 if self.pipelining else 0) as reader:
                _Dialogue(self, connection, reader, number).run()

    @contextmanager
    def _counted(self, connection: socket.socket) -> Iterator[None]:
        with self._lock:
            self._open.add(connection)
        try:
            yield
        finally:
            with self._lock:
                self._open.discard(connection)

    def pause(self, seconds: float) -> None:
        """Think for so long, or until the test ends."""
        self._closing.wait(seconds)

    def all_gone(self, seconds: float) -> bool:
        """Whether all clients hang up within so many seconds."""
        for _ in range(int(seconds * 100)):
            if not self._open:
                return True
            self.pause(0.01)
        return False

    def wait_for_end(self) -> None:
        """Stall until the test ends."""
        self._closing.wait(60)


class _Dialogue:
    """One connection."""

    def __init__(
        self, server: Faulty, connection: socket.socket, reader: BinaryIO, number: int
    ) -> None:
        self.server, self.connection, self.reader, self.number = server, connection, reader, number
        self.message, self.sender, self.recipient, self.refused = 0, False, "", False

    def run(self) -> None:
        self.reply("greeting", "220 faulty.example ESMTP")
        while line := self.reader.readline():
            command = line.decode("ascii").rstrip("\r\n")
            self.server.commands.append(command)
            self.note_haste()
            verb = command[:4].upper()
            getattr(self, f"on_{verb.lower()}", self.on_unknown)(command)

    def note_haste(self) -> None:
        if self.server.pipelining or self.server.context:
            return
        with suppress(BlockingIOError):
            early = self.connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
            self.server.hasty += bool(early)

    def on_ehlo(self, command: str) -> None:
        self.server.hails.append(command[5:])
        lines = ["faulty.example"]
        lines += ["PIPELINING"] if self.server.pipelining else []
        lines += [] if self.server.size is None else [f"SIZE {self.server.size}"]
        lines += ["AUTH PLAIN"] if self.server.logins else []
        lines += ["8BITMIME"]
        text = [f"250-{line}" for line in lines[:-1]] + [f"250 {lines[-1]}"]
        self.reply("ehlo", "\r\n".join(text))

    def on_auth(self, _command: str) -> None:
        self.say(self.server.logins() if self.server.logins else "502 5.5.1 no")

    def on_helo(self, _command: str) -> None:
        self.say("250 faulty.example")

    def on_mail(self, _command: str) -> None:
        limit = self.server.messages_a_connection
        if limit is not None and self.message >= limit:
            self.say("421 4.7.0 faulty.example enough for one connection")
        if self.sender:
            self.say("503 5.5.1 nested MAIL command")
            return
        self.message += 1
        self.sender = self.reply("mail", "250 2.1.0 Ok")
        self.recipient, self.refused = "", False

    def on_rcpt(self, command: str) -> None:
        if not self.sender:
            self.say("503 5.5.1 need MAIL command")
            return
        address = command.partition("<")[2].rpartition(">")[0]
        self.recipient = address
        self.refused = not self.reply("rcpt", "250 2.1.5 Ok")

    def on_data(self, _command: str) -> None:
        willing = self.sender and self.recipient and not self.refused
        if not willing and not self.server.data_after_refusal:
            self.say("554 5.5.1 no valid recipients")
        elif self.reply("data", "354 go on"):
            self._message(bool(willing))

    def _message(self, willing: bool) -> None:
        content = self._content()
        recipient = self.recipient
        self.sender, self.refused = False, False
        if not willing:
            self.server.nobodys.append(content)
            self.say("554 5.5.1 no valid recipients")
        elif not self.misbehaves("dot"):
            self.server.accepted.append((recipient, content))
            self.reply("taken", f"250 2.0.0 Ok: queued as Q{self.number}X{self.message}")
            self.misbehaves("answered")
        self.recipient = ""

    def _content(self) -> bytes:
        """The message without its dot."""
        lines, length, deaf_after = [], 0, self.server.deaf_after
        while True:
            line = self.reader.readline()
            if not line.endswith(b"\r\n"):
                raise _Gone
            if line == b".\r\n":
                return b"".join(lines)
            if not lines:
                self.misbehaves("body")
            lines.append(line)
            length += len(line)
            if deaf_after is not None and length > deaf_after:
                self.act(Act.STALL)

    def on_rset(self, _command: str) -> None:
        self.sender, self.recipient, self.refused = False, "", False
        self.say("250 2.0.0 Ok")

    def on_quit(self, _command: str) -> None:
        self.server.quits += 1
        self.say("221 2.0.0 Bye")
        raise _Gone

    def on_unknown(self, _command: str) -> None:
        self.say("500 5.5.2 what?")

    def reply(self, stage: Stage, proper: str) -> bool:
        """Reply properly, or as the whim wants; whether that was a yes."""
        fault = self.fault(stage)
        if isinstance(fault, Act):
            self.act(fault)
        said = str(fault or proper)
        self.say(said)
        return said[0] in "23"

    def misbehaves(self, stage: Stage) -> bool:
        """Whether there was a fault here; a reply in place of the whole message is one."""
        fault = self.fault(stage)
        if isinstance(fault, Act):
            self.act(fault)
        elif fault is not None:
            self.say(fault)
            if stage == "body":
                self.act(Act.STALL)
        return fault is not None

    def fault(self, stage: Stage) -> Fault:
        return self.server.whim(Moment(stage, self.recipient, self.number, self.message))

    def act(self, act: Act) -> NoReturn:
        if act is Act.STALL:
            self.server.wait_for_end()
        if act is Act.RESET:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise _Gone

    def say(self, text: str) -> None:
        first = text.splitlines()[0]
        if self.server.wordy and first[3:4] == " ":
            text = f"{first[:3]}-one moment\r\n{first[:3]}-\r\n{text}"
        content = f"{text}\r\n".encode()
        for piece in (bytes([each]) for each in content) if self.server.drip else (content,):
            self.connection.sendall(piece)
        if text.startswith("421"):
            raise _Gone
