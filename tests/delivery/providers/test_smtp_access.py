"""Connecting, securing and logging in, with a real server; and what is said where it fails."""

from __future__ import annotations

import socket
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from newsletter.config import load_config
from newsletter.config.model import Smtp
from newsletter.config.secrets import Secrets
from newsletter.delivery.providers import load_provider
from newsletter.delivery.providers.smtp import SmtpProvider
from newsletter.errors import ProviderFailed, SecretMissing

# aiosmtpd does not know that its own connection is encrypted from the first byte.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

LOGIN = ("digest", "correct horse")


@pytest.fixture
def submission(load_module: Callable[[str], ModuleType]) -> Iterator[Callable[..., Any]]:
    """Starts aiosmtpd."""
    with ExitStack() as stack:
        start = load_module("servers/submission.py").submission
        yield lambda *args, **more: stack.enter_context(start(*args, **more))


@pytest.fixture
def provider(patience: Any) -> Callable[..., SmtpProvider]:
    """Makes a provider for a server."""

    def make(server: Any, password: str = "", **settings: Any) -> SmtpProvider:
        return SmtpProvider(
            Smtp(host="127.0.0.1", port=server.port, connections=2, **settings),
            password,
            patience,
        )

    return make


@pytest.mark.parametrize("login", [None, LOGIN], ids=["open", "with a log-in"])
@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_mail_gets_through(
    security: Any, login: Any, submission: Any, provider: Any, book: Any, authority: Any
) -> None:
    server = submission(security, authority.server_context(), login)
    more = {"password": login[1], "username": login[0]} if login else {}

    outcomes = book(*(f"r{n}@example.org" for n in range(5))).run(
        provider(server, security=security, **more)
    )

    assert {outcome.verdict for outcome in outcomes.values()} == {"accepted"}
    assert {outcome.provider_id for outcome in outcomes.values()} == {"7A1B2C"}
    assert sorted(address for address, _ in server.accepted) == [
        f"r{n}@example.org" for n in range(5)
    ]
    assert set(server.encrypted) == {security != "none"}
    assert set(server.users) == {login[0] if login else ""}


def test_a_long_message_gets_through_tls(
    submission: Any, provider: Any, authority: Any, make_book: Any, make_claim: Any,
    longer_letter: Any,
) -> None:  # fmt: skip
    server = submission("tls", authority.server_context())
    claim = make_claim(1, "a@example.org", letter=longer_letter)

    outcome = make_book([claim]).run(provider(server, security="tls"))[1]

    assert outcome.verdict == "accepted"
    assert server.accepted == [("a@example.org", claim.message)]


def failure_of(provider: SmtpProvider, book: Any) -> str:
    """What a run says that ends before anything is claimed."""
    claims = book("a@example.org")
    with pytest.raises(ProviderFailed) as failure:
        claims.run(provider)
    assert claims.outcomes == {}
    assert len(claims.planned) == 1
    return str(failure.value)


def test_a_wrong_password_stops_at_once_and_is_not_shown(
    submission: Any, provider: Any, book: Any, authority: Any
) -> None:
    server = submission("tls", authority.server_context(), LOGIN)

    said = failure_of(provider(server, "wrong battery", username="digest", security="tls"), book)

    assert said == (
        f"127.0.0.1:{server.port} refuses the log-in of digest (535 5.7.8 Authentication "
        "credentials invalid); check delivery.smtp.username in newsletter.yaml and "
        "NEWSLETTER_SMTP_PASSWORD"
    )


def test_a_password_that_smtp_cannot_carry_is_not_shown(
    submission: Any, provider: Any, book: Any, authority: Any
) -> None:
    server = submission("tls", authority.server_context(), LOGIN)

    said = failure_of(provider(server, "pässword", username="digest", security="tls"), book)

    assert "takes no log-in but one in ASCII" in said
    assert "ssword" not in said.replace("NEWSLETTER_SMTP_PASSWORD", "")


def test_a_server_without_log_ins_is_named(submission: Any, provider: Any, book: Any) -> None:
    server = submission()

    said = failure_of(provider(server, "p", username="digest"), book)

    assert "offers no log-in (AUTH)" in said


@pytest.mark.parametrize(
    "host", ["mail.example", "192.0.2.7", "localhost.example", "127.0.0.1.example", "2001:db8::1"]
)
def test_no_password_goes_unprotected_to_another_machine(
    host: str, book: Any, patience: Any
) -> None:
    settings = Smtp(host=host, port=25, security="none", username="digest")

    said = failure_of(SmtpProvider(settings, "hunter2", patience), book)

    assert said == (
        f"{host}:25 is another machine, and would be sent the password unprotected; set "
        "delivery.smtp.security in newsletter.yaml to starttls or tls"
    )


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1"])
def test_a_password_may_go_unprotected_to_this_machine(
    host: str, smtp_pair: Any, book: Any, patience: Any
) -> None:
    server, _ = smtp_pair()
    server.logins = lambda: "235 2.7.0 welcome"
    settings = Smtp(host=host, port=server.port, security="none", username="digest")

    outcomes = book("a@example.org").run(SmtpProvider(settings, "hunter2", patience))

    assert outcomes[1].verdict == "accepted"


