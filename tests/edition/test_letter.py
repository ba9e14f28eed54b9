"""A sealed edition as the ledger keeps it, and readers who can be written to."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.config import Config
from newsletter.edition import Edition, Letter, Reader, Splice, seal
from newsletter.edition.personal import FIELDS, Personal, Place
from newsletter.issue import Issue, planned_at

READER = Reader(
    email="reader@example.org",
    first_name="Zoë",
    last_name="O'Brien",
    unsubscribe_url="https://news.digest.example/u/abc",
    message_id="2023-12.abc@digest.example",
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
LINES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40)
PLACES = st.builds(Place, st.sampled_from(FIELDS), st.sampled_from(["html", "text", "url"]), LINES)
DOCUMENTS = st.lists(TEXTS | PLACES, max_size=6).map(lambda parts: Personal(tuple(parts)))


@pytest.fixture(scope="module")
def letter(edition_of: Callable[..., Edition], config: Config) -> Letter:
    """December's letter."""
    return seal(edition_of(), "2023-12", config, datetime(2023, 12, 5, 9, tzinfo=UTC))


# Readers


@pytest.mark.parametrize("control", ["\r", "\n", "\0", "\t", "\x1b", "\x7f", "\x85", "\x9f"])
@pytest.mark.parametrize("pattern", ["a{}b", "{}b", "a{}", "{}"])
@pytest.mark.parametrize("field", Reader._fields)
def test_a_control_character_anywhere_refuses_the_reader(
    letter: Letter, field: str, pattern: str, control: str
) -> None:
    reader = READER._replace(**{field: pattern.format(control)})
    assert reader.unfit == f"{field.replace('_', ' ')} holds a control character"
    with pytest.raises(ValueError, match=f"^{reader.unfit}$"):
        Splice(letter).message(reader)


@pytest.mark.parametrize(
    ("email", "reason"),
    [
        ("", "there is no address"),
        ("zoë@example.org", "not ASCII"),
        ("reader@bücher.example", "not ASCII"),
        ("reader@example.org\u2028", "not ASCII"),
        ("reader\udcff@example.org", "not ASCII"),
        ("a b@example.org", "would need quotes"),
        ("a@example.org> SIZE=1 <b@example.org", "would need quotes"),
        ("a@example.org, b@example.org", "would need quotes"),
        ('"a"@example.org', "would need quotes"),
        ("a(comment)@example.org", "would need quotes"),
        ("group:a@example.org;", "would need quotes"),
        ("a\\b@example.org", "would need quotes"),
        ("a@b@example.org", "would need quotes"),
    ],
)
def test_an_address_that_cannot_stand_bare_in_a_header_refuses_the_reader(
    letter: Letter, email: str, reason: str
) -> None:
    reader = READER._replace(email=email)
    assert reason in (reader.unfit or "")
    with pytest.raises(ValueError, match=reason):
        Splice(letter).message(reader)


LOCAL_PARTS = st.from_regex(r"[!#$%&'*+/=?^_`{|}~a-zA-Z0-9.-]{1,64}", fullmatch=True)


@given(first=LINES, last=LINES, local=LOCAL_PARTS)
def test_any_other_name_and_address_is_fit(first: str, last: str, local: str) -> None:
    email = f"{local}@example.org"
    reader = READER._replace(first_name=first, last_name=last, email=email)
    assert reader.unfit is None


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [
        ("Ana", "Li", "Ana Li"),
        ("Ana", "", "Ana"),
        ("", "Li", "Li"),
        ("", "", ""),
        (" ", " ", ""),
        (" Ana ", "\u2028", "Ana"),
    ],
)
def test_the_name_on_the_envelope(first: str, last: str, name: str) -> None:
    assert READER._replace(first_name=first, last_name=last).name == name


# Letters


@given(html=DOCUMENTS, text=DOCUMENTS, subject=TEXTS)
def test_a_letter_read_back_is_the_same(
    letter: Letter, html: Personal, text: Personal, subject: str
) -> None:
    written = replace(letter, html=html, text=text, subject=subject)
    read = Letter.from_json(written.to_json())
    assert read == written
    assert read.to_json() == written.to_json()
    assert read.digest == written.digest


def test_a_letter_read_back_gives_the_same_bytes(letter: Letter) -> None:
    read = Letter.from_json(letter.to_json())
    assert Splice(read).message(READER) == Splice(letter).message(READER)


