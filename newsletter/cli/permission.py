"""Whether `send` may send: by an approval, or because somebody insists."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import click

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from newsletter.checks import Cleared
    from newsletter.config import Config
    from newsletter.delivery.mailing import Mailing


class Permission(NamedTuple):
    """What is recorded of a mailing's approval."""

    approval: int | None = None
    """The number of the approval it goes out by."""
    unapproved: bool = False
    """Whether it goes out without the approval it needs."""


def to_begin(engine: Engine, config: Config, cleared: Cleared, *, insist: bool) -> Permission:
    """Permission for a new mailing of just this content.

    Raises:
        MailingRefused: where it needs an approval, has none that holds, and nobody insists.
        UsageError: where who insists does not type out what is sent.
    """
    from newsletter.delivery.approved import approval_for, needs_approval, refuse_unapproved
    from newsletter.store import reading

    if not needs_approval(config):
        return Permission()
    month = cleared.letter.month
    with reading(engine) as connection:
        found = approval_for(connection, month, cleared.evidence)
    if found.holds and found.approval:
        return Permission(found.approval.id)
    if not insist:
        refuse_unapproved(month, found)
    _typed_out(month)
    return Permission(unapproved=True)


def to_go_on(engine: Engine, mailing: Mailing, *, insist: bool) -> None:
    """Permission for a mailing that has begun: later edits do not touch it, a withdrawal does.

    Going on all the same is recorded of the mailing.

    Raises:
        MailingRefused: where its approval was withdrawn, and nobody insists.
        UsageError: where who insists does not type out what is sent.
    """
    from newsletter.delivery.approved import is_withdrawn, record_unapproved, refuse_withdrawn
    from newsletter.store import reading, writing

    with reading(engine) as connection:
        if not insist:
            refuse_withdrawn(connection, mailing)
            return
        withdrawn = is_withdrawn(connection, mailing)
    if withdrawn:
        _typed_out(mailing.issue)
        with writing(engine) as connection:
            record_unapproved(connection, mailing)


def _typed_out(month: str) -> None:
    from newsletter.errors import UsageError

    question = f"type {month} to send it without approval"
    try:
        typed = click.prompt(question, default="", show_default=False, err=True)
    except click.Abort:
        typed = ""
        click.echo(err=True)
    if typed.strip() != month:
        raise UsageError(f"'{month}' was not typed out, so nothing is sent")
