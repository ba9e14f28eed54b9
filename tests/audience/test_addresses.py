"""One person, one key: addresses in their normal form."""

from __future__ import annotations

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.audience.address import normalise

ATOM = "abcXYZ019!#$%&'*+/=?^_`{|}~-."
NEAR = st.text(st.sampled_from('aZ9.-_+@é ()"[]ü。xn-'), max_size=30)


@pytest.mark.parametrize(
    ("typed", "email", "key"),
    [
        ("ann@example.org", "ann@example.org", "ann@example.org"),
        (" Ann+News@EXAMPLE.Org\t", "Ann+News@example.org", "ann+news@example.org"),
        ("a@bücher.example", "a@xn--bcher-kva.example", "a@xn--bcher-kva.example"),
        ("a@BÜCHER.example", "a@xn--bcher-kva.example", "a@xn--bcher-kva.example"),
        ("a@xn--bcher-kva.example", "a@xn--bcher-kva.example", "a@xn--bcher-kva.example"),
        ("a@straße.example", "a@xn--strae-oqa.example", "a@xn--strae-oqa.example"),
        ("o'brien@mail.example.com", "o'brien@mail.example.com", "o'brien@mail.example.com"),
        ("x@3com.example", "x@3com.example", "x@3com.example"),
        ("x@try.test", "x@try.test", "x@try.test"),
    ],
)
def test_an_address_has_one_normal_form(typed: str, email: str, key: str) -> None:
    assert normalise(typed) == (email, key, email.rpartition("@")[2])


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "must have an @-sign"),
        ("ann", "must have an @-sign"),
        ("ann@", "must be something after the @-sign"),
        ("@example.org", "must be something before the @-sign"),
        ("a@b", "not valid"),
        ("a@localhost", "not valid"),
        ("a@example.invalid", "special-use"),
        ("a@sub.local", "special-use"),
        ("a@-x.example", "hyphen"),
        ("a@x-.example", "hyphen"),
        ("a@x..example", "period"),
        ("a@xn--a.example", "not an e-mail address"),
        ("a..b@example.org", "period"),
        (".a@example.org", "period"),
        ("a b@example.org", "space"),
        ('"a b"@example.org', "quot"),
        ("a@[127.0.0.1]", "bracket"),
        ("Ann <a@example.org>", "not an e-mail address"),
        ("a@b@example.org", "@-sign"),
        ("a@example.org\nBcc: b@example.org", "not an e-mail address"),
        ("a" * 65 + "@example.org", "too long"),
        ("a@" + "b" * 64 + ".example", "too many"),
        ("a@" + "b.example" * 40, "too long"),
        ("zoë@example.org", "SMTPUTF8"),
        ("用户@example.org", "SMTPUTF8"),
    ],
)
def test_what_is_none_is_told_why(typed: str, told: str) -> None:
    with pytest.raises(ValueError, match=f"(?i){told}"):
        normalise(typed)


def test_a_long_text_is_not_quoted_whole() -> None:
    with pytest.raises(ValueError, match="…") as refused:
        normalise("a" * 100_000)
    assert len(str(refused.value)) < 300


def library(text: str) -> tuple[str, str] | None:
    try:
        found = validate_email(
            text.strip(), check_deliverability=False, allow_smtputf8=False, strict=True,
            test_environment=True,
        )  # fmt: skip
    except EmailNotValidError:
        return None
    return found.local_part.casefold(), str(found.ascii_domain)


@given(
    st.one_of(
        NEAR,
        st.builds("{}@{}".format, NEAR, NEAR),
        st.builds("{}@{}.example".format, st.text(ATOM, max_size=70), NEAR),
        st.builds(
            "a@{}".format, st.from_regex(r"([a-z0-9-]{1,40}\.){1,8}[a-z]{1,12}", fullmatch=True)
        ),
    )
)
@example("a@local")
@example("a@a.onion")
@example("a@a.arpa")
@example("a@" + "a" * 62 + ".example")
@example("a@b." + "c" * 63)
@example("a@b." + "c" * 64)
@example("a@" + "abcdefghi." * 24 + "abcde.example")
@example("a@" + "abcdefghi." * 24 + "abcdef.example")
@example("a@" + "abcdefghi." * 25 + "example")
@example("a" * 64 + "@" + "abcdefghi." * 18 + "example")
def test_short_cuts_judge_as_the_library_does(text: str) -> None:
    try:
        local, _, domain = normalise(text).key.rpartition("@")
        found: tuple[str, str] | None = (local, domain)
    except ValueError:
        found = None
    assert found == library(text)


@given(st.from_regex(r"[A-Za-z0-9.+_-]{1,20}@[A-Za-z0-9-]{1,20}\.example", fullmatch=True))
def test_normalising_twice_changes_nothing(text: str) -> None:
    try:
        once = normalise(text)
    except ValueError:
        return
    assert normalise(once.email) == once
    assert normalise(once.key).key == once.key
    assert normalise(text.swapcase()).key == once.key
