"""One run of requests: which go out when, and what becomes of the claims they carry."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from queue import Empty, SimpleQueue
from time import monotonic

from newsletter.delivery.claim import Claim, Claims, Outcome, Verdict
from newsletter.delivery.providers.sendgrid.draft import Draft, Unfit
from newsletter.delivery.providers.sendgrid.lane import Copy, Done, Lane, Parcel, parcels
from newsletter.delivery.providers.sendgrid.meaning import (
    Complaint,
    Meaning,
    complaint_of,
    detail_of,
    meaning_of,
    wait_of,
)
from newsletter.delivery.providers.sendgrid.post import Answer, shown
from newsletter.delivery.providers.sendgrid.settings import Settings
from newsletter.edition import Letter
from newsletter.errors import ProviderFailed

_LOOK = 0.1
"""Seconds between looks at whether the run is to end, or there are new claims."""
_SILENCES = 3
"""Requests in a row without a clear answer that end the run."""
_LETTER_REFUSALS = 3
"""Refusals in a row that end it where they name the letter: a batch and both its halves."""
_REFUSALS = 50
"""The same where they do not: a dozen readers in a row may be wrong, not many dozens."""
_LONGEST_BACKOFF = 60.0


class Run:
    """One call of `deliver`. All is decided in the caller's thread; the others only post."""

    def __init__(self, settings: Settings, claims: Claims) -> None:
        self._settings, self._claims = settings, claims
        self._drafts: dict[int, Draft] = {}
        """By the letters' identities, which the drafts keep alive."""
        self._failure: ProviderFailed | None = None
        self._rest_until = 0.0
        """When requests may go out again, by the monotonic clock."""
        self._accepted = False
        self._refused = self._silent = self._postponed = 0
        """Answers of a kind since the last acceptance."""
        self._follow: Mapping[Meaning, Callable[[Lane, Parcel, Answer], Iterable[Outcome]]] = {
            "accepted": self._accept,
            "refused": self._refuse,
            "forbidden": self._forbid,
            "later": self._postpone,
            "misplaced": self._misplace,
            "open": self._doubt,
            "unsent": self._miss,
        }

    def outcomes(self) -> Iterator[Outcome]:
        """Deliver; see `Provider.deliver`."""
        done: Done = SimpleQueue()
        lanes = [Lane(self._settings.mailer(), done) for _ in range(self._settings.connections)]
        try:
            while True:
                dry = yield from self._feed(lanes)
                if not any(lane.sent for lane in lanes) and (dry or self._ending):
                    break
                yield from self._answered(done)
            if self._claims.stopping:
                self._claims.take(0)  # writes the last outcomes, and sees why it was to end
        finally:
            for lane in lanes:
                lane.close()
        if self._failure:
            raise self._failure

    @property
    def _ending(self) -> bool:
        return self._failure is not None or self._claims.stopping

    @property
    def _resting(self) -> bool:
        return monotonic() < self._rest_until

    def _feed(self, lanes: Iterable[Lane]) -> Generator[Outcome, None, bool]:
        """Put a request in flight in each idle lane; whether there was nothing to take."""
        dry = False
        for lane in lanes:
            while not lane.sent:
                if self._ending or self._resting:
                    yield from self._give_back(lane)
                    break
                if lane.waiting:
                    lane.send()
                elif taken := self._claims.take(self._settings.batch_size):
                    yield from self._prepare(lane, taken)
                else:
                    dry = True
                    break
        return dry

    def _prepare(self, lane: Lane, claims: Sequence[Claim]) -> Iterator[Outcome]:
        """Make a lane's next parcels; a reader for whom none can be made fails alone."""
        copies: list[Copy] = []
        for claim in claims:
            draft = self._draft(claim.letter)
            try:
                copies.append(Copy(claim, draft, draft.personalization(claim)))
            except Unfit as reason:
                yield Outcome(claim.delivery, "failed", str(reason))
        lane.waiting.extend(parcels(copies))

    def _draft(self, letter: Letter) -> Draft:
        if id(letter) not in self._drafts:
            self._drafts[id(letter)] = Draft(letter, self._settings.sandbox)
        return self._drafts[id(letter)]

    def _give_back(self, lane: Lane) -> Iterator[Outcome]:
        """What a lane still holds has not left."""
        while lane.waiting:
            yield from _all(lane.waiting.popleft(), "planned", "not sent before the run paused")

    def _answered(self, done: Done) -> Iterable[Outcome]:
        """What the next answer brings, if one comes soon."""
        rest = self._rest_until - monotonic()
        try:
            lane, answer = done.get(timeout=rest if 0 < rest < _LOOK else _LOOK)
        except Empty:
            # Writes what is settled, and sees what is wished for, or that nothing is to come.
            self._claims.take(0)
            return ()
        return self._follow[meaning_of(answer, self._settings.sandbox)](lane, lane.settle(), answer)

    def _accept(self, _: Lane, parcel: Parcel, answer: Answer) -> Iterable[Outcome]:
        self._accepted = True
        self._refused = self._silent = self._postponed = 0
        name = shown(answer.headers.get("x-message-id", ""))
        return _all(parcel, "accepted", detail=detail_of(answer), provider_id=name)

    def _refuse(self, lane: Lane, parcel: Parcel, answer: Answer) -> Iterable[Outcome]:
        """Find the recipients that a refusal is about, unless it is about the letter."""
        self._refused += 1
        complaint = complaint_of(answer)
        if self._is_hopeless(complaint, parcel):
            self._fail(
                f"SendGrid refuses this mail whoever it is for ({complaint.words}); put right "
                "what it names, and send again"
            )
            return _all(parcel, "planned", complaint.words, detail_of(answer))
        wrong = complaint.by_recipient(len(parcel))
        if len(parcel) == 1:
            wrong = {0: complaint.message}
        if not wrong:
            _halve(lane, parcel, first=not complaint.of_the_letter)
            return ()
        rest = [copy for place, copy in enumerate(parcel) if place not in wrong]
        lane.waiting.extendleft([rest] if rest else [])
        detail = detail_of(answer)
        return [
            Outcome(parcel[place].claim.delivery, "failed", f"SendGrid refuses: {why}", detail)
            for place, why in wrong.items()
        ]

    def _is_hopeless(self, complaint: Complaint, parcel: Parcel) -> bool:
        """Whether further requests of this mailing would be refused as well."""
        if not complaint.of_the_letter:
            return self._refused >= _REFUSALS
        if len(parcel) == 1:
            return not self._accepted
        return self._refused >= _LETTER_REFUSALS

    def _forbid(self, _: Lane, parcel: Parcel, answer: Answer) -> Iterable[Outcome]:
        complaint = complaint_of(answer)
        look = (
            "'sender' in newsletter.yaml, which must be one that the account has verified"
            if complaint.of_the_sender
            else "SENDGRID_API_KEY, its permissions and the account"
        )
        self._fail(f"SendGrid refuses to send ({complaint.words}); check {look}")
        return _all(parcel, "planned", complaint.words, detail_of(answer))

    def _postpone(self, _: Lane, parcel: Parcel, answer: Answer) -> Iterable[Outcome]:
        """All is quiet until SendGrid's reset, or where it names none, for longer and longer."""
        self._postponed += 1
        backoff = min(self._settings.respite * 2 ** (self._postponed - 1), _LONGEST_BACKOFF)
        wait = wait_of(answer)
        self._rest(backoff if wait is None else max(wait, self._settings.respite))
        return _all(parcel, "planned", "SendGrid asks to wait (HTTP 429)", detail_of(answer))

    def _misplace(self, _: Lane, parcel: Parcel, answer: Answer) -> Iterable[Outcome]:
        complaint = complaint_of(answer)
        self._fail(
            f"{self._settings.base_url} does not take mail as SendGrid does ({complaint.words}); "
            "check delivery.sendgrid.base_url"
        )
        return _all(parcel, "planned", complaint.words, detail_of(answer))

    def _doubt(self, _: Lane, parcel: Parcel, answer: Answer) -> Iterable[Outcome]:
        """It may have the mail. Another request soon would likely be as much in doubt."""
        why = f"HTTP {answer.status}" if answer.status else answer.text
        self._count_silence(
            f"SendGrid left {_SILENCES} requests in a row open ({why}), whose recipients are "
            "doubtful; wait until it works again, or check delivery.sendgrid.base_url"
        )
        self._rest(self._settings.respite * self._silent)
        reason = f"SendGrid may have it or not: {why}"
        return _all(parcel, "doubtful", reason, detail_of(answer))

    def _miss(self, _: Lane, parcel: Parcel, answer: Answer) -> Iterable[Outcome]:
        self._count_silence(
            f"{self._settings.base_url} could not be reached {_SILENCES} times in a row "
            f"({answer.text}); check delivery.sendgrid.base_url and the network"
        )
        return _all(parcel, "planned", f"not sent: {answer.text}")

    def _count_silence(self, failure: str) -> None:
        self._silent += 1
        if self._silent >= _SILENCES:
            self._fail(failure)

    def _rest(self, seconds: float) -> None:
        self._rest_until = max(self._rest_until, monotonic() + seconds)

    def _fail(self, sentence: str) -> None:
        """End the run; of several reasons the first is told."""
        self._failure = self._failure or ProviderFailed(sentence)


def _halve(lane: Lane, parcel: Parcel, *, first: bool) -> None:
    """Send both halves: at once, which finds a wrong reader soonest, or after all others."""
    middle = len(parcel) // 2
    halves = parcel[:middle], parcel[middle:]
    if first:
        lane.waiting.extendleft(reversed(halves))
    else:
        lane.waiting.extend(halves)


def _all(
    parcel: Parcel, verdict: Verdict, reason: str = "", detail: str = "", provider_id: str = ""
) -> Iterator[Outcome]:
    return (Outcome(copy.claim.delivery, verdict, reason, detail, provider_id) for copy in parcel)
