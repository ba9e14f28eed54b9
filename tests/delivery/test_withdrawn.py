"""An approval that is withdrawn before the first byte leaves stops a mailing."""

from __future__ import annotations

from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import select, update

from newsletter.approval.evidence import Evidence
from newsletter.approval.record import record, withdraw
from newsletter.delivery import send as send_module
from newsletter.delivery.approved import refuse_withdrawn
from newsletter.delivery.mailing import find_mailing
from newsletter.delivery.plan import Terms, plan
from newsletter.errors import ApprovalGone
from newsletter.store import mailings, reading, writing


@pytest.fixture
def approved(house: Any, small_letter: Any) -> Any:
    """A mailing that was planned by an approval."""
    house.subscribe("a@example.org")
    with writing(house.engine) as connection:
        given = record(connection, "2023-12", "the editor", Evidence({}), "")
    return plan(house.engine, small_letter, Terms("real", "smtp", "2023-12-05", approval=given.id))[
        0
    ]


def take_back(house: Any) -> None:
    with writing(house.engine) as connection:
        assert withdraw(connection, "2023-12")


def test_it_does_not_begin_after_a_withdrawal(house: Any, approved: Any, make_post: Any) -> None:
    take_back(house)
    post = make_post()
    with pytest.raises(ApprovalGone, match="withdrawn just now, so nothing is sent"):
        house.send(post, approved)
    assert post.handed == []
    assert house.mailing.is_begun is False


def test_it_does_not_go_on_after_a_withdrawal(house: Any, approved: Any, make_post: Any) -> None:
    house.subscribe("b@example.org")
    house.send(make_post(otherwise="planned"), approved, delays=())
    take_back(house)
    post = make_post()
    with pytest.raises(ApprovalGone, match="go on with --unapproved"):
        house.send(post, house.mailing)
    assert post.handed == []


def test_whoever_insists_may_go_on(house: Any, approved: Any, make_post: Any) -> None:
    take_back(house)
    with writing(house.engine) as connection:
        connection.execute(update(mailings).values(unapproved=True))
    post = make_post()
    house.send(post, house.mailing)
    assert post.handed == ["a@example.org"]


def test_a_withdrawal_comes_first_or_sees_that_the_mailing_has_begun(
    house: Any, approved: Any, make_post: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, seen = Event(), []

    def late(connection: Any, mailing: Any) -> None:
        refuse_withdrawn(connection, mailing)
        looked.set()
        withdrawing.join(0.5)  # which waits for this transaction's end

    def withdrawal() -> None:
        looked.wait(10)
        with writing(house.engine) as connection:
            withdraw(connection, "2023-12")
            found = find_mailing(connection, "2023-12")
            seen.append(found and found.is_begun)

    monkeypatch.setattr(send_module, "refuse_withdrawn", late)
    withdrawing = Thread(target=withdrawal)
    withdrawing.start()
    post = make_post()
    house.send(post, approved)
    withdrawing.join()

    assert post.handed == ["a@example.org"]
    assert seen == [True]
    with reading(house.engine) as connection:
        assert connection.execute(select(mailings.c.state)).scalar_one() == "finished"
