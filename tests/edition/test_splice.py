"""Messages spliced for readers, held against the edition filled in as a whole and parsed."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.config import Config
from newsletter.edition import Edition, Letter, Reader, Splice, render, seal
from newsletter.edition.personal import FIELDS, Personal, Place
from newsletter.issue import Issue

HEADERS = [
    "From",
    "Subject",
    "Date",
    "List-Id",
    "Feedback-ID",
    "Content-Language",
    "MIME-Version",
    "To",
    "Message-ID",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Content-Type",
]
OWN = ("To", "Message-ID", "List-Unsubscribe")
TOKEN = "Ab3_-xYz09" * 4
"""As long as the token of a real link."""
HOSTILE = [
    "",
    " ",
    'Ana "Nan" Li, Jr. (she/her) <ana@a.example>; \\ [x]: @',
    "\\",
    '"',
    ",",
    "=?utf-8?q?fake?=",
    "=?utf-8?b?w6k=?= =?x?=",
    "=?utf-8?q?fake?=, Jr.",
    "=?",
    "?=",
    "a  b",
    f"{'a' * 33} {'b' * 33}  c",
    " leads",
    "trails ",
    ".leads",
    "...",
    "=",
    "=41=\u2028",
    "\u2029\u2028",
    "--=_boundary--",
    "From me",
    "<script>&amp;'\"</script>",
    "&#13;&#10;Bcc: a@a.example",
    "%0d%0aBcc: a@a.example",
    "\\r\\nBcc: a@a.example",
    "-unsubscribe_url-",
    "zz0123456789abcdef000zz",
    "{{ 7*7 }}",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "e\u0301\u0327" * 30,
    "\u202egnp.exe\u202c",
    "محمد",
    "\ufeff\u200b\xad\xa0",
    "\ufffe\U0010ffff",
    "x" * 5000,
    "é" * 5000,
    "x " * 2500,
    ". " * 2500,
    ",." * 2500,
    "😀" * 1250,
]
LINES = st.sampled_from(HOSTILE) | st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from(' .,="\\?_é'), max_size=120
)
TEXTS = LINES | st.text(st.sampled_from(" \n\t.=é\rx"), max_size=200) | st.just("x" * 10_000)
EMAILS = st.sampled_from(
    ["o'brien&co@example.org", "=?q?=@example.org", f"{'a' * 64}@{'b' * 63}.{'c' * 60}.example"]
) | st.from_regex(r"[a-z0-9.+=_-]{1,64}@[a-z0-9-]{1,60}\.example", fullmatch=True)
READERS = st.builds(
    Reader,
    email=EMAILS,
    first_name=LINES,
    last_name=LINES,
    unsubscribe_url=st.sampled_from(["", "x" * 100, "long/" * 150]).map(
        lambda path: f"https://news.digest.example/{path}u/{TOKEN}"
    ),
    message_id=st.just(f"2023-12.{'0f' * 16}@digest.example"),
)
PLACES = st.builds(Place, st.sampled_from(FIELDS), st.sampled_from(["html", "text", "url"]), LINES)
DOCUMENTS = st.lists(TEXTS | PLACES, max_size=6).map(lambda parts: Personal(tuple(parts)))
READER = Reader(
    email="reader@example.org",
    first_name="Ana",
    last_name="Li",
    unsubscribe_url=f"https://news.digest.example/u/{TOKEN}",
    message_id="2023-12.abc@digest.example",
)


@pytest.fixture(scope="module")
def letter(edition_of: Callable[..., Edition], config: Config) -> Letter:
    """December's letter, in which all places of the templates are."""
    edition = edition_of(intro="Été. " * 30, summary="They found *r* = .42.\n\n- one\n- two")
    return seal(edition, "2023-12", config, datetime(2023, 12, 5, 14, tzinfo=UTC))


def head(message: bytes) -> list[str]:
    return message.partition(b"\r\n\r\n")[0].decode("ascii").split("\r\n")


def raw(message: bytes, header: str) -> str:
    """A header's value unfolded, which must be there once."""
    fields = "\r\n".join(head(message)).replace("\r\n ", " ").split("\r\n")
    (value,) = [field.partition(":")[2] for field in fields if field.startswith(f"{header}:")]
    return value.removeprefix(" ").removeprefix(" ")


def mailbox(message: bytes, header: str) -> tuple[str, str]:
    """Name and address of a header, by the older parser.

    The newer leaves a space between encoded words of a name, against RFC 2047 §6.2.
    """
    name, address = parseaddr(raw(message, header))
    return str(make_header(decode_header(name))), address


def bodies(message: Message) -> list[bytes]:
    return [part.get_payload(decode=True) for part in message.get_payload()]


def in_crlf(text: str) -> bytes:
    """Line ends of any kind as mail has them."""
    return re.sub(r"\r\n?|\n", "\r\n", text).encode()


# What the parts say


