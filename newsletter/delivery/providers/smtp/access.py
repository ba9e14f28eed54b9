"""How to get to a server: connect, secure, log in; and what to tell a person where that fails."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any, NamedTuple

from newsletter.config.model import Smtp

_HOST = "check delivery.smtp.host and delivery.smtp.port in newsletter.yaml"
_SECURITY = "check delivery.smtp.security and delivery.smtp.port in newsletter.yaml"
_PROTECTION = "set delivery.smtp.security in newsletter.yaml to starttls or tls"
_LOGIN = "check delivery.smtp.username in newsletter.yaml and NEWSLETTER_SMTP_PASSWORD"
_CERTIFICATE = (
    "check delivery.smtp.host in newsletter.yaml, and the server's certificate; "
    "SSL_CERT_FILE names a file with an authority of your own"
)
_HOST_NAME = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


class Obstacle(Exception):
    """Why there is no connection: what the server does wrong, and what to check."""

    def __init__(self, what: str, check: str, *, final: bool = False) -> None:
        super().__init__(f"{what}; {check}")
        self.final = final
        """Whether another try would end the same way."""


@dataclass(frozen=True)
class Opened:
    """A connection over which mail may be sent."""

    connection: socket.socket
    received: bytes
    """What the server has said beyond its last reply."""
    pipelining: bool
    """Whether commands may be sent together (RFC 2920)."""
    size: int | None
    """The largest message that it takes (RFC 1870), if it says so."""

    def close(self) -> None:
        """Hang up."""
        self.connection.close()


@dataclass(frozen=True)
class Access:
    """The way to a server."""

    settings: Smtp
    password: str = field(repr=False)
    timeout: float
    """Seconds for the connection and for each reply."""
    context: ssl.SSLContext | None
    """How the server is known for what it is; None where nothing is encrypted."""

    @property
    def place(self) -> str:
        """`host:port`."""
        return f"{self.settings.host}:{self.settings.port}"

    def open(self) -> Opened:
        """Connect until mail may be sent; takes a while.

        Raises:
            Obstacle: where that fails, and where the password would go unprotected to another
                machine.
        """
        self._refuse_bare_password()
        with _explained():
            client = self._connected()
            try:
                self._prepare(client)
                return _taken_over(client)
            except BaseException:
                client.close()
                raise

    def _refuse_bare_password(self) -> None:
        bare = self.settings.username is not None and self.settings.security == "none"
        if bare and not _is_this_machine(self.settings.host):
            what = "is another machine, and would be sent the password unprotected"
            raise Obstacle(what, _PROTECTION, final=True)

    def _connected(self) -> smtplib.SMTP:
        options: dict[str, Any] = {"timeout": self.timeout, "local_hostname": "localhost"}
        if self.settings.security == "tls":
            options["context"] = self.context
            return smtplib.SMTP_SSL(self.settings.host, self.settings.port, **options)
        return smtplib.SMTP(self.settings.host, self.settings.port, **options)

    def _prepare(self, client: smtplib.SMTP) -> None:
        assert client.sock is not None  # noqa: S101 - the constructor connects
        client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.local_hostname = _own_name(client.sock)
        _introduce(client)
        if self.settings.security == "starttls":
            if not client.has_extn("starttls"):
                what = "offers no STARTTLS, and nothing is sent unprotected"
                raise Obstacle(what, _SECURITY, final=True)
            client.starttls(context=self.context)
            _introduce(client)
        if self.settings.username is not None:
            self._log_in(client, self.settings.username)

    def _log_in(self, client: smtplib.SMTP, username: str) -> None:
        try:
            client.login(username, self.password)
        except UnicodeEncodeError:  # its text would show the password
            what = "takes no log-in but one in ASCII"
            raise Obstacle(what, _LOGIN, final=True) from None
        except smtplib.SMTPAuthenticationError as error:
            said = self._masked(_said(error), username)
            what = f"refuses the log-in of {username} ({said})"
            final = error.smtp_code >= 500
            raise Obstacle(what, _LOGIN, final=final) from None
        except (smtplib.SMTPResponseException, smtplib.SMTPServerDisconnected):
            raise
        except smtplib.SMTPException:
            what = "offers no log-in (AUTH) that is known here"
            check = "check delivery.smtp.security and delivery.smtp.username in newsletter.yaml"
            raise Obstacle(what, check, final=True) from None

    def _masked(self, said: str, username: str) -> str:
        """A reply without the password, which a server may repeat in any form it was given."""
        plain = f"\0{username}\0{self.password}"
        forms = (plain, self.password)
        for secret in (*(b64encode(form.encode()).decode() for form in forms), self.password):
            said = said.replace(secret, "…")
        return said


def _is_this_machine(host: str) -> bool:
    """Whether it is `localhost` or a loopback address; other names may lead anywhere."""
    if host.casefold() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _introduce(client: smtplib.SMTP) -> None:
    """EHLO, or HELO with a server that does not know that."""
    code, said = client.ehlo()
    if code // 100 == 5:
        code, said = client.helo()
    if code // 100 != 2:
        raise smtplib.SMTPHeloError(code, said)


def _own_name(connection: socket.socket) -> str:
    """What to call ourselves; looking a full name up can take many seconds."""
    name = socket.gethostname()
    if _HOST_NAME.fullmatch(name):
        return name
    address = connection.getsockname()[0]
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


def _taken_over(client: smtplib.SMTP) -> Opened:
    """Take the socket out of smtplib's hands, with what its file has buffered."""
    connection, reader = client.sock, client.file
    assert connection is not None  # noqa: S101 - it has just been used
    connection.setblocking(False)
    received = b""
    if reader is not None:
        with suppress(BlockingIOError, ssl.SSLWantReadError):
            received = reader.peek()
        reader.close()
    size = client.esmtp_features.get("size", "")
    opened = Opened(
        connection=connection,
        received=received,
        pipelining=client.has_extn("pipelining"),
        size=int(size) if size.isdecimal() and int(size) else None,
    )
    client.sock = client.file = None
    return opened


