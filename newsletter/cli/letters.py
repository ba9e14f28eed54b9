"""From an issue's files to the letter that is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.cli import terminal

if TYPE_CHECKING:
    from newsletter.checks import Cleared
    from newsletter.config import Config
    from newsletter.edition import Letter


def checked(issue: str, config: Config) -> Cleared:
    """An issue ready for mailing, if nothing in it would reach readers broken.

    Raises:
        MailingRefused: where a check finds an error; each is told.
    """
    from newsletter.errors import MailingRefused

    cleared = _told(issue, config)
    if cleared.errors:
        counted = terminal.count(len(cleared.errors), "error")
        raise MailingRefused(f"{cleared.letter.month} is not sent, because of {counted}")
    return cleared


def trial(issue: str, config: Config) -> Letter:
    """The letter of an issue's files, to be looked at; errors are told, and stop nothing."""
    return _told(issue, config).letter


def have_changed(issue: str, config: Config, frozen: Letter) -> bool:
    """Whether readers would get something else by the files as they are now."""
    from newsletter.errors import NewsletterError

    try:
        return _cleared(issue, config).letter.content != frozen.content
    except (NewsletterError, OSError):
        return True


def _told(issue: str, config: Config) -> Cleared:
    """As `_cleared`; each error is told."""
    cleared = _cleared(issue, config)
    for error in cleared.errors:
        terminal.say(f"{error} [{error.code}]")
    return cleared


def _cleared(issue: str, config: Config) -> Cleared:
    """The issue, its letter dated now."""
    from datetime import datetime

    from newsletter.checks import clear
    from newsletter.issue import find_issue

    return clear(find_issue(issue, config), config, datetime.now(config.zone))
