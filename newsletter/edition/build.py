"""An issue as the files that `newsletter build` writes."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.config import Config
from newsletter.edition.message import build_message
from newsletter.edition.render import SPECIMEN_EMAIL, Edition, render, specimen
from newsletter.issue import Issue


@dataclass(frozen=True)
class Built:
    """An edition as one reader gets it, in three files."""

    edition: Edition
    html: bytes
    text: bytes
    message: bytes


def build_edition(issue: Issue, config: Config, email: str = SPECIMEN_EMAIL) -> Built:
    """Render an issue for one reader; the same files give the same bytes.

    Raises:
        TemplateError: where a template is broken.
    """
    edition = render(issue, config)
    reader = specimen(config, email)
    return Built(
        edition,
        html=edition.html.fill(reader).encode(),
        text=edition.text.fill(reader).encode(),
        message=build_message(edition, issue, config, reader),
    )
