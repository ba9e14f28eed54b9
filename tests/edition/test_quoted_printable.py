"""Quoted-printable in stretches, joined by soft breaks and read back by the library."""

from __future__ import annotations

import re
from itertools import product
from quopri import decodestring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.edition.quoted import SOFT_BREAK, quoted_printable

RUNS = st.tuples(
    st.sampled_from([*".=_ \t\n\raé\u2028\x85\x0c\x00-<>~!", "\r\n", "😀", "=E9", "=\n", "\n."]),
    st.integers(1, 160),
).map(lambda run: run[0] * run[1])
TEXTS = st.lists(RUNS, max_size=6).map("".join) | st.text(st.characters(exclude_categories=["Cs"]))


def joined(*stretches: str) -> bytes:
    return SOFT_BREAK.join(map(quoted_printable, stretches))


def in_crlf(text: str) -> bytes:
    """Line ends of any kind as mail has them."""
    return re.sub(r"\r\n?|\n", "\r\n", text).encode()


def lines(encoded: bytes) -> list[bytes]:
    return encoded.split(b"\r\n")


@given(stretches=st.lists(TEXTS, min_size=1, max_size=5))
def test_joined_stretches_decode_to_the_text(stretches: list[str]) -> None:
    assert decodestring(joined(*stretches)) == b"".join(map(in_crlf, stretches))


@given(stretches=st.lists(TEXTS, min_size=1, max_size=5))
def test_every_line_is_fit_for_smtp(stretches: list[str]) -> None:
    encoded = joined(*stretches, "")
    assert encoded.isascii()
    for line in lines(encoded):
        assert len(line) <= 76
        assert re.fullmatch(rb"(?!\.)(?:[\t -<>-~]|=[0-9A-F]{2})*=?", line)
        assert not line.endswith((b" ", b"\t"))


@pytest.mark.parametrize(
    "repeated", ["x", ".", "=", "é", "😀", " ", "\t", "x ", "\n.", ".\n", " \n"]
)
def test_no_length_makes_a_line_too_long(repeated: str) -> None:
    for beginning, ending in product(["", ".", "\n."], ["", " \n", "\t", ".", "é"]):
        for length in range(60, 160):
            text = beginning + repeated * length + ending
            encoded = joined(text, text)
            assert decodestring(encoded) == in_crlf(text) * 2
            assert max(map(len, lines(encoded))) <= 76
            assert b"\r\n." not in b"\r\n" + encoded


@pytest.mark.parametrize("text", ["", "Ana", "Ana Li", "a.b", "x" * 75, "-", "~!"])
def test_plain_words_stay_as_they_are(text: str) -> None:
    assert quoted_printable(text) == text.encode()


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        (".", b"=2E"),
        ("=", b"=3D"),
        ("a ", b"a=20"),
        ("é", b"=C3=A9"),
        ("a\n.b", b"a\r\n=2Eb"),
        ("a\rb\r\nc", b"a\r\nb\r\nc"),
        ("\x85\u2028", b"=C2=85=E2=80=A8"),
        ("x" * 76, b"x" * 75 + b"=\r\nx"),
        ("." * 74, b"=2E" + b"." * 72 + b"=\r\n=2E"),
    ],
)
def test_what_is_escaped(text: str, encoded: bytes) -> None:
    assert quoted_printable(text) == encoded


def test_a_character_is_never_cut_within_an_escape() -> None:
    for line in lines(quoted_printable("é" * 500)):
        assert re.fullmatch(rb"(=[0-9A-F]{2})+=?", line)
