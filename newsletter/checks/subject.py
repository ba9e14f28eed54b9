"""What a check is given."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from newsletter.checks.passages import Passage, passages_of
from newsletter.config import Config
from newsletter.edition import Edition
from newsletter.issue import Archive, IssueFile

if TYPE_CHECKING:
    from newsletter.approval.record import Approval


@dataclass(frozen=True)
class Subject:
    """An issue with all that a check may look at."""

    file: IssueFile
    rendered: Edition | None
    """None where a template is broken; then only the texts are looked at."""
    config: Config
    archive: Archive
    """All months of the publication, this one among them."""
    approval: Approval | None = None
    """The one that counts, where somebody has given one and it is asked for."""

    @property
    def edition(self) -> Edition:
        """What readers get, for the checks that are told to be of it."""
        if self.rendered is None:
            raise ValueError("this check looks at the edition; say so in the registry")
        return self.rendered

    @property
    def is_english(self) -> bool:
        """Whether the issue's language, else the publication's, is English."""
        tag = self.file.issue.language or self.config.language
        return tag.lower().partition("-")[0] == "en"

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """The issue's texts, without markup."""
        return tuple(passages_of(self.file))
