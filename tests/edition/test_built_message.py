"""The built message, read back with the standard library's parser."""

from __future__ import annotations

import re
from base64 import b64decode
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.config import Config
from newsletter.edition import build_edition, build_message, render, specimen
from newsletter.edition.personal import Field
from newsletter.issue import Issue

MakeConfig = Callable[..., Config]
MakeIssue = Callable[..., Issue]
HEADERS = {
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Feedback-ID",
    "Content-Language",
    "MIME-Version",
    "Content-Type",
}


def parsed(message: bytes) -> EmailMessage:
    return message_from_bytes(message, policy=policy.default)


def bodies(message: bytes) -> list[bytes]:
    """The decoded contents of the parts."""
    return [bytes(part.get_payload(decode=True)) for part in parsed(message).iter_parts()]


def head(message: bytes) -> list[bytes]:
    return message.partition(b"\r\n\r\n")[0].split(b"\r\n")


def raw(message: bytes, header: str) -> str:
    """A header's value as it stands, its lines joined."""
    (value,) = re.findall(rf"^{header}:([^\r]*(?:\r\n [^\r]*)*)", message.decode(), re.MULTILINE)
    return str(value).replace("\r", "")


def mailbox(message: bytes, header: str) -> tuple[str, str]:
    """Name and address of a header, by the older parser.

    The newer leaves a space between encoded words of a name, against RFC 2047 §6.2.
    """
    name, address = parseaddr(raw(message, header).replace("\n", ""))
    return str(make_header(decode_header(name))), address


@pytest.fixture(scope="module")
def message_of(make_issue: MakeIssue, config: Config) -> Callable[..., bytes]:
    """The message of an issue with these fields, to a reader with these."""

    def message(reader: dict[Field, str] | None = None, **fields: object) -> bytes:
        issue = make_issue(**fields)
        whole = {**specimen(config), **(reader or {})}
        return build_message(render(issue, config), issue, config, whole)

    return message


# The whole


def test_the_message_is_alternative_texts_in_utf_8_the_plain_one_first(
    message_of: Callable[..., bytes],
) -> None:
    message = parsed(message_of())
    assert message.get_content_type() == "multipart/alternative"
    parts = list(message.iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    assert {part.get_content_charset() for part in parts} == {"utf-8"}
    assert {part["Content-Transfer-Encoding"] for part in parts} == {"quoted-printable"}
    assert [part.keys() for part in parts] == [["Content-Type", "Content-Transfer-Encoding"]] * 2


def test_every_header_is_there_exactly_once(
    message_of: Callable[..., bytes], make_config: MakeConfig, make_issue: MakeIssue
) -> None:
    assert Counter(parsed(message_of()).keys()) == dict.fromkeys(HEADERS, 1)
    config = make_config(reply_to="desk@digest.example")
    message = parsed(build_edition(make_issue(), config).message)
    assert Counter(message.keys()) == dict.fromkeys(HEADERS | {"Reply-To"}, 1)
    assert message["Reply-To"] == "desk@digest.example"


def test_the_parser_finds_no_defect(message_of: Callable[..., bytes]) -> None:
    message = parsed(message_of({"first_name": "Zoë", "last_name": "O'Brien, Jr."}, subject="Été"))
    assert message.defects == []
    assert [value.defects for value in message.values()] == [()] * len(message)
    assert [part.defects for part in message.iter_parts()] == [[], []]


def test_what_the_headers_say(message_of: Callable[..., bytes]) -> None:
    message = parsed(message_of(subject="Empathy that is acted on"))
    assert message["From"] == "PPRNet <news@digest.example>"
    assert message["To"] == "reader@example.org"
    assert message["Subject"] == "Empathy that is acted on"
    assert message["List-Id"] == "Practice Digest <news.digest.example>"
    assert message["List-Unsubscribe"] == "<https://news.digest.example/u/preview>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Content-Language"] == "en-CA"
    assert re.fullmatch(r"<[^<>@\s]+@digest\.example>", message["Message-ID"])
    assert re.fullmatch(r"[^:]+:[^:]+:[^:]+:[a-z0-9]{5,15}", message["Feedback-ID"])


def test_the_configuration_may_name_the_list(
    make_config: MakeConfig, make_issue: MakeIssue
) -> None:
    message = parsed(
        build_edition(make_issue(), make_config(list_id="digest.lists.example")).message
    )
    assert message["List-Id"] == "Practice Digest <digest.lists.example>"


@pytest.mark.parametrize("web_url", ["https://news.a.example:8443", "https://news.a.example/mail/"])
def test_the_list_is_else_named_by_the_host_alone(
    make_config: MakeConfig, make_issue: MakeIssue, web_url: str
) -> None:
    message = build_edition(make_issue(), make_config(web_url=web_url)).message
    assert raw(message, "List-Id").endswith("<news.a.example>")


def test_an_edited_newsletter_is_not_marked_as_automatic(message_of: Callable[..., bytes]) -> None:
    assert "Auto-Submitted" not in parsed(message_of())


