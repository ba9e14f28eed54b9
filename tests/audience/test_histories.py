"""Any order of lists, additions, departures and erasures, held against a plain model."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import select

from newsletter.audience.address import normalise
from newsletter.audience.entry import typed_entry
from newsletter.audience.erased import Erased
from newsletter.audience.erasing import erase
from newsletter.audience.importing import Source, Terms, import_list
from newsletter.audience.joining import add
from newsletter.audience.keys import Keyring
from newsletter.audience.leaving import unsubscribe
from newsletter.audience.standing import why_skipped
from newsletter.errors import NewsletterError
from newsletter.store import now_utc, open_store, reading, subscribers, writing

TODAY = "2026-03-10"
PEOPLE = st.sampled_from(["ann@example.org", "bo@example.org", "cy@example.org"])
IMPLIED = {
    # basis, date, source → last day
    ("customer", "2023-05-01", "fair"): "2025-05-01",
    ("customer", "2025-05-01", "fair"): "2027-05-01",
    ("customer", "2025-06-01", "shop"): "2027-06-01",
    ("inquiry", "2025-02-01", "mail"): "2025-08-01",
    ("inquiry", "2026-01-15", "fair"): "2026-07-15",
}
EXPRESS = [
    # date, source
    ("", ""), ("", "form"), ("2024-01-01", "form"), ("2025-01-01", ""), ("2025-01-01", "talk"),
]  # fmt: skip
ASKED_BACK = (TODAY, "letter")
CONSENTS = st.sampled_from(["", *EXPRESS, *IMPLIED])
STRENGTH = ["", "unsubscribed", "bounced", "manual", "complained"]
LEFT = st.sampled_from(STRENGTH[1:])
IN_WORDS = {"manual": "suppressed by hand"}


@dataclass
class Person:
    """What the model knows of somebody on the list."""

    left: str = ""
    express: Any = None
    implied: Any = None

    def give(self, consent: Any) -> None:
        if len(consent) == 2:
            if self.express is None or self._is_better(consent):
                self.express = consent
        elif consent and (self.implied is None or self._is_new(consent)):
            self.implied = consent

    def _is_better(self, consent: Any) -> bool:
        """Later, or of the same day, and not without the source that is known already."""
        is_told = consent[1] or not self.express[1]
        return bool(is_told and consent[0] >= self.express[0])

    def _is_new(self, consent: Any) -> bool:
        other = consent[2] != self.implied[2] or consent[0] != self.implied[0]
        return other and IMPLIED[consent] > IMPLIED[self.implied]

    @property
    def skipped(self) -> str | None:
        if self.left:
            return IN_WORDS.get(self.left, self.left)
        if self.express:
            return None
        if self.implied is None:
            return "no consent on record"
        last = IMPLIED[self.implied]
        return f"implied consent ran out on {last}" if last < TODAY else None


def typed(consent: Any) -> tuple[str, str, str, str]:
    """The four cells of a consent."""
    if len(consent) == 2:
        return ("express", "", *consent)
    return ("implied", *consent) if consent else ("", "", "", "")


class Histories(RuleBasedStateMachine):
    """The commands against one database, and the model beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.engine = open_store("sqlite:///newsletter.db", Path(self.folder.name))
        self.keyring = Keyring(["a secret of the tests"])
        self.people: dict[str, Person] = {}
        self.erased: set[str] = set()

    def keys(self) -> Keyring:
        return self.keyring

    @rule(rows=st.lists(st.tuples(PEOPLE, CONSENTS, st.sampled_from(STRENGTH)), max_size=4))
    def take(self, rows: list[tuple[str, Any, str]]) -> None:
        lines = ["email,consent,consent_basis,consent_date,consent_source,status,status_since"]
        lines += [
            ",".join([email.upper(), *typed(consent), left, ""]) for email, consent, left in rows
        ]
        file = Path(self.folder.name, "list.csv")
        file.write_text("\n".join(lines))
        with file.open("rb") as opened:
            tally = import_list(self.engine, Source(opened, "l"), Terms(TODAY), self.keys)
        assert not tally.invalid
        first = dict(reversed([(email, (consent, left)) for email, consent, left in rows]))
        assert len(rows) == len(first) + len(tally.duplicates)
        sums = tally.added + tally.updated + tally.unchanged + tally.suppressed
        assert sums == len(first)
        for email, (consent, left) in first.items():
            self._row(email, consent, left)

    def _row(self, email: str, consent: Any, left: str) -> None:
        if email in self.erased:
            return
        new = email not in self.people
        person = self.people.setdefault(email, Person())
        if left:
            person.left = max(person.left, left, key=STRENGTH.index)
        if new or not (person.left or left):
            person.give(consent)

    @rule(email=PEOPLE, consent=CONSENTS)
    def add(self, email: str, consent: Any) -> None:
        names = ("consent", "consent_basis", "consent_date", "consent_source")
        given = {"email": email, **dict(zip(names, typed(consent), strict=True))}
        gone = email in self.erased or (email in self.people and self.people[email].left)
        try:
            with writing(self.engine) as connection:
                add(connection, typed_entry(given, TODAY, now_utc()), self.keys)
        except NewsletterError:
            assert gone
        else:
            assert not gone
            self._row(email, consent, "")

    @rule(email=PEOPLE)
    def resubscribe(self, email: str) -> None:
        names = ("consent", "consent_basis", "consent_date", "consent_source")
        given = {"email": email, **dict(zip(names, typed(ASKED_BACK), strict=True))}
        with writing(self.engine) as connection:
            entry = typed_entry(given, TODAY, now_utc())
            add(connection, entry, self.keys, resubscribe=True)
        self.erased.discard(email)
        self.people[email] = Person(express=ASKED_BACK)

    @rule(email=PEOPLE, left=LEFT)
    def leave(self, email: str, left: str) -> None:
        with writing(self.engine) as connection:
            unsubscribe(connection, normalise(email), left, self.keys)
        self._row(email, "", left)

    @rule(email=PEOPLE)
    def erase(self, email: str) -> None:
        known = email in self.people or email in self.erased
        try:
            with writing(self.engine) as connection:
                erase(connection, normalise(email), self.keyring)
        except NewsletterError:
            assert not known
        else:
            assert known
            self.people.pop(email, None)
            self.erased.add(email)

    @invariant()
    def mail_goes_to_whom_the_model_says(self) -> None:
        with reading(self.engine) as connection:
            held = subscribers.c.key.is_not(None)
            query = select(subscribers.c.key, why_skipped(TODAY)).where(held)
            found = {row[0]: row[1] for row in connection.execute(query)}
            hashes = Erased(connection, self.keys)
            erased = {each for each in self.erased if hashes.find(each) is not None}
            proofs = (subscribers.c.key, subscribers.c.consent_date, subscribers.c.consent_source)
            express = select(*proofs).where(held, subscribers.c.consent == "express")
            proven = {row[0]: (row[1] or "", row[2]) for row in connection.execute(express)}
        known = self.people.items()
        assert proven == {email: person.express for email, person in known if person.express}
        assert found == {email: person.skipped for email, person in self.people.items()}
        assert erased == self.erased

    def teardown(self) -> None:
        self.engine.dispose()
        self.folder.cleanup()


TestHistories = Histories.TestCase
TestHistories.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
