"""Any history of a mailing: sent, killed, paused, settled, left; and what holds all along."""

from __future__ import annotations

import json
import os
import signal
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine, select

from newsletter.delivery import control
from newsletter.delivery.claim import Claim, Claims, Outcome
from newsletter.delivery.dispatch import Stop
from newsletter.errors import MailingRefused, ProviderFailed
from newsletter.store import deliveries, mailings, open_store, subscribers, writing

HISTORIES = int(os.environ.get("NEWSLETTER_HISTORIES", "15"))
"""How many are tried over each database; `NEWSLETTER_HISTORIES=1000` is a long look."""
PHASES = set(Phase) - {Phase.explain}
READERS = 7
ACTS = ("accept", "refuse", "dead", "lose", "later")
"""What happens to one message."""
TURNS = ("kill before", "kill after", "stop", "give up", "stumble", "leave", "on")
"""What else happens at that moment; a kill comes before or after the far end has taken it."""

Step = tuple[str, str, int]
"""An act, a turn, and which of the messages in flight is concerned."""


@dataclass
class Wild:
    """A provider that follows a script, and tells everything."""

    script: Sequence[Step]
    at_once: int
    stop: Stop
    tell: Callable[..., None]
    leave: Callable[[int], None]
    """Unsubscribes one of the readers, by its number."""
    held: list[Claim] = field(default_factory=list)

    def deliver(self, claims: Claims) -> Iterator[Outcome]:
        steps = iter(self.script)
        while True:
            taken = claims.take(self.at_once - len(self.held))
            for claim in taken:
                self.tell("handed", claim.reader.email)
            self.held += taken
            if not self.held:
                return
            yield from self.step(*next(steps, ("accept", "on", 0)))

    def step(self, act: str, turn: str, which: int) -> Iterator[Outcome]:
        if turn == "give up":
            yield from (self.answer(each, "later") for each in self.held)
            raise ProviderFailed("it gives up; wait")
        claim = self.held.pop(which % len(self.held))
        if turn == "stumble":
            raise LookupError("a bug")
        if turn == "leave":
            self.leave(which)
        if turn == "stop":
            self.stop.requested = True
        if turn == "kill before":
            os.kill(os.getpid(), signal.SIGKILL)
        outcome = self.answer(claim, act)
        if turn == "kill after":
            os.kill(os.getpid(), signal.SIGKILL)
        yield outcome

    def answer(self, claim: Claim, act: str) -> Outcome:
        address = claim.reader.email
        if act in ("accept", "lose"):
            self.tell("took", address)
        if act == "lose":
            self.tell("lost", address)
        if act == "later":
            self.tell("returned", address)
        verdict: Any = {"accept": "accepted", "lose": "doubtful", "later": "planned"}
        return Outcome(claim.delivery, verdict.get(act, "failed"), act, bad_mailbox=act == "dead")


def told_by_a_child(work: Callable[[Callable[..., None]], None]) -> list[list[Any]]:
    """Have another process do something, and hear what it told until its end or death."""
    hear, tell = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads, which do not matter here
        child = os.fork()
    if not child:
        try:
            work(lambda *words: os.write(tell, f"{json.dumps(words)}\n".encode()))
            os._exit(0)
        finally:
            traceback.print_exc()
            os._exit(1)
    os.close(tell)
    with os.fdopen(hear) as lines:
        told = [json.loads(line) for line in lines]
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert ended in (0, -signal.SIGKILL), "the child failed; it says why on stderr"
    return told


