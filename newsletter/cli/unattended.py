"""What `schedule` and `send --due` share: the publication as an unattended pass needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from newsletter.cli import publication, summary, terminal
from newsletter.cli.progress import stopping_at_signals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from newsletter.config import Config
    from newsletter.schedule.attend import Pass
    from newsletter.schedule.office import Office


def open_office(config: Config, say: Callable[[str], None]) -> Office:
    """A publication with all that sending needs; `say` is told what an operator should know.

    Raises:
        SecretMissing: where a secret is not in the environment.
        StoreUnavailable: where the database cannot be used.
    """
    from newsletter.audience.keys import keyring
    from newsletter.delivery.providers import load_provider
    from newsletter.schedule.office import Office

    secrets = publication.secrets()
    load_provider(config, secrets)  # what it lacks is told now, not on the day
    ring, told = keyring(config, secrets)
    if told:
        say(told)
    engine = publication.store(config)
    return Office(config, engine, ring, lambda: load_provider(config, secrets))


def to_look(config: Config) -> Office:
    """A publication to be looked at, which needs no secret."""
    from newsletter.audience.keys import Keyring
    from newsletter.delivery.providers import load_provider
    from newsletter.schedule.office import Office

    secrets = publication.secrets()
    engine = publication.store(config)
    return Office(config, engine, Keyring(()), lambda: load_provider(config, secrets))


def send_due(ctx: click.Context) -> int:
    """Do once what the scheduler does; the exit code.

    It says nothing where there is nothing to do, and nothing twice, so that cron does not mail
    the same each time; the exit code says it each time.
    """
    import sys

    from newsletter.delivery.dispatch import Stop
    from newsletter.log import to_nowhere
    from newsletter.schedule.attend import Rests, attend
    from newsletter.schedule.shelf import Shelf
    from newsletter.schedule.telling import LOG

    to_nowhere(LOG)  # whatever matters of it is said below, once
    to_a_person = sys.stderr.isatty()
    office = open_office(publication.load(ctx), _note if to_a_person else _keep_silent)
    stop = Stop()
    with stopping_at_signals(stop):
        found = attend(office, Shelf(office.config), Rests(), stop)
    for ending in found.endings:
        for line in summary.of_ending(ending):
            click.echo(line)
    for notice in found.told:
        if notice.kind == "upcoming":
            click.echo(notice.subject)
    for line in _news(found, to_a_person=to_a_person):
        terminal.say(line)
    if found.untold:
        terminal.say(_untold(office))
    return 1 if _is_trouble(found) else 0


def _note(told: str) -> None:
    terminal.say(f"note: {told}")


def _keep_silent(_: str) -> None:
    """Cron would mail it each time."""


def _is_trouble(found: Pass) -> bool:
    """Whether somebody has to look at something."""
    unwell = any(ending.exit_code for ending in found.endings)
    over = any(notice.kind in _TOLD_ONCE for notice in found.told)
    return unwell or over or found.untold or bool(found.refusals)


_TOLD_ONCE = ("overdue", "doubtful", "failures")


def _news(found: Pass, *, to_a_person: bool) -> Iterator[str]:
    """What was not said before, a line each; to a person, whatever stands against an issue."""
    for ending in found.endings:
        if ending.error:
            yield ending.error
    fresh = {notice.issue for notice in found.told if notice.kind == "refused"}
    for issue, refusal in found.refusals.items():
        if issue in fresh or to_a_person:
            yield f"{issue} did not go out: {refusal.told}"
    for notice in found.told:
        if notice.kind in _TOLD_ONCE:
            yield notice.subject


def _untold(office: Office) -> str:
    from newsletter.schedule.telling import FILE

    is_kept = (office.config.root / FILE).exists()
    where = f"{FILE} has what they should know" if is_kept else f"{FILE} cannot be written"
    return f"the operators could not all be told by mail; {where}"
