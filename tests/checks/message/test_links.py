"""Links: broken, insecure, or text that was meant to be one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.checks.message.address import fault_of
from newsletter.config import Config

CODES = ("N403", "N404", "N405", "N406", "N407")


def codes(desk: Any, text: str, **more: Any) -> list[str]:
    """Codes of what is found about a summary of this text."""
    return [each.code for each in desk.find(desk.with_study(summary=text), *CODES, **more)]


@pytest.mark.parametrize(
    "address",
    [
        "https://www.who.int/publications/i/item/depression?x=1#top",
        "https://doi.org/10.1002/(SICI)1097-4679(199901)55:1%3C1::AID-JCLP1%3E3.0.CO;2-D",
        "https://müller.de/straße",
        "https://xn--mller-kva.de/",
        "https://www.apa.org:8443/a",
        "https://8.8.8.8/",
        "http://www.apa.org/",
        "HTTPS://WWW.APA.ORG/",
        "mailto:news@pprnet.ca",
        "mailto:news@pprnet.ca?subject=Hello%20there",
        "mailto:news%40pprnet.ca",
        "tel:+1-613-555-0199",
        "#summary-1",
    ],
)
def test_an_address_that_can_be_opened_has_no_fault(address: str) -> None:
    assert fault_of(address) == ""


@pytest.mark.parametrize(
    "address",
    [
        "",
        " ",
        "https://",
        "http:///path",
        "https://a b.org/",
        "https://exa mple.org",
        "https://-a-.org/",
        "https://a..org/",
        "https://www.apa.org:99999/",
        "https://me:secret@www.apa.org/",
        "https://[::1/",
        "https://localhost/a",
        "https://intranet/a",
        "http://127.0.0.1:8000/2023-12",
        "https://192.168.1.4/",
        "https://[::1]/",
        "https://news.local/a",
        "https://nothing.invalid/",
        "//www.apa.org/",
        "/2023-12",
        "www.apa.org",
        "htps://www.apa.org",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///home/me/a.pdf",
        "mailto:",
        "mailto:news",
        "mailto:news@pprnet",
        "mailto:?subject=a",
        "tel:",
    ],
)
def test_an_address_that_nobody_can_open_has_one(address: str) -> None:
    assert fault_of(address) != ""


@given(st.text(max_size=60), st.sampled_from(["", "https://", "mailto:", "https://[", "tel:"]))
def test_any_address_can_be_judged(address: str, scheme: str) -> None:
    fault_of(scheme + address)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("See [the study](https://www.apa.org/a_(b)).", []),
        ("See <https://www.apa.org/>.", []),
        ("Write to [us](mailto:news@pprnet.ca).", []),
        ("See [it](https://localhost/a).", ["N403"]),
        ("See <https://a..org/>.", ["N403"]),
        ("Write to [us](mailto:a@b).", ["N403"]),
        ("See [it](http://www.apa.org/).", ["N404"]),
        ("See [it](https://example.org/study).", ["N407"]),
        ("See [it](https://pprnet.example/study).", ["N407"]),
        ("See [it](https://news.digest.example/2023-12#summary-2).", []),
        ("See [it](https://news.digest.example/2023-12#summary-3).", ["N405"]),
        ("See [it](https://news.digest.example/2023-11#summary-3).", []),
    ],
)
def test_links_of_a_text_are_looked_at(desk: Any, text: str, expected: list[str]) -> None:
    assert codes(desk, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "[it]()",
        "[it]( )",
        "[](https://www.apa.org)",
        "[it](www.apa.org)",
        "[it](apa.org/a)",
        "[it](https://www.apa.org/a b)",
        "[it](htps://www.apa.org)",
        "[it](javascript:alert(1))",
        "[it](#summary-1)",
        "[it](/2023-12)",
        "[it](news@pprnet.ca)",
        "[it](https:///a)",
        "[*it*](mailto:news)",
    ],
)
def test_a_link_that_stays_as_typed_is_an_error_at_its_place(desk: Any, text: str) -> None:
    summary = "month: 2023-12\nsummaries:\n  - title: A\n    summary: |\n      One\n      two {}.\n"
    content = summary.format(text) + "    practice_implications: P\n"
    found = desk.find(content, *CODES)
    assert [(each.code, each.severity, each.line, each.column) for each in found] == [
        ("N406", "error", 6, 11)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "95% CI [.15, .40](n = 6) and [−.45, 0.40](p<.05)",
        "[sic](p. 12) and [the therapist](i.e., her own)",
        r"\[it](https://www.apa.org)",
        r"\[it](www.apa.org)",
        "a (b) [c] (https://www.apa.org)",
        "[1] [2](3)",
    ],
)
def test_brackets_that_are_no_links_are_fine(desk: Any, text: str) -> None:
    assert codes(desk, text) == []


@pytest.mark.parametrize("key", ["title", "citation"])
def test_titles_and_citations_take_no_links(desk: Any, key: str) -> None:
    issue = desk.with_study(
        **{key: "A Name, B. (2020). [Study](https://www.apa.org). *Mind, 1*, 2."}
    )
    (found,) = desk.find(issue, *CODES)
    assert found.code == "N406"
    assert f"a {key} takes no links" in found.message


@pytest.mark.parametrize(
    ("link", "code"),
    [
        ("https://www.apa.org/study", None),
        ("http://www.apa.org/study", "N404"),
        ("https://localhost/study", "N403"),
        ("https://example.com/study", "N407"),
    ],
)
def test_the_link_of_a_study_is_told_at_its_line(desk: Any, link: str, code: str | None) -> None:
    text = (
        f"month: 2023-12\nsummaries:\n  - title: A\n    link: {link}\n"
        "    summary: S\n    practice_implications: P\n"
    )
    found = desk.find(text, *CODES)
    assert [(each.code, each.line, each.column) for each in found] == (
        [(code, 4, 11)] if code else []
    )


@pytest.mark.parametrize(
    ("html", "code"),
    [
        ('<a href="/about">About</a>', "N403"),
        ('<a href="">About</a>', "N403"),
        ('<a href="#nowhere">About</a>', "N405"),
        ('<a href="#summary-2">About</a>', None),
        ('<a href="http://www.apa.org">About</a>', "N404"),
        ('<img alt="" src="logo.png"/>', "N403"),
    ],
)
def test_links_of_templates_are_told_with_the_templates_name(
    desk: Any, with_template: Callable[..., Config], html: str, code: str | None
) -> None:
    found = desk.find(desk.issue(), *CODES, config=with_template(html))
    assert [each.code for each in found] == ([code] if code else [])
    for each in found:
        assert (each.line, each.column) == (1, 1)
        assert "templates/" in each.message


def test_the_publications_own_addresses_are_its_own_affair(desk: Any) -> None:
    config = desk.configured(contact="https://localhost/contact")
    assert desk.find(desk.issue(), *CODES, config=config) == []


def test_an_image_without_words_is_told(desk: Any, with_template: Callable[..., Config]) -> None:
    config = with_template(
        '<img src="https://www.apa.org/a.png"/><img alt="" src="https://b.org/c"/>'
    )
    (found,) = desk.find(desk.issue(), "N412", config=config)
    assert "parts/footer.mjml: the image 'https://www.apa.org/a.png' has no alt" in found.message
