"""Keys: one a purpose, made of secrets that are worth the name; and what stands in links."""

from __future__ import annotations

import re
import stat
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.audience.keys import Keyring, keyring
from newsletter.audience.tokens import LinkToken, Signer, read_token
from newsletter.config import Config, Secrets, load_config, secrets_from
from newsletter.errors import ConfigurationError, SecretMissing

SETTINGS = """\
name: Practice Digest
tagline: Research for practice
language: en-CA
timezone: America/Toronto
sender: {name: PPRNet, email: news@digest.example}
postal_address: 136 Jean-Jacques-Lussier, Ottawa, Canada
contact: https://digest.example/contact
web_url: https://news.digest.example
"""
SUBSCRIBERS = st.integers(-(2**63), 2**63 - 1)
MAILINGS = st.integers(0, 2**32 - 1)
OURS, OLDER, FOREIGN = "ours " * 5, "older " * 5, "foreign " * 5


@pytest.fixture
def config(tmp_path: Path) -> Callable[[str], Config]:
    """A publication with a provider."""

    def make(provider: str = "outbox") -> Config:
        file = tmp_path / "newsletter.yaml"
        file.write_text(f"{SETTINGS}delivery: {{provider: {provider}}}\n", "utf-8")
        return load_config(file, {})

    return make


def signer(secret: str, mailing: int = 7) -> Signer:
    return Signer(Keyring([secret]), mailing, "2023-12", "digest.example")


def key_id(secret: str) -> str:
    return Keyring([secret]).signing.id.hex()


@given(SUBSCRIBERS, MAILINGS)
def test_a_token_tells_whose_it_is_and_has_40_characters_of_a_url(
    subscriber: int, mailing: int
) -> None:
    token = signer(OURS, mailing).token(subscriber)
    assert re.fullmatch(r"[A-Za-z0-9_-]{40}", token)
    assert read_token(Keyring([OURS]), token) == LinkToken(subscriber, mailing, key_id(OURS))


@given(SUBSCRIBERS, st.integers(0, 239))
def test_a_token_with_a_changed_bit_is_nobodys(subscriber: int, bit: int) -> None:
    raw = bytearray(urlsafe_b64decode(signer(OURS).token(subscriber)))
    raw[bit // 8] ^= 1 << bit % 8
    assert read_token(Keyring([OURS]), urlsafe_b64encode(bytes(raw)).decode()) is None


@given(st.text(max_size=60))
def test_no_other_text_is_a_token(text: str) -> None:
    assert read_token(Keyring([OURS]), text) is None


def test_a_foreign_secret_makes_no_token_of_ours() -> None:
    assert read_token(Keyring([OURS]), signer(FOREIGN).token(1)) is None


def test_an_older_secret_is_still_recognised() -> None:
    token = signer(OLDER).token(1)
    assert read_token(Keyring([OURS, OLDER]), token) == LinkToken(1, 7, key_id(OLDER))


def test_a_message_id_comes_from_issue_and_address_and_tells_neither() -> None:
    known = signer(OURS).message_id("reader@example.org")
    assert known == signer(OURS, mailing=8).message_id("reader@example.org")
    assert known != signer(OURS).message_id("other@example.org")
    assert known != signer(FOREIGN).message_id("reader@example.org")
    assert re.fullmatch(r"2023-12\.[0-9a-f]{32}@digest\.example", known)


def test_what_a_key_makes_for_one_purpose_proves_no_other() -> None:
    key = Keyring([OURS]).signing
    made = {key.mac(purpose, b"x") for purpose in ("unsubscribe link", "message id", "erasure")}
    assert len(made) == 3


def test_a_secret_is_in_no_representation() -> None:
    secrets = secrets_from({"NEWSLETTER_SECRET": OURS, "SENDGRID_API_KEY": "SG.x"})
    assert "ours" not in repr((secrets, Keyring(secrets.signing).keys))
    assert "SG.x" not in repr(secrets)


def test_real_mail_needs_a_secret_and_says_how_to_make_one(
    config: Callable[[str], Config],
) -> None:
    with pytest.raises(SecretMissing, match=r"NEWSLETTER_SECRET .*token_urlsafe"):
        keyring(config("smtp"), Secrets())


def test_old_secrets_alone_sign_nothing(config: Callable[[str], Config]) -> None:
    with pytest.raises(SecretMissing):
        keyring(config("smtp"), secrets_from({"NEWSLETTER_SECRET_OLD": OURS}))


def test_a_demonstration_makes_its_own_once_where_git_ignores_it(
    config: Callable[[str], Config], tmp_path: Path
) -> None:
    first, told = keyring(config("outbox"), Secrets())
    second, told_again = keyring(config("outbox"), Secrets())
    assert first.keys == second.keys
    assert (".newsletter/secret" in told, told_again) == (True, "")
    assert (tmp_path / ".newsletter" / ".gitignore").read_text("ascii") == "*\n"
    assert stat.S_IMODE((tmp_path / ".newsletter" / "secret").stat().st_mode) == 0o600
    assert {path.name for path in (tmp_path / ".newsletter").iterdir()} == {".gitignore", "secret"}


def test_what_a_demonstration_made_is_recognised_later(config: Callable[[str], Config]) -> None:
    demonstration, _ = keyring(config("outbox"), Secrets())
    later, _ = keyring(config("smtp"), secrets_from({"NEWSLETTER_SECRET": OURS}))
    assert later.keys[0].secret == OURS.strip()
    assert demonstration.signing in later.keys


def test_whoever_only_looks_makes_no_secret(
    config: Callable[[str], Config], tmp_path: Path
) -> None:
    keys, told = keyring(config("outbox"), Secrets(), make=False)
    assert (keys.keys, told) == ((), "")
    assert not (tmp_path / ".newsletter").exists()


@pytest.mark.parametrize("content", [b"", b"\n", b"short", "sécret sécret sécret".encode()])
@pytest.mark.parametrize("provider", ["outbox", "smtp"])
def test_a_kept_secret_that_is_none_is_refused(
    config: Callable[[str], Config], tmp_path: Path, content: bytes, provider: str
) -> None:
    (tmp_path / ".newsletter").mkdir()
    (tmp_path / ".newsletter" / "secret").write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"\.newsletter/secret holds no secret"):
        keyring(config(provider), secrets_from({"NEWSLETTER_SECRET": OURS}))


def test_a_short_secret_is_remarked_on(config: Callable[[str], Config]) -> None:
    _, told = keyring(config("smtp"), secrets_from({"NEWSLETTER_SECRET": "short"}))
    assert "shorter than 16 characters" in told
