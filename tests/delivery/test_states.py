"""The table of a delivery's states, and that nothing passes it by."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from click import Choice
from sqlalchemy.exc import IntegrityError

from newsletter.cli.deliveries import deliveries as command
from newsletter.delivery.standing import recipients_of
from newsletter.delivery.states import REMAINING, TRANSITIONS, State, move
from newsletter.errors import StoreUnavailable
from newsletter.store import deliveries, mailings, writing
from newsletter.store.states import STATES

OTHERS = sorted(set(product(STATES, STATES)) - TRANSITIONS.keys())


def test_every_step_of_the_table_can_be_taken(house: Any) -> None:
    house.subscribe("a@example.org", "b@example.org")
    house.plan()
    for source, target in TRANSITIONS:
        with writing(house.engine) as connection:
            connection.execute(deliveries.update().values(state=source))
            step = move(source, target).where(deliveries.c.key == "a@example.org")
            assert connection.execute(step).rowcount == 1

        assert house.states() == {"a@example.org": target, "b@example.org": source}
        assert house.standing().counts.total == 2


@pytest.mark.parametrize("step", OTHERS, ids=" to ".join)
def test_no_other_step_can_be_written_down(step: tuple[State, State]) -> None:
    with pytest.raises(ValueError, match=f"no delivery goes from {step[0]} to {step[1]}"):
        move(*step)


def test_a_step_touches_only_deliveries_in_the_state_it_starts_from(house: Any) -> None:
    house.subscribe("a@example.org", "b@example.org")
    house.plan()
    with writing(house.engine) as connection:
        row = deliveries.update().where(deliveries.c.key == "a@example.org")
        connection.execute(row.values(state="accepted"))
        connection.execute(move("planned", "claimed"))

    assert house.states() == {"a@example.org": "accepted", "b@example.org": "claimed"}


def test_every_state_is_reached_from_planned_or_is_where_a_recipient_begins() -> None:
    reached = {"planned"}
    for _ in STATES:
        reached |= {target for source, target in TRANSITIONS if source in reached}
    assert reached == set(STATES)


def test_what_is_skipped_stays_so_and_what_is_accepted_unless_the_provider_drops_it() -> None:
    over = [step for step in TRANSITIONS if step[0] in ("accepted", "skipped")]
    assert over == [("accepted", "failed")]


def test_remaining_are_the_states_that_a_sender_passes_through() -> None:
    assert set(REMAINING) == {"planned", "claimed", "attempting"}


def test_the_states_that_a_command_offers_are_those_there_are() -> None:
    offered = next(each for each in command.params if each.name == "state").type
    assert isinstance(offered, Choice)
    assert tuple(offered.choices) == STATES


@pytest.mark.parametrize(
    ("table", "column"), [(deliveries, "state"), (mailings, "state"), (mailings, "kind")]
)
def test_the_database_refuses_a_word_that_it_does_not_know(
    house: Any, table: Any, column: str
) -> None:
    house.subscribe("a@example.org")
    house.plan()
    with pytest.raises(StoreUnavailable), writing(house.engine) as connection:
        connection.execute(table.update().values({column: "sent"}))


def test_the_database_refuses_a_second_delivery_to_an_address(house: Any) -> None:
    house.subscribe("a@example.org", "b@example.org")
    house.plan()
    with pytest.raises(IntegrityError), house.engine.begin() as connection:
        connection.execute(deliveries.update().values(key="a@example.org"))


def test_a_ledger_with_a_missing_row_is_refused_in_a_sentence(house: Any) -> None:
    house.subscribe("a@example.org", "b@example.org")
    mailing = house.plan()
    with writing(house.engine) as connection:
        connection.execute(deliveries.delete().where(deliveries.c.key == "a@example.org"))

    with pytest.raises(StoreUnavailable) as caught:
        house.standing()

    assert str(caught.value) == (
        "the ledger of 2023-12 holds 1 deliveries where 2 were planned; somebody changed the "
        "database by hand: restore a backup"
    )
    assert [told.email for told in recipients_of(house.engine, mailing)] == ["b@example.org"]
