"""What a person does to a mailing: pause, resume, cancel, plan again, settle doubt.

Whoever holds the sender's lock does the work; a living sender is asked to, and does it
between two claims.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import monotonic, sleep

from sqlalchemy import Connection, Engine, Update, true, update

from newsletter.delivery.ledger import Ledger
from newsletter.delivery.lock import busy, sender_lock
from newsletter.delivery.mailing import Mailing, as_it_is_now
from newsletter.delivery.states import State, move
from newsletter.errors import MailingRefused, SenderBusy
from newsletter.store import deliveries, mailings, now_utc, writing

PATIENCE = 5.0
"""Seconds to wait for a sender to do as it is asked."""
_STEP = 0.1
_ANEW: Mapping[str, str | None] = {"settled_at": None, "arrival": ""}
"""What is forgotten of an attempt before the next one."""


def pause(engine: Engine, mailing: Mailing, patience: float = PATIENCE) -> bool:
    """Stop a mailing until somebody resumes it; whether that is done already.

    False where a sender still waits for answers after `patience` seconds; it sends nothing
    new, and stops after them.

    Raises:
        MailingRefused: where it is over.
    """

    def hold(ledger: Ledger) -> None:
        _refuse_ended(ledger.mailing, "paused")
        ledger.note(state="paused", hold="operator", wish="")

    return _brought_about(engine, mailing, "pause", hold, patience)


def cancel(engine: Engine, mailing: Mailing, patience: float = PATIENCE) -> bool:
    """Skip all that is not sent yet, for good; whether that is done already, as for `pause`.

    Raises:
        MailingRefused: where it is over.
    """

    def end(ledger: Ledger) -> None:
        if ledger.mailing.state == "cancelled":
            return
        _refuse_ended(ledger.mailing, "cancelled")
        ledger.cancel()

    return _brought_about(engine, mailing, "cancel", end, patience)


def resume(engine: Engine, mailing: Mailing) -> None:
    """Lift a pause; sending is `send`'s. A sender that is about to pause stops all the same.

    Raises:
        MailingRefused: where it is over.
    """
    with sender_lock(engine, mailing.id, patience=0.2) as connection:
        if connection is not None:
            ledger = _recovered(connection, mailing)
            _refuse_ended(ledger.mailing, "resumed")
            if ledger.mailing.state == "paused":
                ledger.note(state="planned", hold="", wish="", resumed_at=now_utc())
            return
    with writing(engine) as connection:
        wished = mailings.c.id == mailing.id, mailings.c.wish == "pause"
        connection.execute(update(mailings).where(*wished).values(wish=""))


def plan_failed_again(engine: Engine, mailing: Mailing) -> int:
    """Let what failed be sent by the next `send`; how many there are.

    Raises:
        MailingRefused: where the mailing was cancelled.
        SenderBusy: where it is being sent.
    """
    with alone(engine, mailing) as ledger:
        return _planned_again(ledger, move("failed", "planned", reason="", **_ANEW))


def settle(engine: Engine, mailing: Mailing, target: State, keys: Sequence[str] = ()) -> int:
    """Make doubtful deliveries `accepted`, or `planned` to be sent again; how many there are.

    Only those of the normalised addresses in `keys`, or all where none is named.

    Raises:
        MailingRefused: where an address has no doubtful delivery, or the mailing was cancelled.
        SenderBusy: where it is being sent.
    """
    with alone(engine, mailing) as ledger:
        _refuse_strangers(ledger, keys)
        chosen = deliveries.c.key.in_(keys) if keys else true()
        if target == "planned":
            step = move("doubtful", "planned", reason="to be sent again", **_ANEW)
            return _planned_again(ledger, step.where(chosen))
        step = move("doubtful", target, reason="settled by hand", settled_at=now_utc())
        return ledger.apply(step.where(chosen))


def _refuse_strangers(ledger: Ledger, keys: Sequence[str]) -> None:
    doubtful = ledger.keys_in("doubtful") if keys else set()
    strangers = [key for key in keys if key not in doubtful]
    if strangers:
        raise MailingRefused(
            f"no doubtful delivery of {ledger.mailing.name} to {', '.join(strangers)}; "
            f"'newsletter doubtful {ledger.mailing.issue}' lists them"
        )


def _planned_again(ledger: Ledger, step: Update) -> int:
    if ledger.mailing.state == "cancelled":
        raise MailingRefused(f"{ledger.mailing.name} was cancelled, and stays so")
    reopening = {"state": "planned", "finished_at": None, "wish": ""}
    return ledger.apply(step, **(reopening if ledger.mailing.state == "finished" else {}))


@contextmanager
def alone(engine: Engine, mailing: Mailing) -> Iterator[Ledger]:
    """The ledger of a mailing that nobody sends, and nobody can while this lasts.

    Raises:
        SenderBusy: where somebody does.
    """
    with sender_lock(engine, mailing.id) as connection:
        if connection is None:
            raise SenderBusy(busy(engine, mailing))
        yield _recovered(connection, mailing)


def _recovered(connection: Connection, mailing: Mailing) -> Ledger:
    with connection.begin():
        now = as_it_is_now(connection, mailing)
    ledger = Ledger(connection, now, "")
    ledger.recover()
    return ledger


def _brought_about(
    engine: Engine, mailing: Mailing, wish: str, act: Callable[[Ledger], None], patience: float
) -> bool:
    """Do something under the lock, or have its holder do it."""
    until = monotonic() + patience
    asked = False
    while True:
        with sender_lock(engine, mailing.id, patience=0.2) as connection:
            if connection is not None:
                act(_recovered(connection, mailing))
                return True
        if not asked:
            with writing(engine) as connection:
                over = mailings.c.state.in_(("finished", "cancelled"))
                row = update(mailings).where(mailings.c.id == mailing.id, ~over)
                connection.execute(row.values(wish=wish))
            asked = True
        if monotonic() > until:
            return False
        sleep(_STEP)


def _refuse_ended(mailing: Mailing, wanted: str) -> None:
    if mailing.is_over:
        raise MailingRefused(f"{mailing.name} is {mailing.state} already, and cannot be {wanted}")
