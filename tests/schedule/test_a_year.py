"""A year of unattended passes, at random: nothing twice, nothing unapproved, nothing in silence."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from tests.schedule.year.passes import Passes
from tests.schedule.year.sheets import MINUTE, ZONE, Text

YEARS = int(os.environ.get("NEWSLETTER_YEARS", "20"))
"""How many are lived through; `NEWSLETTER_YEARS=1000` is a long look."""
STEPS = int(os.environ.get("NEWSLETTER_YEAR_STEPS", "30"))
PHASES = set(Phase) - {Phase.explain, Phase.shrink}
SPANS = (
    MINUTE,
    *(timedelta(minutes=each) for each in (4, 15, 50)),
    *(timedelta(hours=each) for each in (3, 11, 13)),
    *(timedelta(days=each) for each in (1, 4, 13)),
)
OWN_TIMES = ("", "", "", "{month}-05 18:30", "{month}-20 09:00", "{month}-10 02:30")
TEXTS = st.tuples(st.sampled_from("ABC"), st.sampled_from(OWN_TIMES))
"""Subject, and `send_at`."""
IN_THE_MIDDLE = (
    "crash", "crash", "other", "pause", "cancel", "withdraw", "edit", "hours", "days", "back",
    "by hand", "dies", "taken back", "bug",
)  # fmt: skip
"""What happens while a pass is under way, at one of its messages."""
PREPARED = (*["approved"] * 6, "unapproved", "changed", "withdrawn", "broken", "missing")
DELAYS = tuple(timedelta(minutes=each) for each in (0, 1, 16, 60, 700, 720, 721, 1000))


class Year(Passes):
    """One publication, two schedulers, and all that happens to them."""

    def teardown(self) -> None:
        try:
            self._see_it_out()
        finally:
            for each in self.bureau.schedulers:
                each.office.engine.dispose()
            self.travel.stop()
            shutil.rmtree(self.bureau.root)

    @rule(span=st.sampled_from(SPANS))
    def time_passes(self, span: timedelta) -> None:
        self._set(self.now + span)

    @rule(days=st.integers(1, 12), hour=st.integers(0, 23), number=st.integers(0, 1))
    def a_timer_runs_each_day(self, days: int, hour: int, number: int) -> None:
        for _ in range(days):
            local = self.now.astimezone(ZONE) + timedelta(days=1)
            self._set(local.replace(hour=hour).astimezone(UTC))
            self._attend(number)

    @rule(number=st.integers(0, 1), hours=st.sampled_from((0, 0, 0, -400, -30, -11, -1, 1, 30)))
    def attend(self, number: int, hours: int) -> None:
        """A pass, perhaps while the clock is wrong."""
        right = self.now
        self._set(right + timedelta(hours=hours))
        self._attend(number)
        self._set(right)

    @rule(number=st.integers(0, 1), at=st.integers(0, 6), act=st.sampled_from(IN_THE_MIDDLE))
    def something_happens_in_the_middle(self, number: int, at: int, act: str) -> None:
        self._disturbed(number, at, act, self.near[0])

    @rule(
        text=TEXTS,
        prepared=st.sampled_from(PREPARED),
        delays=st.tuples(st.sampled_from(DELAYS), st.sampled_from(DELAYS)),
        numbers=st.tuples(st.integers(0, 1), st.integers(0, 1)),
        acts=st.tuples(*[st.sampled_from(("", *IN_THE_MIDDLE))] * 2),
        at=st.tuples(st.integers(0, 5), st.integers(0, 5)),
    )
    def an_issue_comes(
        self,
        text: tuple[str, str],
        prepared: str,
        delays: tuple[timedelta, timedelta],
        numbers: tuple[int, int],
        acts: tuple[str, str],
        at: tuple[int, int],
    ) -> None:
        """Somebody prepares the next issue, and time goes on until it is due, or past that."""
        sheet = next((each for each in self.sheets.values() if self._is_ahead(each)), None)
        if sheet is None:
            return
        self._prepare(sheet, Text(text[0], text[1].format(month=sheet.month)), prepared)
        for before, number in zip((timedelta(days=1), MINUTE), numbers, strict=True):
            if self.now < sheet.at - before:
                self._set(sheet.at - before)
                self._attend(number)
        self._set(max(self.now, sheet.at) + delays[0])
        self._disturbed(numbers[0], at[0], acts[0], sheet)
        if acts[0] == "taken back":
            self._turn("works")
        self._set(self.now + delays[1])
        self._disturbed(numbers[1], at[1], acts[1], sheet)

    @rule(number=st.integers(0, 1))
    def restart(self, number: int) -> None:
        self.bureau.restart(number)

    @rule(
        act=st.sampled_from(
            ["write", "write", "approve", "approve", "withdraw", "break", "remove", "templates",
             "pause", "resume", "resume", "cancel", "send", "send a few", "plan"]
        ),
        which=st.integers(0, 1),
        text=TEXTS,
    )  # fmt: skip
    def somebody_acts(self, act: str, which: int, text: tuple[str, str]) -> None:
        sheet = self._sheet(which)
        acts: dict[str, Callable[[], object]] = {
            "write": lambda: self._write(sheet, Text(text[0], text[1].format(month=sheet.month))),
            "approve": lambda: self._approve(sheet),
            "withdraw": lambda: self._withdraw(sheet),
            "break": lambda: self._break(sheet),
            "remove": lambda: self._write(sheet, None),
            "templates": self._change_the_templates,
            "send": lambda: self._by_hand(sheet, None),
            "send a few": lambda: self._by_hand(sheet, 2),
            "plan": lambda: self._plan_by_hand(sheet),
        }
        acts.get(act, lambda: self._control(act, sheet))()

    @rule(way=st.sampled_from(["works", "works", "dead", "later", "some fail"]))
    def the_provider_is(self, way: str) -> None:
        self._turn(way)


def test_in_any_year_nothing_goes_out_twice_unapproved_or_out_of_time(
    open_bureau: Callable[..., Any], impatient: None
) -> None:
    class Here(Year):
        pass

    # Where it can be, in memory: what a power cut would do is no matter here.
    quick = Path("/dev/shm")  # noqa: S108
    with tempfile.TemporaryDirectory(dir=quick if quick.is_dir() else None) as folder:
        Here.open_bureau, Here.folder = staticmethod(open_bureau), Path(folder)
        run_state_machine_as_test(
            Here, settings=settings(max_examples=YEARS, stateful_step_count=STEPS, phases=PHASES)
        )
