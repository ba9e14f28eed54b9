"""Unattended passes in the year's test, and what must hold after each."""

from __future__ import annotations

import os
import traceback
import warnings
from datetime import datetime, timedelta
from typing import Any

from hypothesis.stateful import invariant

from newsletter.delivery.claim import Claim
from newsletter.schedule.words import doubts_of
from tests.schedule.year.people import People
from tests.schedule.year.sheets import GRACE, MADE_AT, MISSING, READERS, Sheet, Text
from tests.schedule.year.world import Hook


class Passes(People):
    """Schedulers at work, disturbed or not."""

    def _attend(self, number: int, hooks: list[tuple[int, Hook]] | None = None) -> None:
        self.hooks = list(hooks or [])
        began = self.now
        halted = [each.month for each in self.sheets.values() if each.is_halted]
        before = [self.seen.handed[each] for each in halted]
        resting = {
            month
            for month in self.sheets
            if self.bureau.schedulers[number].rests.is_resting(month, began)
        }
        try:
            found = self.bureau.attend(number)
        except LookupError:
            self.crashes += 1  # what was in flight has no answer, as after a crash
            found = None
        calm = not hooks or len(self.hooks) == len(hooks)
        self.hooks = []
        self._look(check_moments=True)
        if calm:
            assert before == [self.seen.handed[each] for each in halted]
        if found and calm:
            assert not found.is_busy
            self._look_at_calendar(found, resting)

    def _disturbed(self, number: int, at: int, act: str, sheet: Sheet) -> None:
        acts: dict[str, Hook] = {
            "other": lambda me, claim: me._stands_back(1 - number),
            "pause": lambda me, claim: me._control("pause", sheet),
            "cancel": lambda me, claim: me._control("cancel", sheet),
            "withdraw": lambda me, claim: me._withdraw(sheet),
            "edit": lambda me, claim: me._write(sheet, Text("Changed in the middle")),
            "hours": lambda me, claim: me._set(me.now + timedelta(hours=5)),
            "days": lambda me, claim: me._set(me.now + timedelta(days=2)),
            "back": lambda me, claim: me._set(me.now - timedelta(hours=9)),
            "by hand": lambda me, claim: me._by_hand(sheet, None),
            "dies": lambda me, claim: me._turn("dead"),
            "taken back": lambda me, claim: (me._turn("dead"), me._withdraw(sheet)),
            "bug": _stumble,
        }
        if act == "crash":
            self._crash_in_the_middle(number, at)
        else:
            self._attend(number, [(at, acts[act])] if act else None)

    def _crash_in_the_middle(self, number: int, at: int) -> None:
        """As by `kill -9`: a child of this process does it, and is gone at once."""
        for each in self.bureau.schedulers:
            each.office.engine.dispose()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of threads, which matter not
            child = os.fork()
        if not child:
            try:
                self.bureau.restart(number)
                self.hooks = [(at, lambda me, claim: os._exit(9))]
                self.bureau.attend(number)
                os._exit(0)
            except BaseException:
                traceback.print_exc()
                os._exit(1)
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert ended in (0, 9), "the child failed; it says why on stderr"
        self.crashes += ended == 9
        self._look(check_moments=True)

    def _stands_back(self, number: int) -> None:
        assert self.bureau.attend(number).is_busy

    def _look_at_calendar(self, found: Any, resting: set[str]) -> None:
        """After a pass in which nothing else happened."""
        shown = {each.issue: each for each in found.calendar}
        told = {(row.issue, row.kind, row.about) for row in self.bureau.notices()}
        for sheet in self.sheets.values():
            begun = self.bureau.mailing(sheet.month)
            if begun and begun.is_begun:
                self._look_at_begun(begun, shown[sheet.month], told, sheet.month in resting)
            elif sheet.at >= MADE_AT:
                self._look_at_unbegun(sheet, shown.get(sheet.month), told, sheet.month in resting)
            else:
                assert sheet.month not in shown

    def _look_at_begun(self, mailing: Any, entry: Any, told: set[Any], resting: bool) -> None:
        month, number = mailing.issue, str(mailing.id)
        counts = self.bureau.standing(month).counts
        if mailing.is_over:
            sent = mailing.state == "finished" and not counts.doubtful
            assert entry.state == ("sent" if sent else "held")
            assert not mailing.unattended or (month, "result", number) in told
        else:
            assert entry.state == "held"
            may_go_on = entry.step == "resume" and not resting
            assert not (may_go_on and self.way == "works"), f"{month} did not go on"
        if mailing.unattended and counts.doubtful:
            assert counts.doubtful <= max(doubts_of(key, mailing) for key in told)
        if entry.step == "overdue":
            assert any(key[:2] == (month, "overdue") for key in told)

    def _look_at_unbegun(self, sheet: Sheet, entry: Any, told: set[Any], resting: bool) -> None:
        now, at = self.now, sheet.at
        about = f"{at:%Y-%m-%dT%H:%MZ}"
        expected = self._state(sheet)
        if sheet.text is None and not at - MISSING <= now <= at + GRACE + MISSING:
            assert entry is None
            return
        assert entry
        assert entry.at == at
        late = now > at + GRACE
        assert entry.state == ("held" if late and sheet.text else expected)
        if late:
            assert (sheet.month, "overdue") in {key[:2] for key in told}
        elif now >= at and expected != "approved":
            assert (sheet.month, "refused", f"{about} {expected}") in told
        elif now >= at:
            assert resting, f"{sheet.month} was due, and approved, and did not go out"
        elif now >= at - timedelta(days=1):
            ready = "ready" if expected == "approved" else "not ready"
            assert (sheet.month, "upcoming", f"{about} {ready}") in told

    def _state(self, sheet: Sheet) -> str:
        if sheet.text is None:
            return "missing"
        if self._is_approved(sheet):
            return "approved"
        return "changed" if sheet.approved else "unapproved"

    @invariant()
    def everybody_is_accounted_for(self) -> None:
        for sheet in self.sheets.values():
            mailing = self.bureau.mailing(sheet.month)
            if mailing and mailing.is_begun:
                counts = self.bureau.standing(sheet.month).counts
                settled = counts.accepted + counts.failed + counts.skipped + counts.doubtful
                assert settled + counts.remaining == counts.total == len(READERS)
                took = sum(self.seen.took[each, sheet.month] for each in READERS)
                assert counts.accepted <= took <= counts.accepted + counts.doubtful
                assert mailing.state != "finished" or not counts.remaining

    def _see_it_out(self) -> None:
        """The provider works again, and passes go on until operators have heard everything."""
        self._turn("works")
        for number in (0, 1, 0):
            self.bureau.restart(number)
            self._attend(number)
            self._set(self.now + timedelta(minutes=20))
        doubtful = 0
        for copy in self.bureau.copies():
            key = copy.email, copy.issue, copy.text
            took = self.seen.took[key]
            if copy.state == "doubtful":
                doubtful += 1
                assert took == 0
            elif copy.state == "failed":
                assert self.was_unwell
                assert took == 0
                assert copy.attempted_at, "it was never tried"
            else:
                assert (copy.state, took) == ("accepted", 1), copy
        assert doubtful <= 10 * self.crashes
        shown = [each for each in self.bureau.copies() if each.state != "accepted"]
        for each in shown:
            if datetime.fromisoformat(each.attempted_at) > self.now - timedelta(days=20):
                assert self.bureau.file
                assert each.email in self.bureau.file


def _stumble(year: Passes, claim: Claim) -> None:
    raise LookupError("a fault of the provider's code")
