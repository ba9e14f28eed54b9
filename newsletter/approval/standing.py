"""Whether an approval still holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from newsletter.approval.evidence import Evidence, changes

if TYPE_CHECKING:
    from newsletter.approval.record import Approval

State = Literal["approved", "unapproved", "changed"]


@dataclass(frozen=True)
class Standing:
    """What an issue's approval comes to, for its content as it is now."""

    state: State
    approval: Approval | None = None
    """The one that counts, or counted before something changed."""
    changes: tuple[str, ...] = ()
    """What has changed since, in words."""

    @property
    def holds(self) -> bool:
        """Whether exactly this content was approved."""
        return self.state == "approved"


def standing(approval: Approval | None, evidence: Evidence | None, why: str = "") -> Standing:
    """Where an issue stands.

    Args:
        approval: the newest one that nobody withdrew.
        evidence: of the files as they are now; None where they cannot be laid out.
        why: what is wrong with them then.
    """
    if approval is None:
        return Standing("unapproved")
    if evidence is None:
        return Standing("changed", approval, (why,))
    if approval.hash == evidence.hash:
        return Standing("approved", approval)
    return Standing("changed", approval, changes(approval.evidence, evidence))