@pytest.mark.parametrize("host", ["127.8.9.10", "::1"])
def test_this_machine_has_many_addresses(host: str, book: Any, patience: Any) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        settings = Smtp(host=host, port=port, security="none", username="digest")
        said = failure_of(SmtpProvider(settings, "hunter2", patience), book)

    assert said.endswith("check delivery.smtp.host and delivery.smtp.port in newsletter.yaml")


def test_a_log_in_that_is_busy_is_tried_again(smtp_pair: Any, book: Any, patience: Any) -> None:
    server, _ = smtp_pair()
    replies = iter(["454 4.7.0 try again later"])
    server.logins = lambda: next(replies, "235 2.7.0 welcome")
    provider = SmtpProvider(
        Smtp(host="127.0.0.1", port=server.port, username="digest"), "p", patience
    )

    assert book("a@example.org").run(provider)[1].verdict == "accepted"
    assert server.connections == 2


def test_a_server_that_repeats_the_password_does_not_get_it_shown(
    smtp_pair: Any, book: Any, patience: Any
) -> None:
    server, _ = smtp_pair()
    given = [b64encode(form).decode() for form in (b"hunter2", b"\0digest\0hunter2")]
    server.logins = lambda: f"535 5.7.8 hunter2 {' '.join(given)} is wrong"
    settings = Smtp(host="127.0.0.1", port=server.port, username="digest")

    said = failure_of(SmtpProvider(settings, "hunter2", patience), book)

    assert "… … … is wrong" in said
    assert not any(form in said for form in ("hunter2", *given))


def test_nothing_is_sent_where_starttls_is_not_offered(
    submission: Any, provider: Any, book: Any, authority: Any
) -> None:
    server = submission()

    said = failure_of(provider(server, security="starttls"), book)

    assert "offers no STARTTLS, and nothing is sent unprotected" in said
    assert "delivery.smtp.security" in said


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize(
    ("certificate", "words"),
    [
        ({"days": -1}, "certificate has expired"),
        ({"host": "mail.example.org"}, "IP address mismatch"),
    ],
)
def test_a_wrong_certificate_stops_at_once(
    security: Any, certificate: Any, words: str, submission: Any, provider: Any, book: Any,
    authority: Any,
) -> None:  # fmt: skip
    server = submission(security, authority.server_context(**certificate))

    said = failure_of(provider(server, security=security), book)

    assert f"127.0.0.1:{server.port} shows a certificate that cannot be trusted" in said
    assert words in said
    assert "delivery.smtp.host" in said


def test_a_certificate_of_an_unknown_authority_stops_at_once(
    submission: Any, provider: Any, book: Any, authority: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = submission("tls", authority.server_context())
    monkeypatch.delenv("SSL_CERT_FILE")

    said = failure_of(provider(server, security="tls"), book)

    assert "unable to get local issuer certificate" in said
    assert "SSL_CERT_FILE" in said


def test_a_server_that_speaks_no_tls_is_named(
    submission: Any, provider: Any, book: Any, authority: Any
) -> None:
    server = submission()

    said = failure_of(provider(server, security="tls"), book)

    assert "speaks no TLS here" in said
    assert "delivery.smtp.security" in said


def test_a_server_that_speaks_tls_alone_is_named(
    submission: Any, provider: Any, book: Any, authority: Any, patience: Any
) -> None:
    server = submission("tls", authority.server_context())

    soon = replace(provider(server, security="none"), patience=replace(patience, connect=0.1))

    said = failure_of(soon, book)

    assert "does not answer in time" in said
    assert "delivery.smtp.security" in said


def test_a_log_in_without_a_password_is_refused_before_anything_else(publication: Any) -> None:
    file: Path = publication.root / "newsletter.yaml"
    file.write_text(
        file.read_text() + "delivery: {provider: smtp, smtp: {username: digest}}\n", "utf-8"
    )
    config = load_config(file, {})

    with pytest.raises(SecretMissing, match="NEWSLETTER_SMTP_PASSWORD"):
        load_provider(config, Secrets())

    loaded = load_provider(config, Secrets(smtp_password="hunter2"))  # noqa: S106
    assert isinstance(loaded, SmtpProvider)
    assert loaded.password == "hunter2"  # noqa: S105
    assert "hunter2" not in repr(loaded)
