"""A reader's link: GET changes nothing, POST unsubscribes at once, and undo takes it back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, insert, select, update

from newsletter.audience.keys import Keyring
from newsletter.audience.statuses import SUPPRESSED
from newsletter.audience.suppression import suppress
from newsletter.audience.tokens import Signer, undo_value
from newsletter.store import now_utc, reading, subscribers, withdrawals, writing

ALICE = 77
EARLIER = "an earlier secret of the tests"
ONE_CLICK = b"List-Unsubscribe=One-Click"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}

Ask = Callable[..., httpx.Response]


def link(keyring: Keyring, subscriber: int = ALICE) -> str:
    return f"/u/{Signer(keyring, 1, '2023-12', 'digest.example').token(subscriber)}"


def status(engine: Engine, subscriber: int = ALICE) -> str:
    query = select(subscribers.c.status).where(subscribers.c.id == subscriber)
    with reading(engine) as connection:
        return str(connection.execute(query).scalar_one())


def evidence(engine: Engine) -> list[tuple[str, str]]:
    query = select(withdrawals.c.channel, withdrawals.c.key_id).order_by(withdrawals.c.id)
    with reading(engine) as connection:
        return [(row.channel, row.key_id) for row in connection.execute(query)]


def everything(engine: Engine) -> list[Any]:
    """All that a withdrawal could change."""
    with reading(engine) as connection:
        tables = (subscribers, withdrawals)
        return [row for table in tables for row in connection.execute(select(table))]


def undo_in(answer: httpx.Response) -> str | None:
    found = re.search(r'name="undo" value="([^"]+)"', answer.text)
    return found[1] if found else None


def words(answer: httpx.Response) -> str:
    """The text of a page's main part."""
    main = answer.text.partition("<main>")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]*>", " ", main).split())


@pytest.fixture
def keyring() -> Keyring:
    """After the keys were changed."""
    return Keyring(["a secret of the tests, long enough", EARLIER])


@pytest.fixture
def alice(store: Engine, keyring: Keyring) -> str:
    """The path of a subscriber's link."""
    now = now_utc()
    with writing(store) as connection:
        connection.execute(
            insert(subscribers).values(
                id=ALICE, key="alice@example.org", email="Alice@example.org", domain="example.org",
                created_at=now, updated_at=now, consent="express",
            )
        )  # fmt: skip
    return link(keyring)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_changes_nothing_however_often(
    ask: Ask, alice: str, store: Engine, method: str
) -> None:
    before = everything(store)
    for query in ("", "?List-Unsubscribe=One-Click", "?action=unsubscribe"):
        assert ask(method, alice + query, content=ONE_CLICK, headers=FORM).status_code == 200
    assert everything(store) == before


def test_the_page_shows_whose_newsletter_it_is_and_to_whom_it_goes(ask: Ask, alice: str) -> None:
    page = ask("GET", alice)
    assert "Small Digest" in page.text
    assert "Two studies a month" in page.text
    assert "A…e@example.org" in page.text
    assert "lice@" not in page.text
    assert page.text.count("<button") == 1
    assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("email", "shown"),
    [("a@b.example", "a…@b"), ("ab@b.example", "a…@b"), ("abc@b.example", "a…c@b")],
)
def test_short_addresses_are_masked_more(
    ask: Ask, alice: str, store: Engine, email: str, shown: str
) -> None:
    with writing(store) as connection:
        connection.execute(update(subscribers).values(email=email))
    page = ask("GET", alice).text
    assert shown in page
    assert email not in page


FORMS: dict[str, tuple[dict[str, Any], str]] = {
    "one click": ({"content": ONE_CLICK, "headers": FORM}, "one-click"),
    "with a charset": (
        {"content": ONE_CLICK, "headers": {"Content-Type": f"{FORM['Content-Type']};charset=x"}},
        "one-click",
    ),
    "without a type": ({"content": ONE_CLICK}, "one-click"),
    "with a line end": ({"content": ONE_CLICK + b"\r\n", "headers": FORM}, "one-click"),
    "multipart": ({"files": {"List-Unsubscribe": (None, "One-Click")}}, "one-click"),
    "the page's own": ({"data": {"action": "unsubscribe"}}, "page"),
}


