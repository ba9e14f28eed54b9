"""What the commands about a mailing share: finding it, and telling where it stands."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from newsletter.cli import publication

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from newsletter.config import Config
    from newsletter.delivery.mailing import Counts, Mailing


def named(ctx: click.Context, name: str) -> tuple[Engine, Mailing]:
    """The database, and the mailing of an issue that is to be changed; see `meant`.

    Raises:
        MailingRefused: where there is none.
        IssueNotFound: where there is no such issue either.
    """
    from newsletter.errors import MailingRefused
    from newsletter.issue import find_issue

    config = publication.load(ctx)
    engine = publication.store(config)
    found = meant(name, config, engine)
    if found is None:
        find_issue(name, config)
        raise MailingRefused(
            f"nothing of {name} was sent or planned yet; 'newsletter send {name}' does that, and "
            f"'newsletter approve {name} --withdraw' keeps the schedule from it"
        )
    return engine, found


def meant(name: str, config: Config, engine: Engine) -> Mailing | None:
    """The mailing of an issue that is of the kind that the configured provider makes, or else any.

    Whoever rehearses must not end the real one by mistake.
    """
    from newsletter.delivery.mailing import find_mailing, kind_of
    from newsletter.store import reading

    with reading(engine) as connection:
        month = publication.month(name, config)
        return find_mailing(connection, month, kind_of(config)) or find_mailing(connection, month)


def sought(name: str, config: Config, engine: Engine) -> Mailing | None:
    """The mailing of an issue to tell of, the real one if there is one."""
    from newsletter.delivery.mailing import find_mailing
    from newsletter.store import reading

    with reading(engine) as connection:
        return find_mailing(connection, publication.month(name, config))


def local(moment: str | None, config: Config) -> str | None:
    """A time of the ledger in the publication's zone: ISO 8601 with an offset."""
    if moment is None:
        return None
    return datetime.fromisoformat(moment).astimezone(config.zone).isoformat(timespec="seconds")


def in_words(counts: Counts) -> str:
    """`4 accepted, 1 skipped of 5`; what is nobody's is not named."""
    parts = [
        f"{number:,} {state}"
        for state, number in (
            ("accepted", counts.accepted),
            ("failed", counts.failed),
            ("skipped", counts.skipped),
            ("doubtful", counts.doubtful),
            ("remaining", counts.remaining),
        )
        if number
    ]
    return f"{', '.join(parts) or 'nobody'} of {counts.total:,}"


def confirmed(question: str, option: str = "--yes") -> bool:
    """Ask; where nobody answers, that is a no.

    Raises:
        UsageError: where there is nobody to ask.
    """
    from newsletter.errors import UsageError

    try:
        return click.confirm(question, err=True)
    except click.Abort as error:
        click.echo(err=True)
        raise UsageError(f"nobody answered, so nothing was done; {option} does without") from error
