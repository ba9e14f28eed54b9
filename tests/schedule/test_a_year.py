"""A year of unattended passes, at random: nothing twice, nothing unapproved, nothing in silence."""

from __future__ import annotations

import os
import shutil
import tempfile
import traceback
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import time_machine
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from newsletter.delivery import control
from newsletter.delivery.claim import Claim
from newsletter.delivery.plan import Terms, discard, plan
from newsletter.delivery.send import Orders, run
from newsletter.errors import MailingRefused, SenderBusy

YEARS = int(os.environ.get("NEWSLETTER_YEARS", "20"))
"""How many are lived through; `NEWSLETTER_YEARS=1000` is a long look."""
STEPS = int(os.environ.get("NEWSLETTER_YEAR_STEPS", "30"))
PHASES = set(Phase) - {Phase.explain, Phase.shrink}
ZONE = ZoneInfo("America/Toronto")
MADE_AT = datetime(2024, 1, 3, 12, tzinfo=ZONE)
GRACE = timedelta(hours=12)
MISSING = timedelta(days=7)
MINUTE = timedelta(minutes=1)
READERS = ("a@example.org", "b@example.org", "c@example.org", "d@example.org")
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
Hook = Callable[["Year", Claim], object]


def first_tuesday(month: str) -> datetime:
    """The schedule's moment, worked out otherwise than by the program."""
    day = date.fromisoformat(f"{month}-01")
    day += timedelta(days=(1 - day.weekday()) % 7)
    return datetime(day.year, day.month, day.day, 9, tzinfo=ZONE).astimezone(UTC)


@dataclass(frozen=True)
class Text:
    """What an issue's file holds."""

    subject: str
    send_at: str = ""
    is_broken: bool = False


@dataclass
class Sheet:
    """What the test knows of a month."""

    month: str
    text: Text | None = None
    approved: tuple[Text, int] | None = None
    """What was approved last, with the templates of that time; None once it was withdrawn."""
    by_hand: bool = False
    is_halted: bool = False
    """Whether the approval by which it began was withdrawn."""
    content: str = ""
    """The content of the first mail that left."""

    @property
    def at(self) -> datetime:
        """When it is to go out."""
        if self.text and self.text.send_at:
            local = datetime.fromisoformat(self.text.send_at).replace(tzinfo=ZONE)
            return local.astimezone(UTC)
        return first_tuesday(self.month)


@dataclass
class Seen:
    """What has been read of the provider's log."""

    lines: int = 0
    begun: set[str] = field(default_factory=set)
    out: Counter[tuple[str, ...]] = field(default_factory=Counter)
    """How often the far end may have taken a message; what it gave back is taken off."""
    handed: Counter[str] = field(default_factory=Counter)
    """How many mails of an issue were handed over."""
    took: Counter[tuple[str, ...]] = field(default_factory=Counter)
    """How often it said so."""

    def add(self, key: tuple[str, ...], said: str) -> None:
        self.out[key] += (said == "handed") - (said == "planned")
        self.took[key] += said == "accepted"
        assert self.out[key] <= 1, f"sent twice: {key}"


