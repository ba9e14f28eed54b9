"""Whatever strangers send: only a signed link and the right field unsubscribe anybody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, insert, select, update
from starlette.exceptions import HTTPException
from starlette.requests import Request

from newsletter.audience.keys import Keyring
from newsletter.audience.tokens import Signer
from newsletter.config import load_config
from newsletter.store import now_utc, open_store, reading, subscribers, writing
from newsletter.web.public.clients import Clients
from newsletter.web.public.forms import fields_of
from newsletter.web.public.pages import Pages
from newsletter.web.public.site import Site
from newsletter.web.public.unsubscribe import Unsubscribing

RING = Keyring(["a secret of the tests, long enough"])
TOKEN = Signer(RING, 1, "2023-12", "digest.example").token(7)
ONE_CLICK = b"List-Unsubscribe=One-Click"
URLENCODED = "application/x-www-form-urlencoded"
SMALL = Path(__file__).parents[1] / "publication" / "newsletter.yaml"

NAMES = st.one_of(
    st.sampled_from(["List-Unsubscribe", "action", "undo", "", "a;b", 'q"uote', "é"]),
    st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=12),
)
FIELDS = st.lists(st.tuples(NAMES, st.text(max_size=20)), max_size=6)
ASCII_FIELDS = st.lists(
    st.tuples(
        st.text(st.sampled_from("abcXYZ-_ ."), min_size=1, max_size=12),
        st.text(st.characters(codec="ascii"), max_size=40),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda field: field[0],
)


class Desk:
    """Answers for one subscriber, whose list is a file."""

    def __init__(self, engine: Engine) -> None:
        config = load_config(SMALL, {})
        clients = Clients(())
        clients.may_guess = lambda _: True  # type: ignore[method-assign]
        self.engine = engine
        self._answer = Unsubscribing(
            Site(config, engine, RING, None, Pages(config), clients)
        ).answer

    def post(self, token: str, body: bytes, content_type: str | None) -> int:
        """The status of an answer."""
        headers = (
            [] if content_type is None else [(b"content-type", content_type.encode("latin-1"))]
        )
        scope = {
            "type": "http", "method": "POST", "path": f"/u/{token}", "headers": headers,
            "path_params": {"token": token}, "query_string": b"", "newsletter.body": body,
        }  # fmt: skip
        try:
            return self._answer(Request(scope)).status_code
        except HTTPException as refusal:
            return refusal.status_code

    def status(self) -> str:
        with reading(self.engine) as connection:
            return str(connection.execute(select(subscribers.c.status)).scalar_one())


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    engine = open_store("sqlite:///newsletter.db", tmp_path_factory.mktemp("desk"))
    now = now_utc()
    with writing(engine) as connection:
        row = {"id": 7, "key": "a@example.org", "email": "a@example.org"}
        connection.execute(insert(subscribers).values(**row, created_at=now, updated_at=now))
    yield Desk(engine)
    engine.dispose()


@given(st.text(max_size=60))
def test_no_text_is_a_link_but_the_signed_one(desk: Desk, token: str) -> None:
    assert desk.post(token, ONE_CLICK, URLENCODED) == (200 if token == TOKEN else 404)
    assert desk.status() == "active"


EDITS: dict[str, Callable[[int, str], str]] = {
    "replaced": lambda at, by: TOKEN[:at] + by + TOKEN[at + 1 :],
    "inserted": lambda at, by: TOKEN[:at] + by + TOKEN[at:],
    "cut": lambda at, _: TOKEN[:at],
    "cut out": lambda at, _: TOKEN[:at] + TOKEN[at + 1 :],
    "swapped": lambda at, _: TOKEN[at:] + TOKEN[:at],
    "escaped": lambda at, _: TOKEN[:at] + f"%{ord(TOKEN[at]):02x}" + TOKEN[at + 1 :],
    "in the other case": lambda at, _: TOKEN[:at] + TOKEN[at].swapcase() + TOKEN[at + 1 :],
}


@given(st.sampled_from(sorted(EDITS)), st.integers(0, 39), st.characters(codec="utf-8"))
def test_no_change_of_a_link_leaves_it_a_link(desk: Desk, edit: str, at: int, by: str) -> None:
    token = EDITS[edit](at, by)
    if token != TOKEN:
        assert desk.post(token, ONE_CLICK, URLENCODED) == 404
    assert desk.status() == "active"


KINDS = st.one_of(
    st.none(),
    st.sampled_from(
        [
            URLENCODED, "multipart/form-data", "multipart/form-data; boundary=b",
            'multipart/form-data; boundary="', "multipart/form-data; boundary=" + "b" * 300,
            "text/plain", "application/json", f"{URLENCODED}; charset=utf-16",
        ]
    ),
    st.text(st.characters(max_codepoint=255), max_size=60),
)  # fmt: skip
PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                b"--b", b"\r\n", b"--", b'Content-Disposition: form-data; name="undo"', b"=", b"&",
                b"%", b"%zz", b"Content-Type: x; charset=utf-7", b"List-Unsubscribe", b"one-click",
            ]
        ),
        st.binary(max_size=20),
    ),
    max_size=20,
).map(b"".join)  # fmt: skip


@given(PIECES, KINDS)
def test_no_body_but_the_right_one_unsubscribes(
    desk: Desk, body: bytes, content_type: str | None
) -> None:
    assert desk.post(TOKEN, body, content_type) == 400
    assert desk.status() == "active"


@given(ASCII_FIELDS)
def test_fields_are_read_from_either_kind_of_form(fields: list[tuple[str, str]]) -> None:
    assert fields_of(URLENCODED, urlencode(fields).encode()) == fields
    files = [(name, (None, value)) for name, value in fields]
    sent = httpx.Request("POST", "https://a.example", files=files)
    assert fields_of(sent.headers["content-type"], sent.read()) == fields


@given(FIELDS, st.sampled_from(["List-Unsubscribe", "action"]))
def test_the_right_field_counts_wherever_it_stands(
    fields: list[tuple[str, str]], name: str
) -> None:
    body = "&".join(f"{quote(key)}={quote(value)}" for key, value in [*fields, (name, "x")])
    found = fields_of(None, body.encode())
    assert found is not None
    assert (name, "x") in found


@given(st.integers(0, 200))
def test_a_multipart_form_counts_only_when_it_is_whole(length: int) -> None:
    whole = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--b--\r\n'
    found = fields_of("multipart/form-data; boundary=b", whole[:length])
    assert found == ([("a", "1")] if length >= len(whole) - 2 else None)


def test_the_desk_of_these_tests_does_unsubscribe(desk: Desk) -> None:
    assert desk.post(TOKEN, ONE_CLICK, URLENCODED) == 200
    assert desk.status() == "unsubscribed"
    with writing(desk.engine) as connection:
        connection.execute(update(subscribers).values(status="active"))
