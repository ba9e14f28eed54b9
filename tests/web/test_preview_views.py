"""A mail under other circumstances."""

from __future__ import annotations

import pytest

from newsletter.web.preview.views import cut, gmail, in_scheme, phone, without_styles

HTML = """<!DOCTYPE html>
<html><head><meta name="color-scheme" content="light dark">
<style>:root { color-scheme: light dark; }
@media screen and (prefers-color-scheme: dark) { p { color: white } }
@media (prefers-color-scheme:light) { p { color: black } }</style></head>
<body bgcolor="#fff"><p class="intro" style="color: red">(prefers-color-scheme: dark)</p>tail
<img src="https://x.example/a.png" width="3" height="4" alt="An image"></body></html>"""


def test_the_dark_scheme_makes_dark_queries_always_true_and_light_ones_never() -> None:
    dark = in_scheme(HTML, "dark")
    assert "@media screen and (min-width: 0) { p { color: white } }" in dark
    assert "@media (max-width: 0) { p { color: black } }" in dark
    assert '<meta name="color-scheme" content="dark">' in dark
    assert ":root { color-scheme: dark; }" in dark


def test_the_light_scheme_is_the_reverse() -> None:
    light = in_scheme(HTML, "light")
    assert "@media screen and (max-width: 0) { p { color: white } }" in light
    assert ":root { color-scheme: light; }" in light


def test_text_that_looks_like_a_query_stays_as_it_is() -> None:
    assert ">(prefers-color-scheme: dark)</p>" in in_scheme(HTML, "dark")


def test_without_styles_only_the_structure_is_left() -> None:
    bare = without_styles(HTML)
    assert bare.startswith("<!DOCTYPE html>")
    assert "<style" not in bare
    assert '<p class="intro">(prefers-color-scheme: dark)</p>tail' in bare
    assert '<img src="https://x.example/a.png" alt="An image">' in bare


@pytest.mark.parametrize(
    ("text", "length", "shown"),
    [("short", 5, "short"), ("longer", 5, "long…"), ("a b c", 3, "a…"), ("x", 0, ""), ("", 9, "")],
)
def test_cutting_keeps_the_length(text: str, length: int, shown: str) -> None:
    assert cut(text, length) == shown


def test_gmail_gives_the_preheader_what_the_subject_leaves() -> None:
    seen = gmail("s" * 60, "p" * 60)
    assert (len(seen.subject), len(seen.preheader)) == (60, 40)
    assert gmail("s" * 160, "preheader").preheader == ""


def test_a_phone_cuts_subject_and_preheader_each() -> None:
    seen = phone("s" * 60, "p" * 100)
    assert (len(seen.subject), len(seen.preheader)) == (38, 80)
