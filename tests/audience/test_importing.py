"""A list is taken in whole, or not at all."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest

from newsletter.audience.entry import Blanket
from newsletter.errors import SecretMissing, UnreadableList


def counts(tally: Any) -> dict[str, Any]:
    """What is not nothing."""
    names = ("added", "updated", "unchanged", "suppressed", "without_consent", "ran_out")
    found = {name: getattr(tally, name) for name in names}
    found["duplicates"] = [tuple(each) for each in tally.duplicates]
    found["invalid"] = [line for line, _ in tally.invalid]
    return {name: value for name, value in found.items() if value}


def test_a_row_becomes_a_subscriber(roll: Any) -> None:
    tally = roll.take(
        "Email;First Name;last_name;topics;language;consent;consent_basis;consent_date;"
        "consent_source;Clinic\n"
        " Ann.Lee@BÜCHER.example ; Ann;Lee; Training | Empathy|Training ;en;implied;customer;"
        "2025-01-31;workshop;North\n"
    )
    assert counts(tally) == {"added": 1}
    row = roll.of("ann.lee@bücher.example")
    assert -(2**63) <= row.pop("id") < 2**63
    assert row.pop("created_at") == row.pop("updated_at")
    assert row == {
        "key": "ann.lee@xn--bcher-kva.example",
        "email": "Ann.Lee@xn--bcher-kva.example",
        "domain": "xn--bcher-kva.example",
        "first_name": "Ann",
        "last_name": "Lee",
        "topics": "Training|Empathy",
        "language": "en",
        "attributes": '{"Clinic": "North"}',
        "status": "active",
        "status_since": None,
        "status_note": "",
        "consent": "implied",
        "consent_basis": "customer",
        "consent_date": "2025-01-31",
        "consent_source": "workshop",
        "consent_until": "2027-01-31",
        "erased_hash": None,
        "erased_by_key": None,
    }


def test_the_same_list_again_changes_nothing(roll: Any) -> None:
    text = "email,first_name,city,consent\na@example.org,Ann,Ottawa,express\nb@example.org,,,\n"
    assert counts(roll.take(text)) == {"added": 2, "without_consent": 1}
    before = roll.rows()
    assert counts(roll.take(text)) == {"unchanged": 2, "without_consent": 1}
    assert roll.rows() == before


def test_an_absent_column_or_an_empty_cell_keeps_what_is_stored(roll: Any) -> None:
    roll.take(
        "email,first_name,last_name,topics,language,City,Clinic,consent,consent_source\n"
        "a@example.org,Ann,Lee,Training,en,Ottawa,North,express,form\n"
    )
    assert counts(roll.take("email,last_name,city\nA@EXAMPLE.ORG,Li,\n")) == {"updated": 1}
    row = roll.of("a@example.org")
    assert (row["first_name"], row["last_name"], row["topics"]) == ("Ann", "Li", "Training")
    assert (row["language"], row["consent"], row["consent_source"]) == ("en", "express", "form")
    assert (row["email"], row["key"]) == ("a@example.org", "a@example.org")
    assert json.loads(row["attributes"]) == {"City": "Ottawa", "Clinic": "North"}


def test_attributes_are_known_by_their_names_in_any_case(roll: Any) -> None:
    roll.take("email,City\na@example.org,Ottawa\n")
    assert counts(roll.take("email,CITY,Role\na@example.org,Hull,Editor\n"))["updated"] == 1
    attributes = json.loads(roll.of("a@example.org")["attributes"])
    assert attributes == {"City": "Hull", "Role": "Editor"}


def test_of_duplicates_the_first_wins(roll: Any) -> None:
    tally = roll.take(
        "email,first_name\na@example.org,First\n\nb@example.org,Bo\nA@Example.org,Second\n"
        "a@example.org,Third\n"
    )
    assert counts(tally) == {
        "added": 2,
        "without_consent": 2,
        "duplicates": [(5, 2, "A@example.org"), (6, 2, "a@example.org")],
    }
    assert roll.of("a@example.org")["first_name"] == "First"


def test_tags_are_kept_and_are_addresses_of_their_own(roll: Any) -> None:
    assert counts(roll.take("email\na@example.org\na+news@example.org\n"))["added"] == 2


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("nobody", "must have an @-sign"),
        (",Ann", "there is no address in this row"),
        ("zoë@example.org", "SMTPUTF8"),
        ("a@example.org,Ann,,x", "4 cells for 3 columns"),
        ("a@example.org,An\x07n", "first_name holds a tab, a line end or"),
        ("a@example.org,An\x1b[31mn", "first_name holds a tab, a line end or"),
        ("a@example.org,\x85Ann\x9b", "first_name holds a tab, a line end or"),
        ('a@example.org,"Ann\r\nBcc: x@example.org"', "first_name holds a tab, a line end or"),
        ('"a@example.org\r\nBcc: x@example.org"', "email holds a tab, a line end or"),
        ("a@example.org,A\tnn", "first_name holds a tab, a line end or"),
        ("a@example.org,,b\x01b", "'notes' holds a control character"),
        (f"a@example.org,{'x' * 201}", "longer than 200 characters"),
    ],
)
def test_a_row_that_is_not_valid_does_not_stop_the_others(roll: Any, row: str, told: str) -> None:
    tally = roll.take(f"email,first_name,notes\nx@example.org,X\n{row}\ny@example.org,Y\n")
    assert (tally.added, [each.line for each in tally.invalid]) == (2, [3])
    assert told in next(iter(tally.invalid)).reason


def test_an_attribute_may_have_lines_and_tabs(roll: Any) -> None:
    roll.take('email,notes\na@example.org,"one\ntwo\tthree\n"\n')
    assert json.loads(roll.of("a@example.org")["attributes"]) == {"notes": "one\ntwo\tthree"}


def test_rows_without_content_and_short_rows_are_no_fault(roll: Any) -> None:
    tally = roll.take("email,first_name,city,,\na@example.org\n,,\n  , ,\nb@example.org,Bo,,,\n")
    assert counts(tally) == {"added": 2, "without_consent": 2}


def test_a_header_alone_is_a_list_of_nobody(roll: Any) -> None:
    assert counts(roll.take("email,first_name\n")) == {}


def test_a_guard_against_formulas_is_taken_away(roll: Any) -> None:
    roll.take("email,first_name,'=role\n'+a@example.org,'=Ann,''-x\n")
    row = roll.of("+a@example.org")
    assert (row["email"], row["first_name"]) == ("+a@example.org", "=Ann")
    assert json.loads(row["attributes"]) == {"=role": "'-x"}


def test_topics_are_spelled_as_the_publication_does(roll: Any) -> None:
    tally = roll.take(
        "email,topics\na@example.org,training|EMPATHY\nb@example.org,Empaty|Gardens\n"
        "c@example.org,Empaty\n",
        topics=("Empathy", "Training"),
    )
    assert roll.of("a@example.org")["topics"] == "Training|Empathy"
    assert roll.of("b@example.org")["topics"] == "Empaty|Gardens"
    assert tally.notes == [
        "'Empaty' is no topic of the publication; did you mean 'Empathy'?",
        "'Gardens' is no topic of the publication",
    ]


def test_a_column_that_nearly_is_a_known_one_is_noted(roll: Any) -> None:
    tally = roll.take("email,consent_dat,city\na@example.org,2024-01-31,Hull\n")
    assert tally.notes == [
        "column 'consent_dat' is kept as an attribute; did you mean 'consent_date'?"
    ]


def test_a_file_that_cannot_be_read_whole_changes_nothing(roll: Any) -> None:
    roll.take("email,first_name\nold@example.org,Old\n")
    before = roll.rows()
    good = "".join(f"reader{number}@example.org,R\n" for number in range(3000))
    with pytest.raises(UnreadableList, match=r"list\.csv:3003: error: the file ends inside"):
        roll.take(f'email,first_name\nold@example.org,New\n{good}last@example.org,"cut')
    assert roll.rows() == before


def test_a_dry_run_counts_and_changes_nothing(roll: Any) -> None:
    roll.take("email,first_name\na@example.org,Ann\nb@example.org,Bo\n")
    roll.leave("b@example.org")
    before = roll.rows()
    text = (
        "email,first_name,status,status_since\na@example.org,Eve\nb@example.org\n"
        "c@example.org,,bounced\nd@,\n"
    )
    tally = roll.take(text, dry_run=True)
    assert counts(tally) == {
        "updated": 1, "suppressed": 2, "without_consent": 1, "invalid": [5],
    }  # fmt: skip
    assert roll.rows() == before


@pytest.mark.parametrize("status", ["unsubscribed", "bounced", "complained", "manual"])
def test_who_has_left_stays_so_whatever_a_list_says(roll: Any, status: str) -> None:
    roll.take("email,first_name\na@example.org,Ann\n")
    roll.leave("a@example.org", status)
    before = roll.rows()
    tally = roll.take(
        "email,first_name,consent,consent_date,consent_source,status\n"
        "A@example.org,Eve,express,2026-03-09,form,active\n"
    )
    assert counts(tally) == {"suppressed": 1}
    assert roll.rows() == before


def test_an_address_that_left_before_it_was_listed_is_not_added(roll: Any) -> None:
    assert roll.leave("a@example.org", "complained") == "recorded"
    assert counts(roll.take("email\na@example.org\n")) == {"suppressed": 1}
    assert roll.of("a@example.org")["status"] == "complained"


def test_who_was_erased_is_not_added_again(roll: Any) -> None:
    roll.take("email\na@example.org\nb@example.org\n")
    roll.erase("a@example.org")
    tally = roll.take("email,consent\nA@EXAMPLE.org,express\nb@example.org,\n")
    assert counts(tally) == {"suppressed": 1, "unchanged": 1, "without_consent": 1}
    assert len(roll.rows()) == 2


def test_after_a_change_of_secret_the_erased_are_still_recognised(roll: Any) -> None:
    roll.take("email\na@example.org\n")
    roll.erase("a@example.org")
    old = roll.keyring
    roll.keyring = type(old)(["a new secret", old.keys[0].secret])
    assert counts(roll.take("email\na@example.org\n")) == {"suppressed": 1}
    roll.keyring = type(old)(["a new secret"])
    with pytest.raises(SecretMissing, match=r"1 erased address was .*NEWSLETTER_SECRET_OLD"):
        roll.take("email\nb@example.org\n")
    assert len(roll.rows()) == 1


def test_keys_are_not_asked_for_where_nobody_was_erased(roll: Any) -> None:
    roll.keyring = None
    assert counts(roll.take("email\na@example.org\n"))["added"] == 1


def test_an_export_tells_an_import_who_has_left(roll: Any) -> None:
    roll.take("email,first_name\nhere@example.org,H\n")
    tally = roll.take(
        "email,first_name,status,status_since,status_note\n"
        "here@example.org,X,unsubscribed,2025-01-02T03:04:05.678+00:00,reader\n"
        "new@example.org,New,Bounced,,\n"
        "odd@example.org,,cleaned,,\n"
        "gone@example.org,,erased,,\n"
        "fine@example.org,,active,2025-01-02,x\n"
    )
    assert counts(tally) == {"added": 1, "suppressed": 2, "without_consent": 1, "invalid": [4, 5]}
    here, new = roll.of("here@example.org"), roll.of("new@example.org")
    assert (here["status"], here["status_since"], here["status_note"]) == (
        "unsubscribed", "2025-01-02T03:04:05.678+00:00", "reader",
    )  # fmt: skip
    assert here["first_name"] == "H"
    assert (new["status"], new["status_note"], new["first_name"]) == ("bounced", "import", "New")
    assert new["status_since"] == new["created_at"]
    assert roll.of("fine@example.org")["status_since"] is None


def test_a_status_of_another_program_is_an_attribute(roll: Any) -> None:
    tally = roll.take("Email Address,Status\na@example.org,subscribed\nb@example.org,cleaned\n")
    assert (counts(tally)["added"], list(tally.invalid)) == (2, [])
    (note,) = tally.notes
    assert note.startswith("column 'Status' is kept as the attribute 'list_status', and ends no")
    assert json.loads(roll.of("a@example.org")["attributes"]) == {"list_status": "subscribed"}
    assert roll.take(roll.export()).unchanged == 2


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("subscribed", "write active, unsubscribed, bounced, complained or manual"),
        ("unsubscribe", "is not known; write active"),
        ("erased", "remove the row, and erase the address"),
    ],
)
def test_no_status_is_taken_for_its_opposite(roll: Any, status: str, told: str) -> None:
    tally = roll.take(f"email,status,status_since\na@example.org,{status},\n")
    ((line, reason),) = tally.invalid
    assert (line, roll.rows()) == (2, [])
    assert told in reason
    assert "did you mean" not in reason


BLANKET = Blanket("implied", "customer", "2025-06-01", "member list")


def test_consent_from_the_command_line_is_for_those_whose_own_is_weaker(roll: Any) -> None:
    roll.take(
        "email,consent,consent_basis,consent_date,consent_source\n"
        "stored@example.org,implied,inquiry,2025-12-31,mail\nran-out@example.org,implied,inquiry,"
        "2020-01-01,mail\nnone@example.org\n"
    )
    tally = roll.take(
        "email,consent,consent_basis,consent_date,consent_source\n"
        "stored@example.org\nran-out@example.org\nnone@example.org\nnew@example.org\n"
        "own@example.org,express,,2024-01-31,form\ndated@example.org,,,2024-02-29,\n",
        blanket=BLANKET,
    )
    assert counts(tally) == {"added": 3, "updated": 3, "ran_out": 1}
    assert tally.upgraded == 2
    consents = {
        row["key"].partition("@")[0]: (row["consent"], row["consent_date"], row["consent_until"])
        for row in roll.rows()
    }
    assert consents == {
        "stored": ("implied", "2025-06-01", "2027-06-01"),
        "ran-out": ("implied", "2025-06-01", "2027-06-01"),
        "none": ("implied", "2025-06-01", "2027-06-01"),
        "new": ("implied", "2025-06-01", "2027-06-01"),
        "own": ("express", "2024-01-31", None),
        "dated": ("implied", "2024-02-29", "2026-02-28"),
    }
    express = Blanket("express", "", "2026-03-01", "sign-up sheet")
    upgrade = roll.take("email\nnone@example.org\nown@example.org\n", blanket=express)
    assert (upgrade.updated, upgrade.unchanged, upgrade.upgraded) == (1, 1, 1)
    row = roll.of("none@example.org")
    assert (row["consent"], row["consent_basis"], row["consent_source"], row["consent_until"]) == (
        "express", None, "sign-up sheet", None,
    )  # fmt: skip
    assert roll.of("own@example.org")["consent_date"] == "2024-01-31"


def test_consent_from_the_command_line_goes_over_what_a_row_tells_too(roll: Any) -> None:
    rows = (
        "email,consent,consent_basis,consent_date,consent_source\n"
        "a@example.org,implied,customer,2001-01-31,fair\n"
        "b@example.org,express,,2024-01-31,form\n"
    )
    express = Blanket("express", "", "2025-03-01", "sign-up sheet")
    taken = roll.take(rows, blanket=express)
    assert (taken.added, taken.upgraded, taken.ran_out) == (2, 1, 0)
    assert roll.of("a@example.org")["consent_source"] == "sign-up sheet"
    assert roll.of("b@example.org")["consent_source"] == "form"
    assert roll.take(rows, blanket=express).unchanged == 2


def test_a_row_whose_consent_cannot_be_shown_is_not_taken(roll: Any) -> None:
    tally = roll.take(
        "email,consent,consent_basis,consent_date\na@example.org,implied,,2025-01-01\n"
        "b@example.org,implied,customer,\nc@example.org,express,,2027-01-01\n"
        "d@example.org,perhaps,,\ne@example.org,express,,\n"
    )
    assert counts(tally) == {"added": 1, "invalid": [2, 3, 4, 5]}


def test_ids_are_spread_over_all_64_bits_and_no_two_are_the_same(roll: Any) -> None:
    roll.take("email\n" + "".join(f"reader{number}@example.org\n" for number in range(500)))
    ids = sorted(row["id"] for row in roll.rows())
    assert len(set(ids)) == 500
    assert ids[0] < -(2**62)
    assert ids[-1] > 2**62
    assert min(b - a for a, b in pairwise(ids)) > 1
    assert {each % 2 for each in ids} == {0, 1}


def test_a_list_longer_than_a_batch_is_taken_in_to_its_end(roll: Any) -> None:
    rows = "".join(f"reader{number}@example.org,R{number % 7}\n" for number in range(4500))
    assert roll.take(f"email,first_name\n{rows}").added == 4500
    more = rows.replace(",R3", ",Changed") + "reader3@example.org\n" + "new@example.org\n"
    tally = roll.take(f"email,first_name\n{more}")
    assert (tally.added, tally.updated, tally.unchanged) == (1, 643, 3857)
    assert [tuple(each) for each in tally.duplicates] == [(4502, 5, "reader3@example.org")]
