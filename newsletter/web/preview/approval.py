"""Where issues' approvals stand, as the pages say it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from newsletter.approval.standing import standing_now
from newsletter.delivery.lookup import Records
from newsletter.issue import planned_at
from newsletter.web.preview.proof import Proof, Sheet

if TYPE_CHECKING:
    from newsletter.approval.record import Approval
    from newsletter.delivery.mailing import Mailing

_TOLD = 3
"""Changes that are named at once."""


@dataclass(frozen=True)
class Stamp:
    """What a page says of an issue's approval, or of its mailing once there is one."""

    state: Literal["approved", "changed", "unapproved", "sent", "rehearsed"]
    approver: str = ""
    at: datetime | None = None
    """When it was approved or sent, in the publication's time zone."""
    changes: tuple[str, ...] = ()
    """What has changed since it was approved, in words."""

    @property
    def told(self) -> tuple[str, ...]:
        """The first of the changes."""
        return self.changes[:_TOLD]

    @property
    def untold(self) -> tuple[str, ...]:
        """The others."""
        return self.changes[_TOLD:]


def stamps_of(proofs: Iterable[Proof], records: Records | None) -> Mapping[str, Stamp]:
    """The stamps of a list, by month; that nobody approved what is history goes without saying."""
    stamps = {proof.month: (proof, stamp_of(proof, records)) for proof in proofs}
    return {
        month: stamp
        for month, (proof, stamp) in stamps.items()
        if stamp and not (stamp.state == "unapproved" and _is_history(proof, records))
    }


def stamp_of(proof: Proof, records: Records | None) -> Stamp | None:
    """What is said of an issue; None of one that cannot be shown, or where nobody knows."""
    if proof.sheet is None or records is None:
        return None
    if proof.month in records.begun:
        return _of_mailing(proof.sheet, records.begun[proof.month])
    return _of_approval(proof.sheet, proof.path, records.approvals.get(proof.month))


def _of_mailing(sheet: Sheet, mailing: Mailing) -> Stamp | None:
    """Nothing before it is finished: how far it is, `newsletter status` says."""
    if mailing.state != "finished" or mailing.finished_at is None:
        return None
    at = datetime.fromisoformat(mailing.finished_at).astimezone(sheet.config.zone)
    return Stamp("sent" if mailing.kind == "real" else "rehearsed", at=at)


def _of_approval(sheet: Sheet, path: str, approval: Approval | None) -> Stamp | None:
    if approval is None:
        return Stamp("unapproved") if sheet.config.approval == "required" else None
    found = standing_now(approval, sheet.evidence)
    at = approval.at.astimezone(sheet.config.zone)
    # What is in the issue's own file needs no file's name on its own page.
    changes = tuple(change.removeprefix(f"{path}: ") for change in found.changes)
    return Stamp(found.state, approval.approver, at, changes)


def _is_history(proof: Proof, records: Records | None) -> bool:
    """Whether it went out, if it did, before there was a database to know of it."""
    if proof.sheet is None:
        return False
    since = (records and records.made_at) or datetime.now(UTC)
    return planned_at(proof.sheet.file.issue, proof.sheet.config) < since
