"""Erasing: what servers said of somebody's mail is gone, and that it arrived is kept."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select

from newsletter.store import (
    deliveries,
    events,
    mailings,
    notice_copies,
    notices,
    reading,
    writing,
)

NOW = "2026-03-10T12:00:00.000+00:00"


def mail_to(roll: Any, *emails: str) -> dict[str, int]:
    """One mailing to some readers, with an event for each; the numbers of its deliveries."""
    numbers: dict[str, int] = {}
    with writing(roll.engine) as connection:
        made = insert(mailings).values(
            id=1, issue="2026-03", kind="real", provider="sendgrid", state="finished",
            letter="{}", letter_hash="", total=2, recipients=2, planned_at=NOW,
        )  # fmt: skip
        connection.execute(made)
        for email in emails:
            row = insert(deliveries).values(
                mailing_id=1, subscriber_id=roll.of(email)["id"], key=email, email=email,
                domain="example.org", state="accepted", arrival="bounced",
            )  # fmt: skip
            numbers[email] = connection.execute(row.returning(deliveries.c.id)).scalar_one()
            event = insert(events).values(
                event_id=f"of {numbers[email]}", delivery_id=numbers[email], kind="bounce",
                detail=f"550 5.1.1 <{email}> who?", happened_at=NOW, received_at=NOW,
            )  # fmt: skip
            connection.execute(event)
    return numbers


def test_servers_words_of_the_erased_are_forgotten_and_nobody_elses(roll: Any) -> None:
    roll.take("email\nann@example.org\nbo@example.org\n")
    numbers = mail_to(roll, "ann@example.org", "bo@example.org")
    roll.erase("ann@example.org")
    with reading(roll.engine) as connection:
        query = select(events.c.delivery_id, events.c.kind, events.c.detail, events.c.happened_at)
        kept = connection.execute(query.order_by(events.c.id)).all()
        arrived = connection.scalars(select(deliveries.c.arrival)).all()
    assert kept == [
        (numbers["ann@example.org"], "bounce", "", NOW),
        (numbers["bo@example.org"], "bounce", "550 5.1.1 <bo@example.org> who?", NOW),
    ]
    assert arrived == ["bounced", "bounced"]


def test_whoever_got_no_mail_is_erased_without_events(roll: Any) -> None:
    roll.take("email\nann@example.org\n")
    assert roll.erase("ann@example.org").deliveries == ()


def test_an_operator_who_was_a_reader_too_is_forgotten_in_what_operators_were_told(
    roll: Any,
) -> None:
    roll.take("email\nann@example.org\n")
    with writing(roll.engine) as connection:
        connection.execute(
            insert(notices).values(
                id=1, issue="2026-03", kind="result", subject="", text="", made_at=NOW
            )
        )
        copies = [
            {"id": 1, "notice_id": 1, "email": "Ann@example.org", "state": "failed",
             "detail": "550 ann@example.org"},
            {"id": 2, "notice_id": 1, "email": "bo@example.org", "state": "accepted",
             "detail": "250 bo"},
        ]  # fmt: skip
        connection.execute(insert(notice_copies), copies)
    roll.erase("ann@example.org")
    with reading(roll.engine) as connection:
        query = select(notice_copies.c.email, notice_copies.c.state, notice_copies.c.detail)
        kept = connection.execute(query.order_by(notice_copies.c.id)).all()
    assert kept == [("erased:1", "failed", ""), ("bo@example.org", "accepted", "250 bo")]
