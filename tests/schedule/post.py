"""A provider for the tests of unattended passes: it answers as it is told, and keeps a log."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from newsletter.delivery.claim import Claim, Claims, Outcome
from newsletter.errors import ProviderFailed

OPERATORS = ("chair@operators.example", "editor@operators.example")


class Handed(NamedTuple):
    """A message that a provider was handed, and what it said of it."""

    to: str
    issue: str
    what: str
    """`mail` to a reader, or `notice` to an operator."""
    subject: str
    text: str
    said: str
    """`handed` before there is an answer."""


@dataclass
class Post:
    """A provider that answers as it is told; a file keeps what it was handed, also by the dead."""

    log: Path
    verdict: Callable[[Claim], Any] = lambda claim: "accepted"
    """A verdict or an outcome; may raise."""
    before: Callable[[Claim], None] = lambda claim: None
    """Is called with each message when its answer is due."""
    dead: str = ""
    """Why nothing can be sent now."""
    at_once: int = 2

    def deliver(self, claims: Claims) -> Iterator[Outcome]:
        held: list[Claim] = []
        while True:
            taken = claims.take(self.at_once - len(held))
            held += taken
            if not held:
                return
            claim = held.pop(0)
            self._note(claim, "handed")
            self.before(claim)
            if self.dead:
                for each in (claim, *held):
                    self._note(each, "planned")
                    yield Outcome(each.delivery, "planned", "not sent")
                raise ProviderFailed(self.dead)
            outcome = self._outcome(claim)
            self._note(claim, outcome.verdict)
            yield outcome

    def _outcome(self, claim: Claim) -> Outcome:
        said = self.verdict(claim)
        if isinstance(said, Outcome):
            return Outcome(claim.delivery, said.verdict, said.reason, said.detail)
        return Outcome(claim.delivery, said, "as told")

    def _note(self, claim: Claim, said: str) -> None:
        letter = claim.letter
        what = "notice" if letter.purpose == "operators" else "mail"
        text = letter.text.fill({}) if what == "notice" else letter.content
        entry = Handed(claim.reader.email, letter.month, what, letter.subject, text, said)
        with self.log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")

    @property
    def everything(self) -> list[Handed]:
        """Each message twice: when it was handed over, and when it was answered."""
        if not self.log.exists():
            return []
        return [Handed(*json.loads(line)) for line in self.log.read_text("utf-8").splitlines()]

    def handed(self, what: str = "mail", issue: str = "") -> list[Handed]:
        """What it was handed."""
        return [
            each
            for each in self.everything
            if each.said == "handed" and each.what == what and issue in ("", each.issue)
        ]

    @property
    def subjects(self) -> list[str]:
        """Of what the first operator was handed."""
        return [each.subject for each in self.handed("notice") if each.to == OPERATORS[0]]