@pytest.mark.parametrize("rules", [policy.default, policy.compat32])
@given(reader=READERS)
def test_the_parts_are_the_edition_filled_in(
    letter: Letter, rules: policy.Policy, reader: Reader
) -> None:
    message = message_from_bytes(Splice(letter).message(reader), policy=rules)
    plain, html = bodies(message)
    assert plain == in_crlf(letter.text.fill(reader.values))
    assert html == in_crlf(letter.html.fill(reader.values))
    assert [part.get_content_type() for part in message.get_payload()] == [
        "text/plain",
        "text/html",
    ]


@given(html=DOCUMENTS, text=DOCUMENTS, reader=READERS)
@example(Personal(()), Personal(("",)), READER)
@example(Personal((Place("first_name"),)), Personal((Place("email"), Place("email"))), READER)
@example(Personal(("x" * 10_000, Place("first_name", "html", "é"), "y" * 10_000)),
         Personal(("\n", Place("first_name", "text", "…\u2028."), "\n.")),
         READER._replace(first_name=""))  # fmt: skip
def test_places_may_stand_anywhere_in_a_document(
    letter: Letter, html: Personal, text: Personal, reader: Reader
) -> None:
    message = Splice(replace(letter, html=html, text=text)).message(reader)
    assert bodies(message_from_bytes(message)) == [
        b"".join(in_crlf(Personal((part,)).fill(reader.values)) for part in document.parts)
        for document in (text, html)
    ]
    assert_fit_for_smtp(message)


def test_a_template_may_consist_of_places_alone(
    own_templates: Config, make_issue: Callable[..., Issue]
) -> None:
    places = "{{ reader.first_name | default('Zoë') }}{{ reader.last_name }}{{ unsubscribe_url }}"
    (own_templates.templates_path / "issue.txt").write_text(places, "utf-8")
    edition = render(make_issue(), own_templates)
    letter = seal(edition, "2023-12", own_templates, datetime(2023, 12, 5, tzinfo=UTC))
    reader = READER._replace(first_name="", last_name=".é")
    plain, _ = bodies(message_from_bytes(Splice(letter).message(reader)))
    assert plain.decode().strip() == f"Zoë.é{reader.unsubscribe_url}"


def test_a_field_in_a_subject_is_no_place(
    edition_of: Callable[..., Edition], config: Config
) -> None:
    edition = edition_of(subject="For {{ reader.first_name }}")
    letter = seal(edition, "2023-12", config, datetime(2023, 12, 5, tzinfo=UTC))
    assert raw(Splice(letter).message(READER), "Subject") == "For {{ reader.first_name }}"


# Lines


def assert_fit_for_smtp(message: bytes) -> None:
    """ASCII in CRLF lines, none too long, none beginning with a dot; the boundary thrice."""
    assert message.isascii()
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)|\0", message)
    assert not re.search(rb"^\.", message, re.MULTILINE)
    top, _, rest = message.partition(b"\r\n\r\n")
    assert max(map(len, rest.split(b"\r\n"))) <= 76
    for line in top.split(b"\r\n"):
        assert (
            len(line) <= 78 or line.startswith(b"List-Unsubscribe: <") or b" " not in line.strip()
        )
    boundary = message_from_bytes(message).get_boundary()
    assert boundary
    assert rest.count(boundary.encode()) == 3


@given(reader=READERS)
def test_every_line_is_fit_for_smtp(letter: Letter, reader: Reader) -> None:
    assert_fit_for_smtp(Splice(letter).message(reader))


def test_a_name_of_any_length_leaves_all_lines_short(letter: Letter) -> None:
    splice = Splice(letter)
    for word, length in product(("x", "é", ".", "=", "😀", "x ", "x,"), range(90)):
        assert_fit_for_smtp(splice.message(READER._replace(first_name=word * length)))


# Headers


@given(reader=READERS)
def test_every_header_is_there_once_with_the_readers_own_in_their_places(
    letter: Letter, reader: Reader
) -> None:
    message = Splice(letter).message(reader)
    parsed = message_from_bytes(message, policy=policy.default)
    assert parsed.keys() == HEADERS
    assert parsed.defects == []
    assert mailbox(message, "To") == (reader.name, reader.email)
    assert parsed["Message-ID"] == f"<{reader.message_id}>"
    assert f"\r\nList-Unsubscribe: <{reader.unsubscribe_url}>\r\n".encode() in message
    assert parsed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@given(name=LINES.map(lambda name: " ".join(name[:200].split())))
def test_the_newer_parser_finds_the_same_address_without_a_defect(
    letter: Letter, name: str
) -> None:
    message = Splice(letter).message(READER._replace(first_name=name, last_name=""))
    to = message_from_bytes(message, policy=policy.default)["To"]
    assert [address.addr_spec for address in to.addresses] == [READER.email]
    assert to.defects == ()


