"""Everything that can go wrong, as one tree.

    NewsletterError                 the work failed: exit code 1
    ├── RefusedSource               an issue file with problems, all of them, each with its place
    ├── TemplateError               a template is broken: file, line, what was expected
    ├── UnreadablePage              a saved page of the old blog that is none
    ├── NoAnswer                    a server did not tell what it was asked
    ├── AlreadyThere                a file stands where a new one would go
    ├── StoreUnavailable            the database does not answer, or cannot be used
    ├── UnreadableList              a file of subscribers that cannot be read whole
    ├── NotASubscriber              an address that the audience does not hold
    ├── ProviderFailed              nothing can be sent now: the run stops, nothing is lost
    ├── SenderBusy                  somebody else is sending this mailing
    ├── MailingRefused              a mailing's state does not allow what was asked
    │   └── ApprovalGone            its approval was withdrawn, or replaced, just now
    └── UsageError                  wrong usage or configuration: exit code 2
        ├── ConfigurationError      no newsletter.yaml, or one that cannot be used
        ├── SecretMissing           an environment variable that the command needs
        ├── IssueNotFound           no such month in the publication
        └── AddressTaken            the preview's port is in use

Each message is a sentence for the person at the keyboard: what, where, and what to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from newsletter.yaml_source import Finding


class NewsletterError(Exception):
    """Base of all errors that a user is meant to see without a traceback."""

    exit_code = 1


class RefusedSource(NewsletterError):
    """A file was read to its end and refused; `findings` holds every reason."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


class TemplateError(NewsletterError):
    """A template cannot be rendered; `line` is the template's own, counted from 1."""

    def __init__(self, path: str, line: int, message: str, *, column: int | None = None) -> None:
        self.path, self.line, self.column, self.message = path, line, column or 1, message
        place = f"{path}:{line}" if column is None else f"{path}:{line}:{column}"
        super().__init__(f"{place}: error: {message}")


class UnreadablePage(NewsletterError):
    """A file is no saved page of the blog; one line for each."""


class NoAnswer(NewsletterError):
    """A server did not tell what it was asked; `reason` goes on after its `host`."""

    def __init__(self, host: str, reason: str) -> None:
        self.host, self.reason = host, reason
        super().__init__(f"{host} {reason}")


class AlreadyThere(NewsletterError):
    """A file stands where a new one would go; nothing has been written."""


class StoreUnavailable(NewsletterError):
    """The database does not answer, is full, or comes from a newer version."""


class UnreadableList(NewsletterError):
    """A file of subscribers cannot be read whole, so nothing was changed."""


class NotASubscriber(NewsletterError):
    """The audience holds nobody with this address."""


class ProviderFailed(NewsletterError):
    """The provider takes nothing now; what was not sent is still planned."""


class SenderBusy(NewsletterError):
    """Another process is sending this mailing; the message says who, and since when."""


class MailingRefused(NewsletterError):
    """What was asked does not fit where the mailing stands; nothing was changed."""


class ApprovalGone(MailingRefused):
    """The approval that a mailing was to go out by does not count any more."""


class UsageError(NewsletterError):
    """The command was called wrongly, or in a place that does not fit it."""

    exit_code = 2


class ConfigurationError(UsageError):
    """The publication's configuration is missing or cannot be used."""


class SecretMissing(UsageError):
    """A secret that the command needs is not in the environment."""


class IssueNotFound(UsageError):
    """The issue that was asked for is not in the publication."""


class AddressTaken(UsageError):
    """Another program listens on the host and port that were asked for."""
