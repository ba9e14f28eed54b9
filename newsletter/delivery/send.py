"""The one sending loop: claim, attempt, write down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic, sleep

from sqlalchemy import Connection, Engine

from newsletter.audience.keys import Keyring
from newsletter.config import Config
from newsletter.delivery.addressing import addressed
from newsletter.delivery.approved import refuse_withdrawn
from newsletter.delivery.claim import Claim, Provider
from newsletter.delivery.dispatch import Dispatch, Stop, Watch
from newsletter.delivery.ending import Ending, Why
from newsletter.delivery.entry import Recipient
from newsletter.delivery.ledger import Ledger
from newsletter.delivery.lock import busy, sender_lock, this_process
from newsletter.delivery.mailing import Mailing, as_it_is_now
from newsletter.delivery.pace import DELAYS
from newsletter.delivery.plan import load_letter
from newsletter.delivery.standing import standing_of
from newsletter.errors import MailingRefused, ProviderFailed, SenderBusy, StoreUnavailable
from newsletter.store import now_utc, today_in

LEDGER_PATIENCE = 10.0
"""Seconds for which it is tried to write the last outcomes where the database fails."""


@dataclass(frozen=True)
class Orders:
    """How a run is to go."""

    config: Config
    keyring: Keyring
    limit: int | None = None
    """Deliveries of this run at most."""
    stop: Stop = field(default_factory=Stop)
    """Once requested, what is in flight is finished, and the rest stays planned."""
    watch: Watch = lambda tally: None
    delays: Sequence[float] = DELAYS
    """Seconds before each further attempt of what was refused for now."""
    patience: float = LEDGER_PATIENCE
    """Seconds for which it is tried to write the last outcomes where the database fails."""


def run(engine: Engine, mailing: Mailing, provider: Provider, orders: Orders) -> Ending:
    """Send what remains of a mailing, to its end or until something stops it.

    Raises:
        SenderBusy: where another process sends this mailing.
        MailingRefused: where it is paused by a person or the brake, or cancelled, or its plan
            was taken back.
        ApprovalGone: where its approval was withdrawn.
        StoreUnavailable: where the ledger could not be written at all.
    """
    with sender_lock(engine, mailing.id) as connection:
        if connection is None:
            raise SenderBusy(busy(engine, mailing))
        ledger = _begin(connection, mailing, orders.config)
        dispatch = Dispatch(
            ledger=ledger,
            settings=orders.config.delivery,
            claim_for=_addressed(connection, ledger.mailing, orders),
            limit=orders.limit,
            stop=orders.stop,
            watch=orders.watch,
            delays=orders.delays,
        )
        try:
            for outcome in provider.deliver(dispatch):
                dispatch.settle(outcome)
        except ProviderFailed as error:
            dispatch.end(Why.PROVIDER, str(error))
        except BaseException:
            dispatch.end(Why.INTERRUPTED)
            _conclude(dispatch, orders.patience)
            raise
        return _conclude(dispatch, orders.patience)


def refuse_unready(engine: Engine, mailing: Mailing) -> None:
    """Say early what `run` would say late.

    Raises:
        SenderBusy: where another process sends this mailing.
        MailingRefused: where it is paused by a person or the brake, or cancelled.
    """
    standing = standing_of(engine, mailing)
    if standing.state == "sending":
        raise SenderBusy(busy(engine, mailing))
    _refuse(standing.mailing)


def _begin(connection: Connection, mailing: Mailing, config: Config) -> Ledger:
    """Under the lock: see where the mailing really stands, and what a dead sender left.

    The resting state is written at the start, so that a killed sender leaves the right one. In
    the same transaction the approval must still stand: whoever withdraws it either comes first,
    or sees that the mailing has begun.
    """
    with connection.begin():
        now = as_it_is_now(connection, mailing)
    ledger = Ledger(connection, now, today_in(config.zone))
    ledger.recover()
    _refuse(now)
    ledger.note(
        lambda connection: refuse_withdrawn(connection, now),
        state="paused",
        hold="interruption",
        provider=config.delivery.provider,
        sender=this_process(),
        sender_since=now_utc(),
        started_at=now.started_at or now_utc(),
    )
    return ledger


def _refuse(mailing: Mailing) -> None:
    if mailing.needs_resume:
        by = "the brake" if mailing.hold == "brake" else "an operator"
        raise MailingRefused(
            f"{mailing.name} is paused by {by}; 'newsletter resume {mailing.issue}' lifts that"
        )
    if mailing.state == "cancelled":
        raise MailingRefused(f"{mailing.name} was cancelled, and stays so")


def _addressed(
    connection: Connection, mailing: Mailing, orders: Orders
) -> Callable[[Recipient], Claim]:
    with connection.begin():
        letter = load_letter(connection, mailing)
    return addressed(letter, mailing.id, orders.keyring)


def _conclude(dispatch: Dispatch, patience: float) -> Ending:
    """Write the last outcomes, give back what was not attempted, and say where it stands."""
    ledger = dispatch.ledger
    _flush(dispatch, patience)
    ledger.recover()
    if dispatch.why is Why.CANCELLED:
        ledger.cancel()
    counts = ledger.counts()
    why = dispatch.why or (Why.INTERRUPTED if dispatch.stop.requested else Why.LEFT)
    if why is Why.PAUSED and ledger.wish() != "pause":  # somebody resumed it in the meantime
        why = Why.INTERRUPTED
    if not counts.remaining and why is not Why.CANCELLED:
        why = Why.DONE
    end = why.value
    over = end.state in ("finished", "cancelled")
    finished = (ledger.mailing.finished_at or now_utc()) if over else None
    ledger.note(state=end.state, hold=end.hold, wish="", finished_at=finished)
    return Ending(why, ledger.mailing, counts, dispatch.error)


def _flush(dispatch: Dispatch, patience: float) -> None:
    """What the provider has answered must not be lost for a moment's trouble with the disk."""
    until = monotonic() + patience
    while True:
        try:
            dispatch.flush()
        except StoreUnavailable as error:
            if monotonic() > until:
                raise StoreUnavailable(
                    f"{error}; the last outcomes could not be written and will show as doubtful"
                ) from error
            sleep(0.5)
        else:
            return
