"""What readers see once SendGrid has put their own words in, in whatever order it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.claim import Claim
from newsletter.delivery.providers.sendgrid import SendGrid, Settings
from newsletter.edition import Letter, Reader, Splice, render, seal
from newsletter.edition.personal import Personal, Place
from newsletter.issue import find_issue, load_issue

PIECES = (
    "Dear ",
    "",
    "zz",
    "<b title='",
    "&amp;",
    "\n.\n",
    "https://a.example/?n=",
    "{{ }}",
    "-x-",
)
PLACES = (
    Place("first_name", "html", "reader"),
    Place("first_name", "text", "reader"),
    Place("first_name", "text"),
    Place("first_name", "url"),
    Place("last_name", "html"),
    Place("last_name", "url", "x y"),
    Place("email", "html"),
    Place("unsubscribe_url"),
)
DOCUMENTS = st.lists(st.sampled_from(PIECES + PLACES), max_size=12).map(
    lambda parts: Personal(("Hello ", *parts, "."))
)
NAMES = st.text(max_size=12) | st.sampled_from(
    ["", "zz", "<&>\"'", "O'Hara", "-x-", "%41", "000zz"]
)


@pytest.fixture(scope="module")
def sendgrid(load_module: Callable[[str], ModuleType]) -> Iterator[Any]:
    with load_module("servers/sendgrid.py").sendgrid_server() as server:
        yield server


@pytest.fixture(scope="module")
def provider(sendgrid: Any, load_module: Callable[[str], ModuleType]) -> SendGrid:
    key = load_module("servers/sendgrid.py").KEY
    return SendGrid(Settings(sendgrid.url, key, connections=1))


def claim(letter: Letter, first_name: str, last_name: str = "") -> Claim:
    link = "https://news.digest.example/u/1"
    reader = Reader("r@example.org", first_name, last_name, link, "1@digest.example")
    return Claim(1, reader, Splice(letter))


def assert_rendered(sendgrid: Any, claim: Claim) -> None:
    (taken,) = sendgrid.taken
    for backwards in (False, True):
        assert taken.rendered("plain", backwards) == claim.letter.text.fill(claim.reader.values)
        assert taken.rendered("html", backwards) == claim.letter.html.fill(claim.reader.values)


@given(text=DOCUMENTS, html=DOCUMENTS, first=NAMES, last=NAMES)
def test_every_place_is_filled_as_a_full_render_would(
    text: Personal,
    html: Personal,
    first: str,
    last: str,
    sendgrid: Any,
    provider: SendGrid,
    letter: Letter,
    make_book: Any,
) -> None:
    sendgrid.reset()
    one = claim(replace(letter, text=text, html=html), first, last)

    (outcome,) = make_book([one]).run(provider).values()

    if one.reader.unfit:
        assert outcome.verdict == "failed"
    else:
        assert outcome.verdict == "accepted"
        assert_rendered(sendgrid, one)


@given(data=st.data())
def test_a_reader_cannot_bring_in_a_tag_whole_or_in_parts(
    data: st.DataObject,
    sendgrid: Any,
    provider: SendGrid,
    letter: Letter,
    make_book: Any,
) -> None:
    both = Personal(("", Place("first_name"), "", Place("last_name"), "", Place("email"), "\n"))
    letter = replace(letter, text=both, html=both)
    sendgrid.reset()
    make_book([claim(letter, "Ana")]).run(provider)
    tags = list(sendgrid.taken[0].personalization["substitutions"])
    tag = data.draw(st.sampled_from(tags))
    tag = data.draw(st.sampled_from([tag, tag.upper()]))
    cut = data.draw(st.integers(0, len(tag)))
    sendgrid.reset()

    one = claim(letter, f"{data.draw(NAMES)}{tag[:cut]}", f"{tag[cut:]}{data.draw(NAMES)}")
    (outcome,) = make_book([one]).run(provider).values()

    assert outcome.verdict == "failed"
    assert one.reader.unfit or "substitution tags" in outcome.reason
    assert sendgrid.taken == []


def test_a_letter_may_hold_what_looks_like_its_own_tags(
    sendgrid: Any, provider: SendGrid, letter: Letter, make_book: Any
) -> None:
    sendgrid.reset()
    make_book([claim(letter, "Ana")]).run(provider)
    tags = "".join(sendgrid.taken[0].personalization["substitutions"])
    sendgrid.reset()
    quoting = claim(replace(letter, subject=tags, text=Personal((tags, *letter.text.parts))), "Ana")

    make_book([quoting]).run(provider)

    assert_rendered(sendgrid, quoting)
    assert sendgrid.taken[0].mail["subject"] == tags


def test_a_real_issue_arrives_as_it_was_rendered(
    sendgrid: Any, provider: SendGrid, publication: Any, make_book: Any
) -> None:
    config = publication.config()
    edition = render(load_issue(find_issue("2023-12", config), config).issue, config)
    one = claim(
        seal(edition, "2023-12", config, datetime(2023, 12, 5, 9, tzinfo=UTC)), "Zoë <&>", "O'Hara"
    )
    sendgrid.reset()

    make_book([one]).run(provider)

    assert_rendered(sendgrid, one)
    assert "Zoë" in sendgrid.taken[0].rendered("plain")