@pytest.mark.parametrize("form", FORMS)
def test_posting_unsubscribes_at_once(
    ask: Ask, alice: str, store: Engine, keyring: Keyring, form: str
) -> None:
    options, channel = FORMS[form]
    answer = ask("POST", alice, **options)
    assert answer.status_code == 200
    assert answer.history == []
    assert not {"set-cookie", "location", "refresh"} & set(answer.headers)
    assert status(store) == "unsubscribed"
    assert evidence(store) == [(channel, keyring.signing.id.hex())]


OTHERS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "a form of nothing": {"content": b"", "headers": FORM},
    "another value": {"data": {"List-Unsubscribe": "one-click"}},
    "a longer value": {"data": {"List-Unsubscribe": "One-Click\n"}},
    "another name": {"data": {"list-unsubscribe": "One-Click"}},
    "another action": {"data": {"action": "subscribe"}},
    "a forged undo": {"data": {"undo": "A" * 40}},
    "JSON": {"json": {"List-Unsubscribe": "One-Click"}},
    "plain text": {"content": ONE_CLICK, "headers": {"Content-Type": "text/plain"}},
    "a file": {"files": {"List-Unsubscribe": ("x.txt", "One-Click")}},
    "no boundary": {"content": ONE_CLICK, "headers": {"Content-Type": "multipart/form-data"}},
    "a wrong boundary": {
        "content": b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\n'
        b"One-Click\r\n--x--\r\n",
        "headers": {"Content-Type": "multipart/form-data; boundary=y"},
    },
    "an unfinished multipart": {
        "content": b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\n'
        b"One-Click\r\n--x\r\n",
        "headers": {"Content-Type": "multipart/form-data; boundary=x"},
    },
    "too many fields": {"content": b"a=b&" * 100 + ONE_CLICK, "headers": FORM},
}


@pytest.mark.parametrize("form", OTHERS)
def test_posting_anything_else_changes_nothing(
    ask: Ask, alice: str, store: Engine, form: str
) -> None:
    before = everything(store)
    answer = ask("POST", f"{alice}?List-Unsubscribe=One-Click", **OTHERS[form])
    assert answer.status_code == 400
    assert "https://digest.example/contact" in answer.text
    assert everything(store) == before


def test_posting_again_gives_the_same_page(ask: Ask, alice: str, store: Engine) -> None:
    first = ask("POST", alice, content=ONE_CLICK)
    again = ask("POST", alice, data={"action": "unsubscribe"})
    assert again.text == first.text
    assert len(evidence(store)) == 1
    looked_at = ask("GET", alice)
    assert "A…e@example.org" in looked_at.text
    assert "<button" not in looked_at.text


@pytest.mark.parametrize("why", SUPPRESSED)
def test_who_is_out_already_sees_the_calm_page_without_a_button(
    ask: Ask, alice: str, store: Engine, why: str
) -> None:
    with writing(store) as connection:
        suppress(connection, "alice@example.org", why, "", now_utc())
    looked_at, posted = ask("GET", alice), ask("POST", alice, content=ONE_CLICK)
    assert looked_at.text == posted.text
    assert "You are unsubscribed" in posted.text
    assert "<button" not in posted.text
    assert status(store) == why


def test_who_was_erased_sees_a_calm_page_without_an_address(
    ask: Ask, alice: str, store: Engine, keyring: Keyring
) -> None:
    with writing(store) as connection:
        gone = {"status": "erased", "key": None, "email": None}
        connection.execute(update(subscribers).values(**gone))
    for path in (alice, link(keyring, ALICE + 1)):
        for answer in (ask("GET", path), ask("POST", path, content=ONE_CLICK)):
            assert answer.status_code == 200
            assert "@" not in words(answer)
            assert "<button" not in answer.text


def test_a_misclick_can_be_undone_and_meant_after_all(ask: Ask, alice: str, store: Engine) -> None:
    undo = undo_in(ask("POST", alice, data={"action": "unsubscribe"}))
    answer = ask("POST", alice, data={"undo": undo})
    assert answer.status_code == 200
    assert "You are still subscribed" in answer.text
    assert status(store) == "active"
    assert "<button" in ask("GET", alice).text
    assert ask("POST", alice, data={"undo": undo}).text == answer.text
    assert 'name="action" value="unsubscribe"' in answer.text
    ask("POST", alice, data={"action": "unsubscribe"})
    assert status(store) == "unsubscribed"
    assert len(evidence(store)) == 2
    assert ask("POST", alice, data={"undo": undo}).status_code == 400
    assert status(store) == "unsubscribed"


