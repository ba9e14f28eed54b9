"""A publication in a year of its own: its clock, its provider, and what has left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import time_machine
from hypothesis.stateful import RuleBasedStateMachine

from newsletter.delivery.claim import Claim
from tests.schedule.year.sheets import GRACE, MADE_AT, READERS, ZONE, Seen, Sheet

Hook = Callable[[Any, Claim], object]
"""What happens at a message; it is given the year."""


class World(RuleBasedStateMachine):
    """One publication, two schedulers, and what is known of them."""

    open_bureau: Callable[..., Any]
    folder: Path
    numbers = count()

    def __init__(self) -> None:
        super().__init__()
        self.travel = time_machine.travel(MADE_AT, tick=False)
        self.traveller = self.travel.start()
        root = self.folder / f"year-{next(self.numbers)}"
        self.bureau = self.open_bureau(root, schedulers=2)
        self.bureau.subscribe(*READERS)
        self.sheets = {
            each: Sheet(each)
            for each in [f"2024-{number:02}" for number in range(1, 13)] + ["2023-12", "2025-01"]
        }
        self.templates = 0
        self.seen = Seen()
        self.hooks: list[tuple[int, Hook]] = []
        """What happens at a claim still to come, by the number of claims before it."""
        self.crashes = 0
        self.was_unwell = False
        """Whether the provider was ever in trouble."""
        self.way = "works"
        self.bureau.post.before = self._before
        self.bureau.post.verdict = self._verdict

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    def _set(self, moment: datetime) -> None:
        self.traveller.move_to(moment)

    @property
    def near(self) -> list[Sheet]:
        """The months that people are busy with."""
        local = self.now.astimezone(ZONE)
        first = local.year * 12 + local.month - 1
        names = (f"{each // 12}-{each % 12 + 1:02}" for each in (first, first + 1))
        found = [self.sheets[each] for each in names if each in self.sheets]
        return found or [self.sheets["2024-12"]]

    def _sheet(self, which: int) -> Sheet:
        return self.near[which % len(self.near)]

    def _is_ahead(self, sheet: Sheet) -> bool:
        begun = self.bureau.mailing(sheet.month)
        return sheet.at > self.now and not (begun and begun.is_begun)

    def _is_approved(self, sheet: Sheet) -> bool:
        text = sheet.text
        return bool(text and not text.is_broken and sheet.approved == (text, self.templates))

    def _turn(self, way: str) -> None:
        self.way = way
        self.bureau.post.dead = "the server does not answer" if way == "dead" else ""
        self.was_unwell = self.was_unwell or way != "works"

    def _verdict(self, claim: Claim) -> Any:
        if self.way == "later":
            return "planned"
        if self.way == "some fail" and claim.reader.email[0] in "bc":
            return "failed"
        return "accepted"

    def _before(self, claim: Claim) -> None:
        self._look(check_moments=True)
        hooks = self.hooks
        self.hooks = [(number - 1, act) for number, act in hooks if number > 0]
        for number, act in hooks:
            if number == 0:
                act(self, claim)

    def _look(self, *, check_moments: bool = False) -> None:
        """Read what the provider was handed since the last look."""
        everything = self.bureau.post.everything
        for each in everything[self.seen.lines :]:
            if each.what == "mail":
                self._look_at_mail(each, check_moments=check_moments)
            else:
                self.seen.add((each.to, each.issue, each.text), each.said)
        self.seen.lines = len(everything)

    def _look_at_mail(self, each: Any, *, check_moments: bool) -> None:
        sheet = self.sheets[each.issue]
        self.seen.add((each.to, each.issue), each.said)
        self.seen.handed[each.issue] += each.said == "handed"
        if each.issue not in self.seen.begun:
            self.seen.begun.add(each.issue)
            sheet.content = each.text
            assert self._is_approved(sheet), f"{each.issue} is not approved as it is"
            assert sheet.text
            assert each.subject == sheet.text.subject
            if check_moments and not sheet.by_hand:
                assert sheet.at <= self.now <= sheet.at + GRACE, f"{each.issue} is out of time"
                assert sheet.at >= MADE_AT, f"{each.issue} is history"
        assert each.text == sheet.content, "what was planned is what goes out"
