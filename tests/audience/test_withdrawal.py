"""Leaving by a link: for good, with evidence; and taking back that alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, event, insert, select, text, update

from newsletter.audience.keys import Keyring
from newsletter.audience.statuses import SUPPRESSED
from newsletter.audience.suppression import suppress
from newsletter.audience.tokens import LinkToken, Signer, read_token, read_undo, undo_value
from newsletter.audience.turn import take_turn
from newsletter.audience.withdrawal import (
    Withdrawal,
    reader_of,
    revocable,
    take_back,
    withdraw,
    withdrawals_of,
)
from newsletter.errors import StoreUnavailable
from newsletter.store import (
    deliveries,
    mailings,
    now_utc,
    reading,
    utc_text,
    withdrawals,
    writing,
)

LIST = "email,consent\nalice@example.org,express\nbo@example.org,express\n"
CHANNELS = ("one-click", "page")


class Sent:
    """A list to which a rehearsal and a real mailing were sent."""

    def __init__(self, roll: Any) -> None:
        self.roll, self.engine = roll, roll.engine
        roll.take(LIST)
        with writing(self.engine) as connection:
            for number, kind in enumerate(("rehearsal", "real"), 1):
                connection.execute(
                    insert(mailings).values(
                        id=number, issue="2023-12", kind=kind, provider="outbox", state="finished",
                        letter="{}", letter_hash="", total=2, recipients=2, planned_at=now_utc(),
                    )
                )  # fmt: skip
                for row in roll.rows():
                    connection.execute(
                        insert(deliveries).values(
                            mailing_id=number, subscriber_id=row["id"], key=row["key"],
                            email=row["email"], domain=row["domain"], state="accepted",
                        )
                    )  # fmt: skip

    def token(self, email: str = "alice@example.org", mailing: int = 2) -> LinkToken:
        return LinkToken(self.roll.of(email)["id"], mailing, "0123456789abcdef")

    def click(self, token: LinkToken, channel: Any = "page", now: str | None = None) -> None:
        with writing(self.engine) as connection:
            withdraw(connection, token, channel, now or now_utc())

    def last(self, token: LinkToken) -> Withdrawal | None:
        with reading(self.engine) as connection:
            reader = reader_of(connection, token.subscriber)
            return reader and revocable(connection, reader)

    def undo(self, token: LinkToken, withdrawal: int) -> bool:
        with writing(self.engine) as connection:
            return take_back(connection, token, withdrawal, now_utc())

    def evidence(self, token: LinkToken) -> list[dict[str, Any]]:
        with reading(self.engine) as connection:
            return withdrawals_of(connection, token.subscriber)

    def marked(self) -> set[tuple[int, str]]:
        """Mailing and address of the mails whose readers unsubscribed."""
        query = select(deliveries.c.mailing_id, deliveries.c.email)
        with reading(self.engine) as connection:
            rows = connection.execute(query.where(deliveries.c.unsubscribed))
            return {(row.mailing_id, row.email) for row in rows}

    def numbers(self) -> list[int]:
        with reading(self.engine) as connection:
            return list(connection.scalars(select(withdrawals.c.id)))


@pytest.fixture
def sent(roll: Any) -> Sent:
    return Sent(roll)


@pytest.mark.parametrize("channel", CHANNELS)
def test_who_clicks_is_out_at_once_and_it_is_on_record(sent: Sent, channel: str) -> None:
    token = sent.token()
    sent.click(token, channel, "2026-03-10T12:00:00.000+00:00")
    row = sent.roll.of("alice@example.org")
    assert (row["status"], row["status_since"], row["status_note"]) == (
        "unsubscribed", "2026-03-10T12:00:00.000+00:00", "link",
    )  # fmt: skip
    assert sent.evidence(token) == [
        {
            "channel": channel, "key_id": "0123456789abcdef", "issue": "2023-12", "kind": "real",
            "at": "2026-03-10T12:00:00.000+00:00", "undone_at": None,
        }
    ]  # fmt: skip
    assert sent.marked() == {(2, "alice@example.org")}
    assert sent.roll.of("bo@example.org")["status"] == "active"


def test_a_second_click_changes_nothing(sent: Sent) -> None:
    sent.click(sent.token(), now="2026-03-10T12:00:00.000+00:00")
    before = sent.roll.rows(), sent.evidence(sent.token())
    sent.click(sent.token(), now="2026-03-11T12:00:00.000+00:00")
    sent.click(sent.token(mailing=1), now="2026-03-12T12:00:00.000+00:00")
    assert (sent.roll.rows(), sent.evidence(sent.token())) == before


def test_twenty_clicks_together_leave_one_record(sent: Sent) -> None:
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda _: sent.click(sent.token()), range(20)))
    assert len(sent.numbers()) == 1
    assert sent.roll.of("alice@example.org")["status"] == "unsubscribed"


@pytest.mark.parametrize("status", SUPPRESSED)
def test_twenty_clicks_of_one_who_is_out_leave_one_record_too(sent: Sent, status: str) -> None:
    sent.roll.leave("alice@example.org", status)
    before = sent.roll.rows()
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda _: sent.click(sent.token()), range(20)))
    assert len(sent.numbers()) == 1
    assert sent.roll.rows() == before
    assert sent.last(sent.token()) is None


def test_who_was_erased_stays_so_and_leaves_no_address(sent: Sent) -> None:
    token = sent.token()
    sent.roll.erase("alice@example.org")
    sent.click(token)
    with reading(sent.engine) as connection:
        reader = reader_of(connection, token.subscriber)
    assert reader
    assert (reader.status, reader.email, reader.key) == ("erased", None, None)
    assert sent.last(token) is None
    assert [each["channel"] for each in sent.evidence(token)] == ["page"]
    assert sent.marked() == set()


def test_a_click_before_the_erasing_stays_on_record_after_it(sent: Sent) -> None:
    token = sent.token()
    sent.click(token)
    (withdrawal,) = sent.numbers()
    sent.roll.erase("alice@example.org")
    assert len(sent.evidence(token)) == 1
    assert sent.undo(token, withdrawal) is False
    assert "erased" in {row["status"] for row in sent.roll.rows()}


def test_the_link_of_a_subscriber_of_another_database_changes_nothing(sent: Sent) -> None:
    sent.click(LinkToken(-1, 2, "0123456789abcdef"))
    assert sent.numbers() == []
    assert {row["status"] for row in sent.roll.rows()} == {"active"}


def test_the_link_of_a_mailing_that_is_gone_still_unsubscribes(sent: Sent) -> None:
    token = sent.token(mailing=99)
    sent.click(token)
    assert sent.roll.of("alice@example.org")["status"] == "unsubscribed"
    assert sent.evidence(token)[0]["issue"] is None


def test_a_rehearsals_link_works_as_a_real_one(sent: Sent) -> None:
    sent.click(sent.token(mailing=1), "one-click")
    assert sent.roll.of("alice@example.org")["status"] == "unsubscribed"
    assert sent.evidence(sent.token())[0]["kind"] == "rehearsal"
    assert sent.marked() == {(1, "alice@example.org")}


def test_a_list_that_is_imported_again_brings_nobody_back(sent: Sent) -> None:
    token = sent.token()
    sent.click(token)
    tally = sent.roll.take(LIST)
    assert tally.suppressed == 1
    assert sent.roll.of("alice@example.org")["status"] == "unsubscribed"
    assert sent.token() == token


def test_what_is_undone_is_as_it_was_and_stays_on_record(sent: Sent) -> None:
    token = sent.token()
    sent.click(token)
    (withdrawal,) = sent.numbers()
    assert sent.undo(token, withdrawal) is True
    row = sent.roll.of("alice@example.org")
    assert (row["status"], row["status_note"]) == ("active", "unsubscribing undone")
    assert row["consent"] == "express"
    assert sent.evidence(token)[0]["undone_at"] == row["status_since"]
    assert sent.marked() == set()


def test_the_mails_of_both_links_are_unmarked(sent: Sent) -> None:
    sent.click(sent.token(mailing=1))
    sent.click(sent.token(mailing=2))
    (withdrawal,) = sent.numbers()
    assert sent.undo(sent.token(mailing=2), withdrawal) is True
    assert sent.marked() == set()


def test_undoing_twice_changes_nothing_more(sent: Sent) -> None:
    token = sent.token()
    sent.click(token)
    (withdrawal,) = sent.numbers()
    assert sent.undo(token, withdrawal)
    before = sent.roll.rows(), sent.evidence(token)
    assert sent.undo(token, withdrawal) is True
    assert (sent.roll.rows(), sent.evidence(token)) == before


def test_an_undo_that_was_used_does_not_undo_the_next_withdrawal(sent: Sent) -> None:
    token = sent.token()
    sent.click(token)
    (withdrawal,) = sent.numbers()
    sent.undo(token, withdrawal)
    sent.click(token)
    assert len(sent.numbers()) == 2
    assert sent.undo(token, withdrawal) is False
    assert sent.roll.of("alice@example.org")["status"] == "unsubscribed"


@pytest.mark.parametrize("stronger", ["bounced", "complained", "manual"])
def test_what_came_after_the_withdrawal_is_not_lifted(sent: Sent, stronger: str) -> None:
    token = sent.token()
    sent.click(token)
    (withdrawal,) = sent.numbers()
    sent.roll.leave("alice@example.org", stronger)
    assert sent.last(token) is None
    assert sent.undo(token, withdrawal) is False
    assert sent.roll.of("alice@example.org")["status"] == stronger


@pytest.mark.parametrize("status", SUPPRESSED)
def test_what_was_before_the_withdrawal_is_not_lifted(sent: Sent, status: str) -> None:
    token = sent.token()
    sent.roll.leave("alice@example.org", status)
    sent.click(token)
    (withdrawal,) = sent.numbers()
    assert sent.last(token) is None
    assert sent.undo(token, withdrawal) is False
    assert sent.roll.of("alice@example.org")["status"] == status


def test_who_also_left_another_way_is_not_brought_back(sent: Sent) -> None:
    token = sent.token()
    sent.click(token)
    last = sent.last(token)
    assert last
    with writing(sent.engine) as connection:
        suppress(connection, "alice@example.org", "unsubscribed", "command line", now_utc())
    assert sent.last(token) is None
    assert not sent.undo(token, last.id)
    assert sent.roll.of("alice@example.org")["status"] == "unsubscribed"


def test_a_withdrawal_is_not_undone_once_its_half_hour_is_over(sent: Sent) -> None:
    token = sent.token()
    sent.click(token, now=utc_text(datetime.now(UTC) - timedelta(minutes=31)))
    last = sent.last(token)
    assert last
    assert not sent.undo(token, last.id)
    assert sent.roll.of("alice@example.org")["status"] == "unsubscribed"


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)  # SQLite waits at the start
def test_nobody_waits_for_ever_for_somebody_who_holds_a_reader(
    sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsletter.audience.withdrawal._PATIENCE", 0.1)
    token = sent.token()
    with writing(sent.engine) as holder:
        holder.execute(text("SELECT id FROM subscribers FOR UPDATE"))
        with pytest.raises(StoreUnavailable, match="keeps what is to be changed"):
            sent.click(token)
    sent.click(token)


def test_nobody_undoes_the_withdrawal_of_another(sent: Sent) -> None:
    sent.click(sent.token())
    (withdrawal,) = sent.numbers()
    sent.click(sent.token("bo@example.org"))
    assert sent.undo(sent.token("bo@example.org"), withdrawal) is False
    assert {row["status"] for row in sent.roll.rows()} == {"unsubscribed"}


def test_who_asked_to_be_back_can_leave_again(sent: Sent) -> None:
    token = sent.token()
    sent.click(token)
    sent.roll.add(
        "alice@example.org", resubscribe=True, consent="express", consent_source="telephone"
    )
    sent.click(token)
    assert len(sent.numbers()) == 2
    assert sent.roll.of("alice@example.org")["status"] == "unsubscribed"


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_click_waits_for_no_import_that_does_not_touch_its_reader(sent: Sent) -> None:
    token = sent.token()
    with writing(sent.engine) as importing, ThreadPoolExecutor(1) as pool:
        take_turn(importing)
        pool.submit(sent.click, token).result(timeout=20)
    assert sent.roll.of("alice@example.org")["status"] == "unsubscribed"


EXPLAIN = {"sqlite": "EXPLAIN QUERY PLAN ", "postgresql": "EXPLAIN "}
INDEX = {"sqlite": "autoindex_deliveries", "postgresql": "uq_deliveries_mailing_id_key"}


def test_a_delivery_among_many_is_found_by_an_index(sent: Sent) -> None:
    fill(sent.engine)
    asked: list[tuple[str, Any]] = []
    recording(sent.engine, asked)
    sent.click(sent.token())
    (withdrawal,) = sent.numbers()
    sent.undo(sent.token(), withdrawal)
    about = [(sql, values) for sql, values in asked if "deliveries" in sql]
    assert len(about) == 3
    kind = sent.engine.dialect.name
    with writing(sent.engine) as connection:
        for sql, values in about:
            told = str(connection.exec_driver_sql(EXPLAIN[kind] + sql, values).all())
            assert INDEX[kind] in told


def fill(engine: Engine) -> None:
    """Thousands of mails to others."""
    rest = {"subscriber_id": 1, "domain": "", "email": "", "state": "accepted"}
    rows = [{"mailing_id": 2, "key": f"{number}@example.org", **rest} for number in range(5000)]
    with writing(engine) as connection:
        connection.execute(insert(deliveries), rows)
        connection.execute(text("ANALYZE"))


def recording(engine: Engine, asked: list[tuple[str, Any]]) -> None:
    @event.listens_for(engine, "before_cursor_execute")
    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        asked.append((statement, parameters))


def test_a_delivery_whose_address_belongs_to_another_by_now_is_not_marked(sent: Sent) -> None:
    with writing(sent.engine) as connection:
        connection.execute(update(deliveries).values(subscriber_id=-5))
    sent.click(sent.token())
    assert sent.marked() == set()


NUMBERS = st.integers(-(2**63), 2**63 - 1)
RING = Keyring(["a secret of the tests", "an older one of the tests"])
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


@given(NUMBERS, NUMBERS, st.integers(0, 1800))
def test_an_undo_holds_for_its_withdrawal_until_its_moment(
    subscriber: int, withdrawal: int, seconds: int
) -> None:
    value = undo_value(RING, subscriber, withdrawal, NOW + timedelta(seconds=seconds))
    assert read_undo(RING, value, subscriber, NOW) == withdrawal
    assert read_undo(RING, value, subscriber, NOW + timedelta(seconds=seconds + 1)) is None


@given(NUMBERS, NUMBERS)
def test_an_undo_is_its_subscribers_alone(subscriber: int, other: int) -> None:
    value = undo_value(RING, subscriber, 1, NOW)
    assert (read_undo(RING, value, other, NOW) is None) is (subscriber != other)


@given(st.integers(0, 39), st.sampled_from("AQgw_-09"))
def test_a_changed_undo_undoes_nothing(place: int, character: str) -> None:
    value = undo_value(RING, 1, 2, NOW)
    changed = value[:place] + character + value[place + 1 :]
    assert (read_undo(RING, changed, 1, NOW) is None) is (changed != value)


@given(st.text(max_size=60))
def test_no_other_text_is_an_undo(value: str) -> None:
    assert read_undo(RING, value, 1, NOW) is None


def test_a_link_is_no_undo_and_an_undo_no_link() -> None:
    link = Signer(RING, 2, "2023-12", "digest.example").token(1)
    assert read_undo(RING, link, 1, NOW) is None
    assert read_token(RING, undo_value(RING, 1, 2, NOW)) is None