def test_an_undo_is_offered_for_half_an_hour(ask: Ask, alice: str, store: Engine) -> None:
    undo = undo_in(ask("POST", alice, content=ONE_CLICK))
    assert undo
    put_back(store, "2020-01-01T00:00:00.000+00:00")
    again = ask("POST", alice, content=ONE_CLICK)
    assert undo_in(again) is None
    assert again.text == ask("GET", alice).text


def put_back(engine: Engine, moment: str) -> None:
    """Have the one withdrawal happen at another moment."""
    with writing(engine) as connection:
        connection.execute(update(subscribers).values(status_since=moment))
        connection.execute(update(withdrawals).values(at=moment))


def test_a_late_undo_changes_nothing(ask: Ask, alice: str, store: Engine, keyring: Keyring) -> None:
    ask("POST", alice, content=ONE_CLICK)
    with reading(store) as connection:
        number = connection.execute(select(withdrawals.c.id)).scalar_one()
    before = everything(store)
    late = undo_value(keyring, ALICE, number, datetime.now(UTC) - timedelta(seconds=2))
    answer = ask("POST", alice, data={"undo": late})
    assert answer.status_code == 400
    assert "can no longer be undone" in answer.text
    assert everything(store) == before


def test_an_undo_lifts_no_complaint_that_came_meanwhile(
    ask: Ask, alice: str, store: Engine
) -> None:
    undo = undo_in(ask("POST", alice, content=ONE_CLICK))
    with writing(store) as connection:
        suppress(connection, "alice@example.org", "complained", "", now_utc())
    assert ask("POST", alice, data={"undo": undo}).status_code == 400
    assert status(store) == "complained"


def test_a_damaged_link_gets_a_friendly_page_and_changes_nothing(
    ask: Ask, alice: str, store: Engine
) -> None:
    before = everything(store)
    for path in (alice[:-1], alice + "A", alice[:-1] + "=", "/u/%00", "/u/x" * 3, "/u/" + "A" * 40):
        for method in ("GET", "POST"):
            answer = ask(method, path, content=ONE_CLICK)
            assert answer.status_code == 404
            assert "https://digest.example/contact" in answer.text
    assert everything(store) == before


def test_only_who_sends_invalid_links_is_asked_to_wait(ask: Ask, alice: str) -> None:
    answers = [ask("GET", "/u/" + "A" * 40) for _ in range(25)]
    assert [answer.status_code for answer in answers] == [404] * 20 + [429] * 5
    assert answers[-1].headers["retry-after"] == "60"
    assert "https://digest.example/contact" in answers[-1].text
    for _ in range(25):
        assert ask("POST", alice, content=ONE_CLICK).status_code == 200


def test_links_signed_with_an_earlier_secret_keep_working(
    ask: Ask, alice: str, store: Engine
) -> None:
    earlier = Keyring([EARLIER])
    undo = undo_in(ask("POST", link(earlier), content=ONE_CLICK))
    assert evidence(store) == [("one-click", earlier.signing.id.hex())]
    assert ask("POST", alice, data={"undo": undo}).status_code == 200
    assert status(store) == "active"


def test_links_signed_with_a_secret_that_is_not_ours_do_nothing(
    ask: Ask, alice: str, store: Engine
) -> None:
    foreign = link(Keyring(["a secret of somebody else"]))
    assert ask("POST", foreign, content=ONE_CLICK).status_code == 404
    assert status(store) == "active"


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_the_specimens_link_explains_itself(ask: Ask, store: Engine, method: str) -> None:
    answer = ask(method, "/u/preview", content=ONE_CLICK)
    assert answer.status_code == 200
    assert method == "HEAD" or "This link is a specimen" in answer.text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_refused(ask: Ask, alice: str, store: Engine, method: str) -> None:
    answer = ask(method, alice, content=ONE_CLICK)
    assert answer.status_code == 405
    assert status(store) == "active"
