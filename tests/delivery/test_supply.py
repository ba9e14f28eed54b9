"""What a run claims ahead: never the whole audience of a domain with a narrow limit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from newsletter.config import Rate
from newsletter.delivery.ledger import Ledger
from newsletter.delivery.lock import sender_lock
from newsletter.delivery.pace import Lanes
from newsletter.delivery.supply import PAGE, Supply

Readers = Callable[..., list[str]]
LIMITS = {"narrow.example": Rate(1, 60)}


def test_a_limited_domain_has_no_more_than_a_page_claimed(house: Any, readers: Readers) -> None:
    house.subscribe(*readers(3 * PAGE, "narrow.example"), *readers(2 * PAGE))
    mailing, lanes = house.plan(), Lanes(None, LIMITS)
    with sender_lock(house.engine, mailing.id) as connection:
        supply = Supply(Ledger(connection, mailing, house.terms.today), LIMITS)
        for _ in range(3 * PAGE // 10):
            supply.fill(lanes, 10)
            lanes.next(10)
        assert lanes.waiting("narrow.example") <= PAGE
        assert lanes.waiting("") <= PAGE
        assert supply


def test_everybody_is_supplied_once(house: Any, readers: Readers) -> None:
    house.subscribe(*readers(PAGE + 7, "narrow.example"), *readers(PAGE + 3))
    mailing, claimed = house.plan(), []
    with sender_lock(house.engine, mailing.id) as connection:
        supply = Supply(Ledger(connection, mailing, house.terms.today), LIMITS)
        while supply:
            lanes = Lanes(None, {"narrow.example": Rate(10**6, 1)})
            supply.fill(lanes, 1)
            while len(lanes):
                claimed += lanes.next(10**4)
    assert sorted(claimed) == [row.id for row in house.rows()]
