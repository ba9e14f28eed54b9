"""Sending one issue that is due, or going on with one that was interrupted."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime

from newsletter.approval.evidence import summed_up
from newsletter.approval.record import Approval
from newsletter.checks import Cleared, clear
from newsletter.delivery.approved import approval_for, needs_approval
from newsletter.delivery.dispatch import Stop, Tally
from newsletter.delivery.ending import Ending
from newsletter.delivery.mailing import Mailing, find_mailing, kind_of
from newsletter.delivery.plan import Terms, discard, plan
from newsletter.delivery.send import Orders, run
from newsletter.errors import ApprovalGone, MailingRefused, NewsletterError, SenderBusy
from newsletter.issue import planned_at
from newsletter.log import note
from newsletter.schedule import words
from newsletter.schedule.facts import Known
from newsletter.schedule.office import Office
from newsletter.schedule.telling import LOG, Teller, trouble_of
from newsletter.store import reading

FAILING = 0.05
"""Share of failures that operators hear of at once."""
_ENOUGH = 100
"""Attempts of a run from which a share says something."""


@dataclass(frozen=True)
class Refusal:
    """Why an issue that is due did not go out."""

    code: str
    """What is the matter, as `words` knows it."""
    why: str
    """More about it."""

    @property
    def told(self) -> str:
        """All in one line."""
        return ": ".join(filter(None, (words.WHY[self.code], self.why)))


@dataclass
class Alarm:
    """Watches a run, and has operators told at once of what cannot wait for its end."""

    office: Office
    teller: Teller
    mailing: Mailing
    doubtful_before: int = 0
    """In earlier runs."""
    _told: int = 0

    def __call__(self, tally: Tally) -> None:
        """Look at how a run goes; trouble with telling is none with sending."""
        try:
            self._look(tally)
        except (NewsletterError, OSError) as error:
            note(LOG, logging.ERROR, "operators-not-told", error=trouble_of(error))

    def _look(self, tally: Tally) -> None:
        before = len(self.teller.fresh)
        settled = tally.accepted + tally.failed + tally.doubtful
        doubtful = self.doubtful_before + tally.doubtful
        if tally.doubtful and not self._told and doubtful > self.teller.doubts_told(self.mailing):
            self._told = doubtful  # of further ones the end of the run tells
            self.teller.tell(words.doubtful(self.office, self.mailing, doubtful))
        if is_failing(tally.failed, settled, _ENOUGH):
            self.teller.tell(words.failures(self.office, self.mailing, tally.failed, settled))
        if len(self.teller.fresh) > before:
            self.teller.deliver()


def is_failing(failed: int, settled: int, enough: int = 1) -> bool:
    """Whether more of the attempts failed than operators take for granted."""
    return settled >= enough and failed > FAILING * settled


def send(office: Office, known: Known, teller: Teller, stop: Stop) -> Ending | Refusal | None:
    """Send a month's issue, each recipient once; None where somebody else is at it.

    Raises:
        StoreUnavailable: where the ledger cannot be written.
    """
    found = known.mailing or _begun(office, known)
    if isinstance(found, Refusal | None):
        return found
    mailing = found
    note(LOG, logging.INFO, "sending", issue=mailing.issue, recipients=mailing.recipients)
    doubtful = known.month.sending.doubtful if known.month.sending else 0
    alarm = Alarm(office, teller, mailing, doubtful)
    orders = Orders(office.config, office.keyring, stop=stop, watch=alarm)
    try:
        ending = run(office.engine, mailing, office.open_provider(), orders)
    except (SenderBusy, MailingRefused) as error:  # somebody sends it, or has just paused it
        note(LOG, logging.INFO, "left-alone", issue=mailing.issue, why=str(error))
        return None
    note(
        LOG,
        logging.INFO if not ending.exit_code else logging.WARNING,
        "run-ended",
        issue=mailing.issue,
        why=ending.why.name.lower(),
        accepted=ending.counts.accepted,
        failed=ending.counts.failed,
        doubtful=ending.counts.doubtful,
        remaining=ending.counts.remaining,
    )
    return ending


def _begun(office: Office, known: Known) -> Mailing | Refusal | None:
    """A new mailing of an issue as its files are at this moment."""
    now = office.clock()
    cleared = _cleared(office, known, now)
    if isinstance(cleared, Refusal):
        return cleared
    approval = _approved(office, cleared)
    if isinstance(approval, Refusal):
        return approval
    if not _is_time(office, known, cleared):
        return None  # the file was changed, or the clock, since it was looked at
    kind = kind_of(office.config)
    with reading(office.engine) as connection:
        left = find_mailing(connection, known.month.issue, kind)
    if left and not left.is_begun:
        discard(office.engine, left)
    terms = Terms(
        kind,
        office.config.delivery.provider,
        office.local(now).date().isoformat(),
        approval=approval.id if approval else None,
        unattended=True,
    )
    try:
        mailing, is_new = plan(office.engine, cleared.letter, terms)
    except ApprovalGone:
        return None  # the next look says what that comes to
    except MailingRefused as error:
        return Refusal("nobody", str(error))
    return mailing if is_new else None


def _is_time(office: Office, known: Known, cleared: Cleared) -> bool:
    at = planned_at(cleared.file.issue, office.config).astimezone(UTC)
    return at == known.month.at and at <= office.clock() <= at + office.config.schedule.grace


def _cleared(office: Office, known: Known, now: datetime) -> Cleared | Refusal:
    if known.path is None:
        return Refusal("missing", "")
    try:
        cleared = clear(known.path, office.config, office.local(now))
    except (NewsletterError, OSError) as error:
        return Refusal("broken", trouble_of(error))
    if cleared.errors:
        first = cleared.errors[0]
        return Refusal("errors", f"{first} [{first.code}]")
    return cleared


def _approved(office: Office, cleared: Cleared) -> Approval | Refusal | None:
    """The approval of just this content; None where none is needed."""
    if not needs_approval(office.config):
        return None
    with reading(office.engine) as connection:
        found = approval_for(connection, cleared.letter.month, cleared.evidence)
    if found.holds:
        return found.approval
    return Refusal(found.state, summed_up(found.changes))
