"""A mail server as providers run them, with TLS and log-ins: aiosmtpd on this machine."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

Security = Literal["none", "starttls", "tls"]


@dataclass
class Submission:
    """What the server has taken, and over what."""

    port: int
    accepted: list[tuple[str, bytes]] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    """Of each message, whether it came over TLS."""
    users: list[str] = field(default_factory=list)
    """Of each message, who had logged in."""

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        content = envelope.original_content
        assert content is not None
        self.accepted.append((envelope.rcpt_tos[0], content))
        assert server.transport is not None
        self.encrypted.append(server.transport.get_extra_info("ssl_object") is not None)
        self.users.append(str(session.auth_data or ""))
        return "250 2.0.0 Ok: queued as 7A1B2C"


@contextmanager
def submission(
    security: Security = "none",
    context: ssl.SSLContext | None = None,
    login: tuple[str, str] | None = None,
    **options: Any,
) -> Iterator[Submission]:
    """Start a server on a free port.

    Args:
        context: for TLS.
        login: name and password that it asks for; without it offers no log-in.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def authenticate(_s: Any, _session: Any, _e: Any, _mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        right = login == (data.login.decode(), data.password.decode())
        return AuthResult(success=right, handled=False, auth_data=data.login.decode())

    if login:
        options |= {"authenticator": authenticate, "auth_required": True}
        options["auth_require_tls"] = False
    if security == "starttls":
        options |= {"tls_context": context, "require_starttls": True}
    elif security == "tls":
        options["ssl_context"] = context
    server = Submission(port)
    # Its own look for a host name can take many seconds.
    options["server_hostname"] = "mail.example"
    controller = Controller(server, hostname="127.0.0.1", port=port, ready_timeout=30, **options)
    controller.start()
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(_quiet(), controller.loop).result()
        controller.stop()


async def _quiet() -> None:
    """Wait until clients have gone, for the controller closes no connection when it stops."""
    for _ in range(200):
        if len(asyncio.all_tasks()) == 1:
            break
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.02)
