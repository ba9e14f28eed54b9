"""Erasing: the address is gone from everywhere, and what became of the mails still adds up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from newsletter.audience.erasing import Erasure, wipe
from newsletter.errors import MailingRefused, NotASubscriber, StoreUnavailable
from newsletter.store import deliveries, mailings, open_store, reading, writing

NOW = "2026-03-10T12:00:00.000+00:00"


def deliver(roll: Any, email: str, state: str = "accepted", **columns: Any) -> int:
    """A delivery in the mailing of 2026-03, by the outbox."""
    who = roll.of(email)
    with writing(roll.engine) as connection:
        mailing = connection.execute(select(mailings.c.id)).scalar()
        if mailing is None:
            made = insert(mailings).values(
                issue="2026-03", kind="rehearsal", provider="outbox", state="planned",
                letter="{}", letter_hash="", total=1, recipients=1, planned_at=NOW,
            )  # fmt: skip
            mailing = connection.execute(made.returning(mailings.c.id)).scalar_one()
        made = insert(deliveries).values(
            mailing_id=mailing, subscriber_id=who["id"], key=who["key"], email=who["email"],
            domain=who["domain"], first_name=who["first_name"], last_name=who["last_name"],
            state=state, **columns,
        )  # fmt: skip
        return int(connection.execute(made.returning(deliveries.c.id)).scalar_one())


def ledger(roll: Any) -> list[dict[str, Any]]:
    query = select(deliveries).order_by(deliveries.c.id)
    with reading(roll.engine) as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def test_what_is_left_is_a_hash_and_counts(roll: Any) -> None:
    roll.take(
        "email,first_name,last_name,topics,language,City,consent,consent_source\n"
        "Ann@example.org,Ann,Lee,Training,en,Hull,express,Ann said so\nbo@example.org\n"
    )
    number = deliver(roll, "ann@example.org", detail="250 ok <Ann@example.org>", reason="accepted")
    other = deliver(roll, "bo@example.org", state="planned")
    assert roll.erase("ANN@example.org") == Erasure((("2026-03", number),), again=False)
    (row,) = [row for row in roll.rows() if row["status"] == "erased"]
    by_key, hashed = roll.keyring.erasure("ann@example.org")
    kept = {name: value for name, value in row.items() if value not in (None, "", "{}")}
    assert kept.pop("status_since") == kept.pop("updated_at")
    assert kept.keys() == {"id", "status", "erased_hash", "erased_by_key", "created_at"}
    assert (kept["erased_hash"], kept["erased_by_key"]) == (hashed, by_key)
    first, second = ledger(roll)
    assert (first["id"], first["state"], first["reason"]) == (number, "accepted", "accepted")
    assert (first["key"], first["email"]) == (f"erased:{number}", "")
    assert {first[name] for name in ("domain", "first_name", "last_name", "detail")} == {""}
    assert (second["id"], second["email"]) == (other, "bo@example.org")
    assert not any("ann" in str(value).lower() for value in {**row, **first}.values())


@pytest.mark.parametrize(
    "reason", ["no such user <ANN@example.org>", "unknown user ann", "Lee has moved", "EXAMPLE.ORG"]
)
def test_a_reason_that_quotes_the_address_or_the_name_goes_too(roll: Any, reason: str) -> None:
    roll.take("email,last_name\nann@example.org,Lee\n")
    deliver(roll, "ann@example.org", state="failed", reason=reason)
    roll.erase("ann@example.org")
    assert [row["reason"] for row in ledger(roll)] == [""]


def test_nobody_is_erased_while_a_mail_to_them_is_under_way(roll: Any) -> None:
    roll.take("email\nann@example.org\n")
    number = deliver(roll, "ann@example.org", state="attempting")
    before = roll.rows(), ledger(roll)
    with pytest.raises(MailingRefused, match=r"2026-03 to ann@example\.org is under way"):
        roll.erase("ann@example.org")
    assert (roll.rows(), ledger(roll)) == before
    with writing(roll.engine) as connection:
        settled = update(deliveries).values(state="doubtful").where(deliveries.c.id == number)
        connection.execute(settled)
    assert roll.erase("ann@example.org").deliveries == (("2026-03", number),)


def test_erasing_again_names_the_same_mails(roll: Any) -> None:
    roll.take("email\nann@example.org\n")
    number = deliver(roll, "ann@example.org")
    roll.erase("ann@example.org")
    before = roll.rows(), ledger(roll)
    assert roll.erase("ann@example.org") == Erasure((("2026-03", number),), again=True)
    assert (roll.rows(), ledger(roll)) == before


def test_mails_are_named_whatever_sent_the_rest_of_their_mailing(roll: Any) -> None:
    """A run overwrites the provider of the one before, whose files are in the outbox."""
    roll.take("email\nann@example.org\n")
    number = deliver(roll, "ann@example.org")
    with writing(roll.engine) as connection:
        connection.execute(update(mailings).values(provider="sendgrid"))
    assert roll.erase("ann@example.org").deliveries == (("2026-03", number),)


def test_a_stranger_cannot_be_erased(roll: Any) -> None:
    with pytest.raises(NotASubscriber):
        roll.erase("ann@example.org")


def test_mail_not_sent_yet_stays_in_the_ledger_without_its_reader(roll: Any) -> None:
    roll.take("email\nann@example.org\n")
    deliver(roll, "ann@example.org", state="planned")
    roll.erase("ann@example.org")
    assert [(row["state"], row["email"]) for row in ledger(roll)] == [("planned", "")]


def test_the_file_holds_no_trace(sqlite_roll: Any) -> None:
    """Not in free space either, where a page was split or a row has grown."""
    sqlite_roll.clear()
    for name in ("First", "AnotherMuchLongerName", "Short"):
        rows = "".join(f"reader{n:03}@hidden.example,{name}{n:03}\n" for n in range(300))
        sqlite_roll.take(f"email,first_name\n{rows}")
    sqlite_roll.leave("reader123@hidden.example")
    sqlite_roll.erase("reader123@hidden.example")
    wipe(sqlite_roll.engine)
    files = [file.read_bytes() for file in Path(sqlite_roll.folder).glob("newsletter.db*")]
    assert sum(content.count(b"reader124@hidden.example") for content in files) > 0
    for word in (b"reader123", b"First123", b"AnotherMuchLongerName123", b"Short123"):
        assert sum(content.count(word) for content in files) == 0


def test_traces_that_a_reader_holds_on_to_are_told(tmp_path: Path, sqlite_roll: Any) -> None:
    engine = open_store("sqlite:///newsletter.db", tmp_path, busy=0.05)
    roll = type(sqlite_roll)(engine, tmp_path)
    roll.take("email\nreader123@hidden.example\n")
    with reading(engine) as connection:
        connection.execute(select(mailings)).all()
        roll.erase("reader123@hidden.example")
        with pytest.raises(
            StoreUnavailable, match=r"newsletter\.db: error: it is erased, but .* run .* again"
        ):
            wipe(engine)
    wipe(engine)
    files = [file.read_bytes() for file in tmp_path.glob("newsletter.db*")]
    assert files
    assert not any(b"reader123" in content for content in files)
    engine.dispose()


def test_wiping_is_only_for_files(roll: Any) -> None:
    roll.take("email\nann@example.org\n")
    wipe(roll.engine)
    assert len(roll.rows()) == 1