@pytest.mark.parametrize("name", [name.strip() for name in HOSTILE if name.strip()])
def test_hostile_words_in_every_header_arrive_as_typed(letter: Letter, name: str) -> None:
    own = replace(letter, subject=name, sender_name=name, list_name=name)
    message = Splice(own).message(READER._replace(first_name=name, last_name=""))
    assert str(make_header(decode_header(raw(message, "Subject")))) == name
    assert mailbox(message, "From") == (name, letter.sender_email)
    assert mailbox(message, "To") == (name, READER.email)
    assert mailbox(message, "List-Id") == (name, letter.list_id)


@given(subject=LINES, name=LINES, list_name=LINES.filter(str.strip))
def test_what_all_messages_share_arrives_as_typed(
    letter: Letter, subject: str, name: str, list_name: str
) -> None:
    own = replace(letter, subject=subject, sender_name=name, list_name=list_name)
    message = Splice(own).message(READER)
    assert str(make_header(decode_header(raw(message, "Subject")))) == subject
    assert mailbox(message, "From") == (name, letter.sender_email)
    assert mailbox(message, "List-Id") == (list_name, letter.list_id)
    assert_fit_for_smtp(message)


@pytest.mark.parametrize("word", ["é", "日", "😀", "é x", "=?", "x" * 70 + "é"])
def test_encoded_words_are_whole_and_within_their_limits(letter: Letter, word: str) -> None:
    """RFC 2047 §2: a word has at most 75 characters, a line with one at most 76."""
    for length in range(1, 120):
        own = replace(letter, subject=word * length, sender_name=word * length)
        message = Splice(own).message(READER._replace(first_name=word * length))
        for line in head(message):
            words = re.findall(r"=\?utf-8\?b\?([A-Za-z0-9+/=]+)\?=", line)
            assert not words or len(line) <= 76
            for encoded in words:
                assert len(encoded) <= 75 - 12
                b64decode(encoded, validate=True).decode()


def test_the_date_is_one_that_parsers_read(letter: Letter) -> None:
    date = message_from_bytes(Splice(letter).message(READER), policy=policy.default)["Date"]
    assert date.datetime == datetime(2023, 12, 5, 14, tzinfo=UTC)
    assert date.defects == ()


@pytest.mark.parametrize("host", ["news.pprnet.example", "news.digest.example", "n.ca"])
def test_a_usual_link_is_within_77_characters_with_its_brackets(letter: Letter, host: str) -> None:
    reader = READER._replace(unsubscribe_url=f"https://{host}/u/{TOKEN}")
    assert len(raw(Splice(letter).message(reader), "List-Unsubscribe")) <= 77


def test_an_answer_goes_where_the_publication_says(letter: Letter) -> None:
    own = replace(letter, reply_to="desk@digest.example")
    message = Splice(own).message(READER)
    assert raw(message, "Reply-To") == "desk@digest.example"
    assert len(message_from_bytes(message).keys()) == len(HEADERS) + 1


@pytest.mark.parametrize(
    "field", ["subject", "sender_name", "sender_email", "reply_to", "list_name", "list_id", "date",
              "feedback_id", "language"],
)  # fmt: skip
@pytest.mark.parametrize("control", ["\r\n", "\n", "\r", "\0", "\x85"])
def test_a_letter_whose_headers_would_break_is_refused(
    letter: Letter, field: str, control: str
) -> None:
    with pytest.raises(ValueError, match="control character"):
        Splice(replace(letter, **{field: f"a{control}Bcc: a@a.example"}))


# Two readers


@given(one=READERS, other=READERS)
def test_two_messages_share_all_but_what_is_the_readers(
    letter: Letter, one: Reader, other: Reader
) -> None:
    splice = Splice(letter)
    messages = [message_from_bytes(splice.message(reader)) for reader in (one, other)]
    ours, theirs = (
        [field for field in message.items() if field[0] not in OWN] for message in messages
    )
    assert ours == theirs


def test_another_readers_words_in_place_of_ones_own_make_the_others_message(
    letter: Letter,
) -> None:
    one = READER._replace(email="one.reader@example.org", first_name="Firstly")
    other = Reader(*(re.sub(r"[A-Za-z]", "q", value) for value in one))
    other = other._replace(unsubscribe_url=one.unsubscribe_url[:-40] + "q" * 40)
    splice = Splice(letter)
    message = splice.message(one)
    for mine, theirs in zip(
        (one.name, *one[:2], *one[3:]), (other.name, *other[:2], *other[3:]), strict=True
    ):
        message = message.replace(mine.encode(), theirs.encode())
    assert message == splice.message(other)


def test_the_same_letter_and_reader_give_the_same_bytes(letter: Letter) -> None:
    splice = Splice(letter)
    assert splice.message(READER) == splice.message(READER) == Splice(letter).message(READER)


def test_the_boundary_is_the_contents_and_no_readers(letter: Letter) -> None:
    def boundary(letter: Letter, reader: Reader = READER) -> str | None:
        return message_from_bytes(Splice(letter).message(reader)).get_boundary()

    assert boundary(letter) == boundary(letter, READER._replace(first_name="Zoë"))
    assert boundary(letter) == boundary(letter.test_copy())
    assert boundary(letter) != boundary(replace(letter, text=Personal(("Other.",))))
