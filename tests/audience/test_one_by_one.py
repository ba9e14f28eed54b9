"""Adding, suppressing and looking at single subscribers."""

from __future__ import annotations

from typing import Any

import pytest

from newsletter.audience.address import normalise
from newsletter.audience.erased import Erased
from newsletter.audience.record import all_subscribers, subscriber_of
from newsletter.errors import NewsletterError, NotASubscriber
from newsletter.store import reading

ASKED = {"consent": "express", "consent_date": "2026-03-10", "consent_source": "by letter"}


def test_a_subscriber_is_added_completed_and_left_as_they_are(roll: Any) -> None:
    assert roll.add("Ann@Example.org", first_name="Ann") == "added"
    assert roll.add("ann@example.org", last_name="Lee", **ASKED) == "updated"
    assert roll.add("ann@example.org", last_name="Lee") == "unchanged"
    row = roll.of("ann@example.org")
    assert (row["first_name"], row["last_name"], row["email"]) == ("Ann", "Lee", "Ann@example.org")
    assert (row["consent"], row["consent_source"]) == ("express", "by letter")


def test_by_hand_as_by_list_express_consent_is_not_lowered(roll: Any) -> None:
    roll.add("ann@example.org", **ASKED)
    implied = {**ASKED, "consent": "implied", "consent_basis": "customer"}
    assert roll.add("ann@example.org", **implied) == "unchanged"


@pytest.mark.parametrize("status", ["unsubscribed", "bounced", "complained", "manual"])
def test_who_has_left_is_back_only_where_they_asked(roll: Any, status: str) -> None:
    roll.add(
        "ann@example.org", consent="implied", consent_basis="inquiry", consent_date="2026-01-01"
    )
    roll.leave("ann@example.org", status)
    with pytest.raises(NewsletterError, match=r"nothing was changed.*--resubscribe"):
        roll.add("ann@example.org", **ASKED)
    assert roll.of("ann@example.org")["status"] == status
    assert roll.add("ann@example.org", resubscribe=True, **ASKED) == "resubscribed"
    row = roll.of("ann@example.org")
    assert (row["status"], row["status_note"]) == ("active", "resubscribed")
    consent = (row["consent"], row["consent_basis"], row["consent_source"], row["consent_until"])
    assert consent == ("express", None, "by letter", None)


def test_who_was_erased_comes_back_as_somebody_new(roll: Any) -> None:
    roll.add("ann@example.org", **ASKED)
    (old,) = roll.rows()
    roll.erase("ann@example.org")
    with pytest.raises(NewsletterError, match="is erased, so nothing was changed"):
        roll.add("ann@example.org", **ASKED)
    assert roll.add("ann@example.org", resubscribe=True, **ASKED) == "resubscribed"
    assert roll.of("ann@example.org")["id"] != old["id"]
    roll.erase("ann@example.org")
    assert [row["status"] for row in roll.rows()] == ["erased", "erased"]
    assert roll.take("email\nann@example.org\n").suppressed == 1


def test_to_resubscribe_who_never_left_is_to_add_them(roll: Any) -> None:
    assert roll.add("ann@example.org", resubscribe=True, **ASKED) == "added"
    assert roll.add("ann@example.org", resubscribe=True, **ASKED) == "unchanged"


def test_an_older_list_does_not_replace_the_consent_of_who_came_back(roll: Any) -> None:
    old = (
        "email,consent,consent_date,consent_source\n"
        "ann@example.org,express,2024-01-01,form\n"
    )  # fmt: skip
    roll.take(old)
    roll.leave("ann@example.org", "complained")
    back = {"consent": "express", "consent_date": "2026-03-10", "consent_source": "letter"}
    roll.add("ann@example.org", resubscribe=True, **back)
    assert roll.take(old).unchanged == 1
    row = roll.of("ann@example.org")
    assert {name: row[name] for name in back} == back
    older = {**back, "consent_date": "2025-01-01", "consent_source": "telephone"}
    assert roll.add("ann@example.org", resubscribe=True, **older) == "unchanged"


