"""What a check is given, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from newsletter.config import Config
from newsletter.edition import Edition
from newsletter.issue import IssueFile
from newsletter.yaml_source import Place, Severity


@dataclass(frozen=True)
class Subject:
    """An issue with all that a check may look at."""

    file: IssueFile
    edition: Edition
    config: Config


class Remark(NamedTuple):
    """A check's answer: how bad, where, and what to do."""

    severity: Severity
    place: Place
    message: str
