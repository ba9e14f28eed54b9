"""A list that goes out comes back as it was, and brings nobody back."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from newsletter.audience.consent import last_day

TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("'=+-@,;\"|"), max_size=12
).map(str.strip)
NOTE = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t'=\""),
               max_size=12).map(str.strip)  # fmt: skip
DAY = st.dates().map(lambda day: f"20{day.year % 26:02}-{day.month:02}-{min(day.day, 28):02}")
CONSENT = st.one_of(
    st.just(("", "", "", "")),
    st.tuples(st.just("express"), st.sampled_from(["", "customer"]), st.just("") | DAY, TEXT),
    st.tuples(st.just("implied"), st.sampled_from(["customer", "inquiry"]), DAY, TEXT),
)
STATUS = st.sampled_from(["", "unsubscribed", "bounced", "manual", "complained"])
LOCAL = st.from_regex(r"['=+\-]?[a-z]{1,8}", fullmatch=True)
PERSON = st.tuples(LOCAL, TEXT, TEXT, TEXT, TEXT, CONSENT, STATUS, TEXT, NOTE, NOTE)
HEADER = (
    "email,first_name,last_name,topics,language,consent,consent_basis,consent_date,"
    "consent_source,status,status_since,status_note,Notes,=sum(A1)"
)


def listed(people: list[tuple[Any, ...]]) -> str:
    """A list of people as somebody would write it: nothing is guarded but what must be."""
    out = io.StringIO(newline="")
    table = csv.writer(out)
    table.writerow(HEADER.replace("=sum", "'=sum").split(","))
    for local, first, last, topics, language, consent, status, note, *attributes in people:
        cells = [f"{local}@example.org", first, last, topics, language, *consent, status, "", note]
        table.writerow([f"'{c}" if c.lstrip("'")[:1] in "=+-@＝＋－＠" and c else c
                        for c in [*cells, *attributes]])  # fmt: skip
    return out.getvalue()


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(PERSON, max_size=6, unique_by=lambda person: person[0]))
@example([("=a", "=1+1", "'=x", "", "", ("", "", "", ""), "", "", "-1", "@x")])
def test_an_export_comes_back_as_it_was(
    sqlite_roll: Any, second_roll: Any, people: list[tuple[Any, ...]]
) -> None:
    sqlite_roll.clear()
    second_roll.clear()
    taken = sqlite_roll.take(listed(people))
    assert taken.added + taken.suppressed == len(people), taken
    exported = sqlite_roll.export()
    before = sqlite_roll.rows()

    again = sqlite_roll.take(exported)
    assert (again.added, again.updated, len(again.invalid)) == (0, 0, 0)
    assert sqlite_roll.rows() == before

    elsewhere = second_roll.take(exported)
    assert (elsewhere.added, elsewhere.suppressed) == (taken.added, taken.suppressed)
    assert second_roll.export() == exported
    assert kept(second_roll) == kept(sqlite_roll)


def kept(roll: Any) -> list[dict[str, Any]]:
    """All rows, without what belongs to a database alone."""
    rows = sorted(roll.rows(), key=lambda row: str(row["key"]))
    own = ("id", "created_at", "updated_at")
    return [
        {name: value for name, value in row.items() if name not in own}
        | {"attributes": json.loads(row["attributes"])}
        for row in rows
    ]


def test_a_spreadsheet_sees_no_formula(roll: Any) -> None:
    roll.take("email,first_name,'=role\n'+a@example.org,'=cmd(),'@x\nb@example.org,-1,\n")
    for row in csv.reader(io.StringIO(roll.export(), newline="")):
        assert not any(cell.startswith(tuple("=+-@\t\r")) for cell in row)


def test_everybody_but_the_erased_is_exported_with_their_status(roll: Any) -> None:
    roll.take("email,City\nb@example.org,Hull\na@example.org,\nc@example.org,York\n")
    roll.leave("a@example.org", "complained")
    roll.erase("c@example.org")
    rows = list(csv.DictReader(io.StringIO(roll.export(), newline="")))
    assert [(row["email"], row["status"], row["City"]) for row in rows] == [
        ("a@example.org", "complained", ""),
        ("b@example.org", "active", "Hull"),
    ]


def test_spellings_of_one_attribute_share_a_column(roll: Any) -> None:
    roll.take("email,City\na@example.org,Hull\n")
    roll.take("email,city\nb@example.org,York\n")
    header, *rows = csv.reader(io.StringIO(roll.export(), newline=""))
    assert len([name for name in header if name.casefold() == "city"]) == 1
    assert [row[-1] for row in rows] == ["Hull", "York"]
    assert roll.take(roll.export()).unchanged == 2


def test_consent_comes_back_with_its_last_day(roll: Any, second_roll: Any) -> None:
    second_roll.clear()
    roll.take(
        "email,consent,consent_basis,consent_date\na@example.org,implied,inquiry,2025-12-31\n"
    )
    second_roll.take(roll.export())
    until = second_roll.of("a@example.org")["consent_until"]
    assert until == last_day("inquiry", "2025-12-31") == "2026-06-30"