def test_what_is_typed_by_hand_is_taken_to_the_letter(roll: Any, second_roll: Any) -> None:
    second_roll.clear()
    roll.add("'+q@example.org", first_name="'=Ann")
    roll.add("+q@example.org")
    assert roll.of("'+q@example.org")["first_name"] == "'=Ann"
    assert len(roll.rows()) == 2
    assert second_roll.take(roll.export()).added == 2
    assert {row["email"] for row in second_roll.rows()} == {"'+q@example.org", "+q@example.org"}


def test_unsubscribing_twice_is_unsubscribing_once(roll: Any) -> None:
    roll.add("ann@example.org", **ASKED)
    assert roll.leave("ANN@example.org") == "suppressed"
    before = roll.rows()
    assert roll.leave("ann@example.org") == "already"
    assert roll.rows() == before
    assert before[0]["status_note"] == "command line"


def test_an_unknown_address_is_recorded_as_having_left(roll: Any) -> None:
    assert roll.leave("ann@example.org", "bounced") == "recorded"
    assert roll.leave("ann@example.org", "bounced") == "already"
    assert roll.of("ann@example.org")["status"] == "bounced"


def test_nothing_is_recorded_of_who_was_erased(roll: Any) -> None:
    roll.add("ann@example.org", **ASKED)
    roll.erase("ann@example.org")
    assert roll.leave("ann@example.org") == "erased"
    assert len(roll.rows()) == 1


def look(roll: Any, email: str) -> Any:
    with reading(roll.engine) as connection:
        erased = Erased(connection, lambda: roll.keyring)
        return subscriber_of(connection, normalise(email), erased)


def test_what_is_on_record_is_shown(roll: Any) -> None:
    roll.take(
        "email,first_name,topics,consent,consent_basis,consent_date,City\n"
        "ann@example.org,Ann,Training|Empathy,implied,inquiry,2025-06-01,Hull\n"
    )
    document = look(roll, "ANN@example.org").document("2026-03-10")
    assert document == {
        "email": "ann@example.org",
        "status": "active",
        "since": document["created_at"],
        "note": "",
        "first_name": "Ann",
        "last_name": "",
        "topics": ["Training", "Empathy"],
        "language": "",
        "consent": "implied",
        "consent_basis": "inquiry",
        "consent_date": "2025-06-01",
        "consent_source": "",
        "consent_until": "2025-12-01",
        "skipped": "implied consent ran out on 2025-12-01",
        "attributes": {"City": "Hull"},
        "created_at": document["created_at"],
        "updated_at": document["created_at"],
    }


def test_an_erased_address_is_still_known_for_one(roll: Any) -> None:
    roll.add("ann@example.org", **ASKED)
    roll.erase("ann@example.org")
    document = look(roll, "ann@example.org").document("2026-03-10")
    assert (document["email"], document["status"]) == (None, "erased")
    assert document["since"]


def test_a_stranger_is_told_to_be_one(roll: Any) -> None:
    with pytest.raises(NotASubscriber, match=r"ann@example\.org is not on the list"):
        look(roll, "ann@example.org")


def test_all_are_listed_in_order_and_the_erased_only_when_asked_for(roll: Any) -> None:
    roll.take("email\nc@example.org\na@example.org\nb@example.org\nd@example.org\n")
    roll.leave("b@example.org")
    roll.erase("d@example.org")
    with reading(roll.engine) as connection:
        told = {
            status: [each.email for each in all_subscribers(connection, status)]
            for status in (None, "active", "unsubscribed", "erased", "bounced")
        }
    assert told == {
        None: ["a@example.org", "b@example.org", "c@example.org"],
        "active": ["a@example.org", "c@example.org"],
        "unsubscribed": ["b@example.org"],
        "erased": [None],
        "bounced": [],
    }
