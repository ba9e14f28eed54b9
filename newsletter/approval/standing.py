"""Whether an approval still holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from newsletter.approval.evidence import Evidence, changes
from newsletter.errors import NewsletterError

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


def standing_now(approval: Approval | None, look: Callable[[], Evidence]) -> Standing:
    """Where an issue stands by its files, which are looked at only where there is an approval.

    Files that cannot be read, or laid out, are no longer what was approved.
    """
    if approval is None:
        return standing(None, None)
    try:
        return standing(approval, look())
    except (NewsletterError, OSError) as error:
        return standing(approval, None, str(error).partition("\n")[0])
