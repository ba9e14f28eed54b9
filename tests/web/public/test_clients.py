"""Who asks, by whose word, and how often they may be wrong."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from newsletter.web.public import clients
from newsletter.web.public.clients import Clients


def request(peer: str | None, **headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    client = (peer, 4711) if peer else None
    return Request({"type": "http", "headers": raw, "client": client, "method": "GET"})


def guesses(known: Clients, asked: Request) -> int:
    """How many invalid tokens may be sent before one is refused."""
    for number in range(1000):
        if not known.may_guess(asked):
            return number
    return 1000


def test_a_client_may_be_wrong_now_and_then_but_not_for_ever() -> None:
    known = Clients(())
    assert guesses(known, request("192.0.2.1")) == 20
    assert known.may_guess(request("192.0.2.2"))


def test_a_minute_later_it_may_be_wrong_again(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(clients, "monotonic", lambda: now)
    known = Clients(())
    assert guesses(known, request("192.0.2.1")) == 20
    now += 61
    assert guesses(known, request("192.0.2.1")) == 20


@pytest.mark.parametrize(
    "forwarded", ["198.51.100.7", "198.51.100.7:4711", "6.6.6.6, 198.51.100.7"]
)
def test_a_trusted_proxy_is_believed_about_the_nearest_client(forwarded: str) -> None:
    known = Clients(("192.0.2.0/24",))
    guesses(known, request("192.0.2.1", x_forwarded_for=forwarded))
    assert not known.may_guess(request("198.51.100.7"))
    assert known.may_guess(request("6.6.6.6"))


def test_a_stranger_is_not_believed() -> None:
    known = Clients(("192.0.2.0/24",))
    asked = [request("198.51.100.7", x_forwarded_for=f"203.0.113.{last}") for last in range(30)]
    assert [known.may_guess(each) for each in asked].count(True) == 20


def test_proxies_behind_proxies_are_passed_over() -> None:
    known = Clients(("10.0.0.0/8",))
    guesses(known, request("10.0.0.1", x_forwarded_for="198.51.100.7, 10.2.3.4"))
    assert not known.may_guess(request("198.51.100.7"))


@pytest.mark.parametrize("odd", ["", "unknown", "_hidden", ",,,", "300.1.1.1", "[::", "::1%eth0"])
def test_what_is_no_address_counts_for_the_proxy(odd: str) -> None:
    known = Clients(("10.0.0.1",))
    assert guesses(known, request("10.0.0.1", x_forwarded_for=odd)) == 20


def test_a_whole_ipv6_network_is_one_client() -> None:
    known = Clients(())
    asked = [request(f"2001:db8:1:2::{last:x}") for last in range(30)]
    assert [known.may_guess(each) for each in asked].count(True) == 20
    assert known.may_guess(request("2001:db8:1:3::1"))


def test_ipv4_within_ipv6_is_the_same_client() -> None:
    known = Clients(())
    guesses(known, request("::ffff:192.0.2.1"))
    assert not known.may_guess(request("192.0.2.1"))


def test_a_client_without_an_address_is_one_too() -> None:
    assert guesses(Clients(()), request(None)) == 20


def test_only_so_many_clients_are_remembered() -> None:
    known = Clients(())
    for number in range(10_050):
        known.may_guess(request(f"10.{number // 65536}.{number // 256 % 256}.{number % 256}"))
    assert len(known._guesses) == 10_000


@pytest.mark.parametrize(
    ("peer", "said", "secure"),
    [
        ("10.0.0.1", "https", True),
        ("10.0.0.1", "http", False),
        ("10.0.0.1", "", None),
        ("198.51.100.7", "http", None),
    ],
)
def test_a_trusted_proxy_tells_whether_a_client_has_tls(
    peer: str, said: str, secure: bool | None
) -> None:
    asked = request(peer, x_forwarded_proto=said) if said else request(peer)
    assert Clients(("10.0.0.1",)).is_secure(asked) is secure