class History(RuleBasedStateMachine):
    """One mailing to a handful of readers."""

    house: Any
    make_house: Callable[[Engine], Any]

    def __init__(self) -> None:
        super().__init__()
        with writing(self.house.engine) as connection:
            for table in (deliveries, mailings, subscribers):
                connection.execute(table.delete())
        self.may: set[str] = set()
        """Who may be handed out: nobody twice, but after a return or by a person's decision."""
        self.taken: Counter[str] = Counter()
        """What the far end has really taken on."""
        self.resent: Counter[str] = Counter()
        """How often a person has had a doubtful or failed delivery planned again."""
        self.believed: set[str] = set()
        """Of whom a person said that it arrived."""

    @initialize(fit=st.integers(1, READERS), unfit=st.integers(0, 2))
    def plan(self, fit: int, unfit: int) -> None:
        self.readers = [f"reader{number}@example.org" for number in range(fit)]
        self.house.subscribe(*self.readers)
        if unfit:
            self.house.subscribe(*(f"unfit{n}@example.org" for n in range(unfit)), consent=None)
        self.house.plan()
        self.may |= set(self.readers)
        self.total = fit + unfit

    # What a sender does

    @rule(
        script=st.lists(
            st.tuples(st.sampled_from(ACTS), st.sampled_from(TURNS), st.integers(0, READERS)),
            max_size=12,
        ),
        at_once=st.integers(1, 4),
        limit=st.none() | st.integers(1, READERS),
        delays=st.sampled_from([(), (0.0,), (0.0, 0.0)]),
    )
    def send(
        self, script: list[Step], at_once: int, limit: int | None, delays: tuple[float, ...]
    ) -> None:
        was, before = self.house.mailing, self.states
        gone = self.suppressed
        told = told_by_a_child(
            lambda tell: self._send(tell, script, at_once, limit=limit, delays=delays)
        )
        end = told.pop()[1] if told and told[-1][0] == "end" else "killed"
        handed = self._followed(told, gone)
        if end == "refused":
            assert was.needs_resume or was.state == "cancelled"
            assert (handed, self.states) == ([], before)
            return
        assert not was.needs_resume
        self.house.standing()
        cut_short = at_once if end in ("killed", "LookupError") else 0
        lost = [address for what, address in told if what == "lost"]
        assert in_doubt(self.states) - in_doubt(before) <= cut_short + len(lost)
        if end == "DONE":
            assert self.house.mailing.state == "finished"
        if limit is not None:
            returned = [address for what, address in told if what == "returned"]
            assert len(handed) - len(returned) <= limit

    def _send(
        self, tell: Callable[..., None], script: list[Step], at_once: int, **how: Any
    ) -> None:
        engine = open_store(
            self.house.engine.url.set(drivername="postgresql").render_as_string()
            if self.house.engine.dialect.name == "postgresql"
            else str(self.house.engine.url),
            Path("/"),
        )
        house, stop = self.make_house(engine), Stop()

        def leave(which: int) -> None:
            address = self.readers[which % len(self.readers)]
            house.change(address, status="unsubscribed")
            tell("left", address)

        provider = Wild(script, at_once, stop, tell, leave)
        try:
            tell("end", house.send(provider, stop=stop, **how).why.name)
        except MailingRefused:
            tell("end", "refused")
        except LookupError:
            tell("end", "LookupError")
        engine.dispose()

    def _followed(self, told: list[list[Any]], gone: set[str]) -> list[str]:
        """Follow what happened; who was handed out."""
        handed = []
        for what, address in told:
            if what == "handed":
                assert address in self.may, f"{address} was handed out once too often"
                assert address not in gone, f"{address} was handed out though suppressed"
                self.may.remove(address)
                handed.append(address)
            elif what == "took":
                self.taken[address] += 1
            elif what == "returned":
                self.may.add(address)
            elif what == "left":
                gone.add(address)
        return handed

    # What people do

    @rule(asked=st.sampled_from(["pause", "resume", "pause", "resume", "cancel"]))
    def control(self, asked: str) -> None:
        was = self.house.mailing
        try:
            getattr(control, asked)(self.house.engine, was)
        except MailingRefused:
            assert was.state in ("finished", "cancelled")
            assert self.house.mailing == was
            return
        assert (self.house.mailing.state, self.house.mailing.hold) in {
            "pause": [("paused", "operator")],
            "resume": [("planned", "")],
            "cancel": [("cancelled", "")],
        }[asked]

    @rule(wish=st.sampled_from(["pause", "cancel"]), number=st.integers(0, 4))
    def wish_that_no_sender_saw(self, wish: str, number: int) -> None:
        if number == 0:
            self.house.note(wish=wish)

    @rule(verdict=st.sampled_from(["accepted", "planned"]), some=st.integers(0, READERS))
    def settle_doubt(self, verdict: str, some: int) -> None:
        doubtful = [key for key, state in self.states.items() if state == "doubtful"][:some]
        if not doubtful:
            return
        try:
            assert control.settle(self.house.engine, self.house.mailing, verdict, doubtful) == len(
                doubtful
            )
        except MailingRefused:
            assert verdict == "planned"
            assert self.house.mailing.state == "cancelled"
            return
        if verdict == "planned":
            self._again(doubtful)
        else:
            self.believed |= set(doubtful)

    @rule()
    def retry_failed(self) -> None:
        failed = [key for key, state in self.states.items() if state == "failed"]
        try:
            again = control.plan_failed_again(self.house.engine, self.house.mailing)
        except MailingRefused:
            assert self.house.mailing.state == "cancelled"
            return
        assert again == len(failed)
        self._again(failed)

    def _again(self, keys: list[str]) -> None:
        self.resent.update(keys)
        self.may |= set(keys)

    @rule(which=st.integers(0, READERS - 1))
    def leave(self, which: int) -> None:
        self.house.change(self.readers[which % len(self.readers)], status="unsubscribed")

    # What holds all along

    @invariant()
    def everybody_is_accounted_for(self) -> None:
        standing = self.house.standing()
        counts = standing.counts
        parts = (counts.accepted, counts.failed, counts.skipped, counts.doubtful, counts.remaining)
        assert sum(parts) == counts.total == self.total
        assert standing.state in ("planned", "paused", "cancelled", "finished")
        if standing.state == "finished":
            assert counts.remaining == 0
        assert not {"claimed", "attempting"} & set(self.states.values())

        for address, number in self.taken.items():
            assert number <= 1 + self.resent[address]
            if not self.resent[address]:
                assert self.states[address] in ("accepted", "doubtful")
        for address, state in self.states.items():
            assert state != "accepted" or self.taken[address] or address in self.believed
            assert state != "planned" or address in self.may

    @property
    def states(self) -> dict[str, str]:
        states: dict[str, str] = self.house.states()
        return states

    @property
    def suppressed(self) -> set[str]:
        with writing(self.house.engine) as connection:
            active = subscribers.c.status == "active"
            return set(connection.scalars(select(subscribers.c.key).where(~active)))


def in_doubt(states: dict[str, str]) -> int:
    return sum(state == "doubtful" for state in states.values())


def test_in_any_history_nobody_gets_it_twice_and_nobody_is_forgotten(
    house: Any, make_house: Callable[[Engine], Any]
) -> None:
    class Here(History):
        pass

    Here.house, Here.make_house = house, staticmethod(make_house)
    run_state_machine_as_test(
        Here, settings=settings(max_examples=HISTORIES, stateful_step_count=12, phases=PHASES)
    )