def test_a_letter_is_kept_as_one_line_of_plain_json(letter: Letter) -> None:
    document = json.loads(letter.to_json())
    assert list(document) == ["form", *(field.name for field in fields(Letter))]
    assert ["email", "html", ""] in document["html"]["parts"]
    assert "\n" not in letter.to_json()


@pytest.mark.parametrize("field", [field.name for field in fields(Letter)])
def test_the_digest_covers_everything_and_the_content_all_but_the_date(
    letter: Letter, field: str
) -> None:
    other: Any = Personal(("other",)) if field in ("html", "text") else "other"
    changed = replace(letter, **{field: other})
    assert changed.digest != letter.digest
    assert (changed.content == letter.content) is (field == "date")


def test_a_fallback_or_a_context_that_changed_is_another_content(letter: Letter) -> None:
    documents = [
        Personal(("", Place("first_name", "text", fallback), "")) for fallback in ("you", "You")
    ]
    documents += [Personal(("", Place("first_name", "html", "you"), ""))]
    assert len({replace(letter, text=document).content for document in documents}) == 3


def test_a_test_copy_differs_in_its_subject_alone(letter: Letter) -> None:
    copy = letter.test_copy()
    assert copy.subject == f"[TEST] {letter.subject}"
    assert replace(copy, subject=letter.subject) == letter


def test_sealing_takes_what_all_messages_share(
    edition_of: Callable[..., Edition], make_config: Callable[..., Config]
) -> None:
    config = make_config(reply_to="desk@digest.example", list_id="digest.lists.example")
    edition = edition_of(subject="Empathy", language="fr")
    letter = seal(edition, "2023-12", config, datetime(2023, 12, 5, 9, tzinfo=config.zone))
    assert letter == Letter(
        month="2023-12",
        subject="Empathy",
        language="fr",
        sender_name="PPRNet",
        sender_email="news@digest.example",
        reply_to="desk@digest.example",
        list_name="Practice Digest",
        list_id="digest.lists.example",
        date="Tue, 05 Dec 2023 09:00:00 -0500",
        feedback_id="2023-12:digest:newsletter:digestexample",
        web_url="https://news.digest.example",
        html=edition.html,
        text=edition.text,
    )


def test_the_date_of_sealing_is_no_part_of_the_content(
    make_issue: Callable[..., Issue], edition_of: Callable[..., Edition], config: Config
) -> None:
    dates = (planned_at(make_issue(), config), datetime(2024, 1, 1, tzinfo=UTC))
    one, other = (seal(edition_of(), "2023-12", config, date) for date in dates)
    assert one.date != other.date
    assert one.content == other.content


@pytest.mark.parametrize(
    ("domain", "part"),
    [
        ("a.ca", "aca00"),
        ("news.pprnet.example", "newspprnetexamp"),
        ("xn--bcher-kva.example", "xnbcherkvaexamp"),
    ],
)
def test_the_senders_part_of_feedback_id_has_5_to_15_letters(
    edition_of: Callable[..., Edition], make_config: Callable[..., Config], domain: str, part: str
) -> None:
    config = make_config(sender={"name": "PPRNet", "email": f"news@{domain}"})
    letter = seal(edition_of(), "2023-12", config, datetime(2023, 12, 5, 9, tzinfo=UTC))
    assert letter.feedback_id.split(":") == ["2023-12", "digest", "newsletter", part]


@pytest.mark.parametrize("name", ["Practice Digest", "Réseau, de “recherche” " * 6, "x" * 200])
def test_the_lists_headers_stand_on_one_line_each(letter: Letter, name: str) -> None:
    named = replace(letter, list_name=name)
    headers = {**named.shared_headers, **named.own_headers(READER)}
    message = Splice(named).message(READER).replace(b"\r\n ", b" ").decode()
    for header, value in headers.items():
        assert "\n" not in value
        assert f"\r\n{header}: {value}\r\n" in message
    assert list(headers) == [
        "List-Id",
        "Feedback-ID",
        "Content-Language",
        "List-Unsubscribe",
        "List-Unsubscribe-Post",
    ]


def test_a_letter_in_another_form_is_refused_rather_than_guessed_at(letter: Letter) -> None:
    document = letter.to_json()
    assert document.startswith('{"form":1,')
    for other in (
        document.replace('"form":1', '"form":2', 1),
        document.replace('"form":1,', "", 1),
    ):
        with pytest.raises(ValueError, match="another form"):
            Letter.from_json(other)