class _Trouble(NamedTuple):
    kind: type[Exception]
    words: Callable[[Any], str]
    check: str
    final: bool = False


def _said(error: smtplib.SMTPResponseException) -> str:
    text = error.smtp_error
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return " ".join(f"{error.smtp_code} {words}".split())


_TROUBLES = (
    _Trouble(socket.gaierror, lambda error: f"is not found ({error.strerror})", _HOST),
    _Trouble(UnicodeError, lambda error: "is no server's name", _HOST, final=True),
    _Trouble(
        ssl.SSLCertVerificationError,
        lambda error: f"shows a certificate that cannot be trusted ({error.verify_message})",
        _CERTIFICATE,
        final=True,
    ),
    _Trouble(ssl.SSLError, lambda error: f"speaks no TLS here ({error.reason})", _SECURITY),
    _Trouble(TimeoutError, lambda error: "does not answer in time", _SECURITY),
    _Trouble(ConnectionRefusedError, lambda error: "refuses connections", _HOST),
    _Trouble(smtplib.SMTPServerDisconnected, lambda error: "hangs up at once", _SECURITY),
    _Trouble(
        smtplib.SMTPResponseException,
        lambda error: f"turns us away ({_said(error)})",
        "ask those who run it, or check delivery.smtp in newsletter.yaml",
    ),
    _Trouble(OSError, lambda error: f"cannot be reached ({error.strerror or error})", _HOST),
)
"""First that fits; smtplib's own exceptions are OSErrors too."""


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except (OSError, UnicodeError) as error:
        cause = error
        if isinstance(error, smtplib.SMTPServerDisconnected) and error.__context__:
            cause = error.__context__ if isinstance(error.__context__, OSError) else error
        trouble = next(each for each in _TROUBLES if isinstance(cause, each.kind))
        words = trouble.words(cause)
        raise Obstacle(words, trouble.check, final=trouble.final) from None