# Lines


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=100)
NAMES = TEXTS | st.integers(0, 200).map(lambda length: "n" * length) | st.just("é" * 60)
URLS = st.integers(0, 400).map(lambda length: f"https://a.example/u/{'t' * length}")
READERS = st.fixed_dictionaries(
    {
        "email": st.just("reader@example.org"),
        "first_name": NAMES,
        "last_name": NAMES,
        "unsubscribe_url": URLS,
    }
)


@given(reader=READERS, intro=TEXTS)
def test_lines_end_in_crlf_and_are_no_longer_than_76_in_the_bodies_and_78_in_the_head(
    message_of: Callable[..., bytes], reader: dict[Field, str], intro: str
) -> None:
    message = message_of(reader, intro=f"w{intro}")
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", message)
    assert message.isascii()
    lines = head(message)
    folded = [line for line in lines if not line.startswith(b"List-Unsubscribe:")]
    assert max(map(len, folded)) <= 78
    assert max(map(len, message.split(b"\r\n")[len(lines) :])) <= 76


@given(reader=READERS, intro=TEXTS)
def test_the_decoded_bodies_are_the_edition_filled_in(
    make_issue: MakeIssue, config: Config, reader: dict[Field, str], intro: str
) -> None:
    issue = make_issue(intro=f"w{intro}")
    edition = render(issue, config)
    plain, html = bodies(build_message(edition, issue, config, reader))
    assert plain.decode() == edition.text.fill(reader).replace("\n", "\r\n")
    assert html.decode() == edition.html.fill(reader).replace("\n", "\r\n")


@pytest.mark.parametrize("length", range(130, 240))
def test_a_name_of_any_length_leaves_the_lines_at_its_seams_short(
    message_of: Callable[..., bytes], length: int
) -> None:
    message = message_of({"first_name": "n" * length, "email": f"{'e' * (length % 60)}@a.example"})
    assert max(map(len, message.partition(b"\r\n\r\n")[2].split(b"\r\n"))) <= 76


@pytest.mark.parametrize(
    "text", [".", "..", "From me", "a \nb\t\nc", "=20", "=\n=", "--=_x--", "x" * 76, "x" * 77]
)
def test_texts_that_are_dangerous_in_a_body_survive_it(
    make_issue: MakeIssue, config: Config, text: str
) -> None:
    issue = make_issue(intro=f"{text}\n\n{text}")
    built = build_edition(issue, config)
    plain, html = bodies(built.message)
    assert plain == built.text.replace(b"\n", b"\r\n")
    assert html == built.html.replace(b"\n", b"\r\n")


# Headers that are easily broken


@pytest.mark.parametrize("length", [10, 45, 60, 78, 200, 900])
def test_list_unsubscribe_is_one_line_and_never_encoded(
    message_of: Callable[..., bytes], length: int
) -> None:
    url = f"https://news.digest.example/u/{'t' * length}"
    assert f"\r\nList-Unsubscribe: <{url}>\r\n".encode() in message_of({"unsubscribe_url": url})


def test_a_very_long_base_of_the_links_does_not_fold_list_unsubscribe(
    make_config: MakeConfig, make_issue: MakeIssue
) -> None:
    config = make_config(web_url=f"https://news.digest.example/{'long-path/' * 30}")
    message = build_edition(make_issue(), config).message
    assert f"\r\nList-Unsubscribe: <{config.web_url}/u/preview>\r\n".encode() in message


def test_list_unsubscribe_is_within_77_characters_where_the_host_allows_it(
    make_config: MakeConfig, make_issue: MakeIssue
) -> None:
    message = build_edition(make_issue(), make_config()).message
    assert len(raw(message, "List-Unsubscribe").strip()) <= 77


SUBJECTS = [
    "Empathy",
    "Été à Montréal: naïveté",
    "日本語の件名" * 10,
    "\U0001f600 emoji \U0001f468\u200d\U0001f469\u200d\U0001f467 family",
    "x" * 300,
    "é" * 300,
    "word " * 60 + "end",
    "x" * 66,
    "x" * 67,
    "x" * 68,
    "x" * 69,
    "x" * 70,
    "x " + "y" * 76,
    "x " + "y" * 77,
    "=?utf-8?q?fake?=",
    "=?x?=",
    "a =?utf-8?b?w6k=?= b",
    "two  spaces   three",
    "a, b; c: \"d\" <e@f.example> (g)",
    "\u202eoverride",
    "Research: p < .05, r = −.42",
    "ends in a colon:",
]  # fmt: skip


@pytest.mark.parametrize("subject", SUBJECTS)
def test_any_subject_arrives_as_typed(message_of: Callable[..., bytes], subject: str) -> None:
    message = message_of(subject=subject)
    assert parsed(message)["Subject"] == subject
    assert max(map(len, head(message))) <= 78
    for word in re.findall(r"=\?utf-8\?b\?([^?]*)\?=", raw(message, "Subject")):
        assert b64decode(word).decode()  # whole characters, RFC 2047 §5