class Year(RuleBasedStateMachine):
    """One publication, two schedulers, and all that happens to them."""

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

    def teardown(self) -> None:
        try:
            self._see_it_out()
        finally:
            for each in self.bureau.schedulers:
                each.office.engine.dispose()
            self.travel.stop()
            shutil.rmtree(self.bureau.root)

    # The clock

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

    @rule(span=st.sampled_from(SPANS))
    def time_passes(self, span: timedelta) -> None:
        self._set(self.now + span)

    @rule(days=st.integers(1, 12), hour=st.integers(0, 23), number=st.integers(0, 1))
    def a_timer_runs_each_day(self, days: int, hour: int, number: int) -> None:
        for _ in range(days):
            local = self.now.astimezone(ZONE) + timedelta(days=1)
            self._set(local.replace(hour=hour).astimezone(UTC))
            self._attend(number)

    # What the program does

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

    def _is_ahead(self, sheet: Sheet) -> bool:
        begun = self.bureau.mailing(sheet.month)
        return sheet.at > self.now and not (begun and begun.is_begun)

    def _prepare(self, sheet: Sheet, text: Text, prepared: str) -> None:
        self._write(sheet, text)
        if prepared == "unapproved":
            return
        self._approve(sheet)
        if prepared == "changed":
            self._write(sheet, Text("Changed", text.send_at))
        elif prepared == "withdrawn":
            self._withdraw(sheet)
        elif prepared == "broken":
            self._break(sheet)
        elif prepared == "missing":
            self._write(sheet, None)

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

    @rule(number=st.integers(0, 1))
    def restart(self, number: int) -> None:
        self.bureau.restart(number)

    # What people do

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

    def _change_the_templates(self) -> None:
        self.templates += 1
        file = min((self.bureau.root / "templates").glob("*.mjml*"))
        file.write_text(file.read_text("utf-8") + "\n", "utf-8")

    def _approve(self, sheet: Sheet) -> None:
        begun = self.bureau.mailing(sheet.month)
        if sheet.text and not sheet.text.is_broken and not (begun and begun.is_begun):
            self.bureau.approve(sheet.month)
            sheet.approved = sheet.text, self.templates

    @rule(way=st.sampled_from(["works", "works", "dead", "later", "some fail"]))
    def the_provider_is(self, way: str) -> None:
        self._turn(way)

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

    def _write(self, sheet: Sheet, text: Text | None) -> None:
        sheet.text = text
        path = self.bureau.path(sheet.month)
        if text is None:
            path.unlink(missing_ok=True)
        elif text.is_broken:
            self.bureau.write(sheet.month, text.subject, text.send_at)
            path.write_text(f"{path.read_text('utf-8')}: nonsense [\n", "utf-8")
        else:
            self.bureau.write(sheet.month, text.subject, text.send_at)

    def _break(self, sheet: Sheet) -> None:
        """Make it unreadable, its time included but for people."""
        self._write(sheet, replace(sheet.text or Text(""), is_broken=True))

    def _withdraw(self, sheet: Sheet) -> None:
        begun = self.bureau.mailing(sheet.month)
        if self.bureau.withdraw(sheet.month) and begun and begun.is_begun:
            sheet.is_halted = True
        sheet.approved = None

    def _control(self, act: str, sheet: Sheet) -> None:
        found = self.bureau.mailing(sheet.month)
        patience = {} if act == "resume" else {"patience": 0.0}
        if found:
            try:
                getattr(control, act)(self.bureau.engine, found, **patience)
            except MailingRefused:
                assert found.state in ("finished", "cancelled")

    def _plan_by_hand(self, sheet: Sheet) -> Any:
        """What `send` does up to its question."""
        bureau = self.bureau
        if not self._is_approved(sheet):
            return None
        left = bureau.mailing(sheet.month)
        if left and left.is_begun:
            return left
        if left:
            discard(bureau.engine, left)
        from newsletter.approval.record import find_approval
        from newsletter.checks import clear
        from newsletter.store import reading

        letter = clear(bureau.path(sheet.month), bureau.config, self.now).letter
        with reading(bureau.engine) as connection:
            given = find_approval(connection, sheet.month)
        assert given
        terms = Terms("real", "smtp", self.now.date().isoformat(), approval=given.id)
        return plan(bureau.engine, letter, terms)[0]

    def _by_hand(self, sheet: Sheet, limit: int | None) -> None:
        bureau = self.bureau
        found = self._plan_by_hand(sheet)
        if not found:
            return
        sheet.by_hand = sheet.by_hand or not found.is_begun
        orders = Orders(bureau.config, bureau.schedulers[0].office.keyring, limit, delays=())
        hooks, self.hooks = self.hooks, []
        try:
            run(bureau.engine, found, bureau.post, orders)
        except (MailingRefused, SenderBusy):
            pass
        finally:
            self.hooks = hooks
        self._look()

    # A pass, and what holds of it

    def _before(self, claim: Claim) -> None:
        self._look(check_moments=True)
        hooks = self.hooks
        self.hooks = [(number - 1, act) for number, act in hooks if number > 0]
        for number, act in hooks:
            if number == 0:
                act(self, claim)

    def _stands_back(self, number: int) -> None:
        assert self.bureau.attend(number).is_busy

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

    def _is_approved(self, sheet: Sheet) -> bool:
        text = sheet.text
        return bool(text and not text.is_broken and sheet.approved == (text, self.templates))

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
            assert (month, "doubtful", number) in told
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
            assert (sheet.month, "overdue", about) in told
        elif now >= at and expected != "approved":
            assert (sheet.month, "refused", f"{about} {expected}") in told
        elif now >= at:
            assert resting, f"{sheet.month} was due, and approved, and did not go out"
        elif now >= at - timedelta(days=1):
            assert (sheet.month, "upcoming", about) in told

    def _state(self, sheet: Sheet) -> str:
        if sheet.text is None:
            return "missing"
        if self._is_approved(sheet):
            return "approved"
        return "changed" if sheet.approved else "unapproved"

    # At all times, and in the end

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


def _stumble(year: Year, claim: Claim) -> None:
    raise LookupError("a fault of the provider's code")


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
