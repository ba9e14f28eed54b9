"""What several of these commands are asked with: an address, and the publication's keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from newsletter.cli import publication, terminal

if TYPE_CHECKING:
    from collections.abc import Callable

    from newsletter.audience.address import Address
    from newsletter.audience.keys import Keyring
    from newsletter.config import Config


def address_of(email: str) -> Address:
    """An address from the command line.

    Raises:
        UsageError: where it is none.
    """
    from newsletter.audience.address import normalise

    try:
        return normalise(email)
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def keys_of(config: Config, *, make: bool = False) -> Callable[[], Keyring]:
    """The keys, should they be needed to recognise who was erased.

    To erase somebody one is made for a demonstration that has none yet, and told.
    """

    def keys() -> Keyring:
        from newsletter.audience.keys import keyring

        made, told = keyring(config, publication.secrets(), make=make)
        if told:
            terminal.say(f"note: {told}")
        return made

    return keys