@given(subject=TEXTS.map(lambda text: " ".join(text.split())).filter(bool))
def test_arbitrary_subjects_arrive_as_typed(message_of: Callable[..., bytes], subject: str) -> None:
    message = parsed(message_of(subject=subject))
    assert message["Subject"] == subject
    assert message["Subject"].defects == ()


def test_a_plain_subject_is_not_encoded(message_of: Callable[..., bytes]) -> None:
    assert raw(message_of(subject="Empathy: acted on"), "Subject") == " Empathy: acted on"


SENDERS = [
    "PPRNet",
    "Practice Research, Inc.",
    'The "Digest"',
    "O'Brien & Sons (Ottawa)",
    "back\\slash",
    "news@pprnet",
    "Dr. A. B.",
    "Réseau de recherche",
    "リサーチ",
    "\U0001f600",
    "=?utf-8?q?fake?=",
    "Psychotherapy Practice Research Network of Ottawa, Gatineau and the Whole of the Valley",
    "Réseau, de “recherche” " * 6,
    "x" * 60,
    "x" * 120,
    "a,b " * 20,
]


@pytest.mark.parametrize("name", SENDERS)
def test_any_senders_name_arrives_as_typed(
    make_config: MakeConfig, make_issue: MakeIssue, name: str
) -> None:
    config = make_config(sender={"name": name, "email": "news@digest.example"}, name=name)
    message = build_edition(make_issue(subject="S"), config).message
    assert mailbox(message, "From") == (name.strip(), "news@digest.example")
    assert mailbox(message, "List-Id") == (name.strip(), "news.digest.example")
    assert max(map(len, head(message))) <= 78


@given(name=TEXTS.map(lambda text: " ".join(text.split())))
def test_any_readers_name_arrives_as_typed(message_of: Callable[..., bytes], name: str) -> None:
    assert mailbox(message_of({"first_name": name}), "To") == (name, "reader@example.org")


def test_the_longest_address_is_not_broken(message_of: Callable[..., bytes]) -> None:
    email = f"{'a' * 64}@{'.'.join(['b' * 60] * 3)}.example"
    message = message_of({"email": email, "first_name": "Ana", "last_name": "Á"})
    assert mailbox(message, "To") == ("Ana Á", email)


@pytest.mark.parametrize(
    ("first", "last", "shown"), [("Ana", "", "Ana"), ("", "Li", "Li"), ("Ana", "Li", "Ana Li")]
)
def test_the_readers_names_stand_before_the_address(
    message_of: Callable[..., bytes], first: str, last: str, shown: str
) -> None:
    message = parsed(message_of({"first_name": first, "last_name": last}))
    assert message["To"] == f"{shown} <reader@example.org>"


# Date, identity, repetition


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, datetime(2023, 12, 5, 9, 0)),
        ({"month": "2023-07"}, datetime(2023, 7, 4, 9, 0)),
        ({"send_at": "2023-12-24 18:30"}, datetime(2023, 12, 24, 18, 30)),
    ],
)
def test_the_date_is_the_planned_one(
    message_of: Callable[..., bytes], fields: dict[str, str], expected: datetime
) -> None:
    date = parsed(message_of(**fields))["Date"].datetime
    planned = expected.replace(tzinfo=ZoneInfo("America/Toronto"))
    assert date == planned
    assert date.utcoffset() == planned.utcoffset()


def message_id(message: bytes) -> str:
    return str(parsed(message)["Message-ID"])


def test_the_message_id_differs_by_address_and_by_month(message_of: Callable[..., bytes]) -> None:
    messages = [
        message_of(),
        message_of({"email": "other@example.org"}),
        message_of(month="2024-01"),
    ]
    assert len(set(map(message_id, messages))) == 3


@pytest.mark.parametrize(
    "email", ["Reader@example.org", "reader@EXAMPLE.org", "READER@Example.Org"]
)
def test_the_message_id_is_the_same_for_one_address_in_any_case(
    message_of: Callable[..., bytes], email: str
) -> None:
    assert message_id(message_of({"email": email})) == message_id(message_of())


def test_the_message_id_does_not_show_the_address(message_of: Callable[..., bytes]) -> None:
    assert "reader" not in message_id(message_of())


def test_the_same_reader_gets_the_same_bytes(message_of: Callable[..., bytes]) -> None:
    assert message_of() == message_of()


def test_the_boundary_comes_from_the_content_and_is_not_in_it(
    message_of: Callable[..., bytes],
) -> None:
    one, other = message_of(), message_of(summary="Something else.")
    boundary = parsed(one).get_boundary()
    assert boundary != parsed(other).get_boundary()
    assert one.count(f"--{boundary}".encode()) == 3


@pytest.mark.parametrize("control", ["\r", "\n", "\r\n", "\0", "\t", "\x1b", "\x7f", "\x85"])
@pytest.mark.parametrize("field", ["email", "first_name", "last_name", "unsubscribe_url"])
def test_a_control_character_in_a_reader_is_refused(
    message_of: Callable[..., bytes], field: Field, control: str
) -> None:
    with pytest.raises(ValueError, match="control character"):
        message_of({field: f"a{control}Bcc: victim@example.org"})
