"""From an issue's files to the letter that is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.cli import terminal

if TYPE_CHECKING:
    from newsletter.config import Config
    from newsletter.edition import Letter
    from newsletter.yaml_source import Finding


def checked(issue: str, config: Config) -> Letter:
    """The letter of an issue's files, if nothing in it would reach readers broken.

    Raises:
        MailingRefused: where a check finds an error; each is told.
    """
    from newsletter.errors import MailingRefused

    letter, errors = _told(issue, config)
    if errors:
        counted = terminal.count(len(errors), "error")
        raise MailingRefused(f"{letter.month} is not sent, because of {counted}")
    return letter


def trial(issue: str, config: Config) -> Letter:
    """The letter of an issue's files, to be looked at; errors are told, and stop nothing."""
    return _told(issue, config)[0]


def have_changed(issue: str, config: Config, frozen: Letter) -> bool:
    """Whether readers would get something else by the files as they are now."""
    from newsletter.errors import NewsletterError

    try:
        return _sealed(issue, config)[0].content != frozen.content
    except (NewsletterError, OSError):
        return True


def _told(issue: str, config: Config) -> tuple[Letter, list[Finding]]:
    """As `_sealed`; each error is told."""
    letter, errors = _sealed(issue, config)
    for error in errors:
        terminal.say(f"{error} [{error.code}]")
    return letter, errors


def _sealed(issue: str, config: Config) -> tuple[Letter, list[Finding]]:
    """The letter, dated now, and the errors that forbid to send it."""
    from datetime import datetime

    from newsletter.checks import check
    from newsletter.edition import render, seal
    from newsletter.issue import find_issue, load_issue

    file = load_issue(find_issue(issue, config), config)
    edition = render(file.issue, config)
    errors = check(file, edition, config, errors_only=True)
    return seal(edition, file.issue.month, config, datetime.now(config.zone)), errors
