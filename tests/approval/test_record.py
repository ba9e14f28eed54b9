"""Approvals are kept as history, on both databases; the newest that nobody took back counts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine

from newsletter.approval.evidence import Evidence
from newsletter.approval.record import (
    Approval,
    approved_by,
    find_approval,
    history,
    record,
    record_once,
    withdraw,
)
from newsletter.approval.standing import standing, standing_now
from newsletter.errors import IssueNotFound
from newsletter.store import reading, writing

FIRST = Evidence({"issues/2023-12.yaml: subject": "a", "sender": "Prénom <news@digest.example>"})
SECOND = Evidence({"issues/2023-12.yaml: subject": "b", "sender": "Prénom <news@digest.example>"})


def approve(
    engine: Engine, by: str, evidence: Evidence = FIRST, issue: str = "2023-12"
) -> Approval:
    with writing(engine) as connection:
        return record(connection, issue, by, evidence, "Empathy – acted on")


def counting(engine: Engine, issue: str = "2023-12") -> Approval | None:
    with reading(engine) as connection:
        return find_approval(connection, issue)


def take_back(engine: Engine, by: str = "") -> Approval | None:
    with writing(engine) as connection:
        return withdraw(connection, "2023-12", by)


def all_of(engine: Engine, issue: str = "2023-12") -> list[Approval]:
    with reading(engine) as connection:
        return history(connection, issue)


def test_without_an_approval_there_is_none(store: Engine) -> None:
    assert counting(store) is None
    assert take_back(store) is None
    assert all_of(store) == []
    with reading(store) as connection:
        assert approved_by(connection, 1) is None


def test_an_approval_is_found_as_it_was_given(store: Engine) -> None:
    given = approve(store, "the éditor")
    assert (given.approver, given.issue, given.subject) == (
        "the éditor", "2023-12", "Empathy – acted on",
    )  # fmt: skip
    assert (given.hash, given.evidence) == (FIRST.hash, FIRST)
    assert (given.withdrawn_at, given.withdrawn_by) == (None, "")
    assert given.at.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - given.at) < timedelta(minutes=1)
    assert counting(store) == given
    with reading(store) as connection:
        assert approved_by(connection, given.id) == given


def test_an_approval_is_of_its_own_issue(store: Engine) -> None:
    approve(store, "the editor", issue="2023-11")
    assert counting(store) is None
    approve(store, "the editor")
    take_back(store)
    assert counting(store, "2023-11")


def test_of_two_approvers_the_later_counts_and_both_are_kept(store: Engine) -> None:
    first = approve(store, "the editor")
    second = approve(store, "the chair", SECOND)
    assert counting(store) == second
    assert all_of(store) == [second, first]
    assert not standing(counting(store), FIRST).holds


def test_a_withdrawal_takes_back_all_before_it(store: Engine) -> None:
    first, second = approve(store, "the editor"), approve(store, "the chair")
    assert take_back(store, "the chair") == second
    assert counting(store) is None
    kept = all_of(store)
    assert [each.id for each in kept] == [second.id, first.id]
    assert {each.withdrawn_by for each in kept} == {"the chair"}
    for each, was in zip(kept, (second, first), strict=True):
        assert each.withdrawn_at is not None
        assert each.withdrawn_at >= each.at
        assert replace(each, withdrawn_at=None, withdrawn_by="") == was


def test_a_second_withdrawal_finds_nothing_and_changes_nothing(store: Engine) -> None:
    approve(store, "the editor")
    take_back(store, "the chair")
    before = all_of(store)
    assert take_back(store, "the editor") is None
    assert all_of(store) == before


def test_what_was_withdrawn_can_be_approved_again(store: Engine) -> None:
    first = approve(store, "the editor")
    take_back(store)
    second = approve(store, "the editor")
    assert counting(store) == second
    newest, oldest = all_of(store)
    assert (newest.withdrawn_at, oldest.id) == (None, first.id)
    assert oldest.withdrawn_at
    with reading(store) as connection:
        assert approved_by(connection, first.id) == oldest


def test_a_withdrawal_of_the_newer_does_not_bring_back_the_older(store: Engine) -> None:
    approve(store, "the editor", SECOND)
    approve(store, "the chair", FIRST)
    take_back(store)
    assert standing(counting(store), SECOND).state == "unapproved"


def test_nothing_is_kept_of_an_approval_that_is_broken_off(store: Engine) -> None:
    with pytest.raises(RuntimeError), writing(store) as connection:  # noqa: PT012
        record(connection, "2023-12", "the editor", FIRST, "x")
        raise RuntimeError
    assert all_of(store) == []


def test_approvals_at_one_time_are_all_kept_and_one_counts(store: Engine) -> None:
    number, begin = 8, Barrier(8)

    def one(index: int) -> Approval:
        begin.wait(30)
        return approve(store, f"approver {index}")

    with ThreadPoolExecutor(number) as pool:
        given = list(pool.map(one, range(number)))
    assert sorted(all_of(store), key=lambda each: each.id) == sorted(given, key=lambda e: e.id)
    assert counting(store) == max(given, key=lambda each: each.id)


def test_the_same_approval_at_one_time_is_one(store: Engine) -> None:
    begin = Barrier(6)

    def one(_: int) -> tuple[Approval, bool]:
        begin.wait(30)
        with writing(store) as connection:
            return record_once(connection, "2023-12", "the editor", FIRST, "Empathy")

    with ThreadPoolExecutor(6) as pool:
        given = list(pool.map(one, range(6)))
    (kept,) = all_of(store)
    assert {each.id for each, _ in given} == {kept.id}
    assert sum(is_new for _, is_new in given) == 1


def test_another_name_another_content_or_a_withdrawal_between_make_a_new_one(
    store: Engine,
) -> None:
    def once(by: str, evidence: Evidence) -> bool:
        with writing(store) as connection:
            return record_once(connection, "2023-12", by, evidence, "Empathy")[1]

    assert once("the editor", FIRST)
    assert not once("the editor", FIRST)
    assert once("the chair", FIRST)
    assert once("the editor", FIRST)
    assert once("the editor", SECOND)
    take_back(store)
    assert once("the editor", SECOND)
    assert len(all_of(store)) == 5


def test_withdrawals_and_approvals_at_one_time_leave_one_or_none(store: Engine) -> None:
    approve(store, "the editor")
    begin = Barrier(6)

    def one(index: int) -> None:
        begin.wait(30)
        if index % 2:
            take_back(store, "the chair")
        else:
            approve(store, "the editor")

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(one, range(6)))
    kept = all_of(store)
    assert len(kept) == 4
    counts = counting(store)
    assert counts == (kept[0] if kept[0].withdrawn_at is None else None)
    assert kept[-1].withdrawn_at


# Whether an approval holds


def test_it_holds_for_just_what_was_approved(store: Engine) -> None:
    given = approve(store, "the editor")
    found = standing(given, Evidence(dict(reversed(FIRST.parts.items()))))
    assert (found.state, found.holds, found.changes) == ("approved", True, ())


def test_a_change_is_told(store: Engine) -> None:
    found = standing(approve(store, "the editor"), SECOND)
    assert (found.state, found.holds) == ("changed", False)
    assert found.changes == ("issues/2023-12.yaml: subject",)


def test_what_cannot_be_laid_out_is_not_what_was_approved(store: Engine) -> None:
    found = standing(approve(store, "the editor"), None, "issues/2023-12.yaml:1:1: error: …")
    assert (found.state, found.holds) == ("changed", False)
    assert found.changes == ("issues/2023-12.yaml:1:1: error: …",)


@pytest.mark.parametrize("evidence", [FIRST, None])
def test_without_an_approval_nothing_holds(evidence: Evidence | None) -> None:
    found = standing(None, evidence)
    assert (found.state, found.holds, found.approval) == ("unapproved", False, None)


def test_files_are_looked_at_only_where_there_is_an_approval(store: Engine) -> None:
    looks: list[Evidence] = []

    def look() -> Evidence:
        looks.append(FIRST)
        return FIRST

    assert standing_now(None, look).state == "unapproved"
    assert looks == []
    assert standing_now(approve(store, "the editor"), look).holds
    assert looks == [FIRST]


@pytest.mark.parametrize(
    "error", [IssueNotFound("no issue\nof that name"), OSError("no issue\nof that name")]
)
def test_files_that_cannot_be_read_are_a_change(store: Engine, error: Exception) -> None:
    def look() -> Evidence:
        raise error

    found = standing_now(approve(store, "the editor"), look)
    assert (found.state, found.changes) == ("changed", ("no issue",))
