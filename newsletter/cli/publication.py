"""The publication a command works in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from newsletter.config import Config, Secrets


def load(ctx: click.Context) -> Config:
    """The configuration named by --config, else the nearest one here or above.

    Raises:
        ConfigurationError: where there is none, or it cannot be used.
    """
    import os
    from pathlib import Path

    from newsletter.config import find_config, load_config

    path = find_config(Path.cwd(), ctx.obj.config_path)
    return load_config(path, os.environ)


def secrets() -> Secrets:
    """What the environment alone may hold."""
    import os

    from newsletter.config import secrets_from

    return secrets_from(os.environ)


def store(config: Config) -> Engine:
    """The publication's database, made where there is none yet.

    Raises:
        StoreUnavailable: where it cannot be used.
    """
    from newsletter.store import open_store

    return open_store(config.database, config.root)


def month(name: str, config: Config) -> str:
    """The month that ISSUE stands for; its file may be gone by now.

    Raises:
        IssueNotFound: where it is no month, and no file or 'latest' either.
    """
    from newsletter.issue import find_issue
    from newsletter.issue.model import MONTH

    return name if MONTH.fullmatch(name) else find_issue(name, config).stem


def pinned(name: str, config: Config) -> str:
    """ISSUE by a name that means the same a minute later, as 'latest' may not."""
    from newsletter.issue import find_issue

    return str(find_issue(name, config)) if name == "latest" else name


def address(text: str) -> str:
    """An e-mail address from the command line, normalised.

    Raises:
        UsageError: where it is none.
    """
    from newsletter.config.values import email_address
    from newsletter.errors import UsageError

    try:
        return email_address(text)
    except ValueError as error:
        raise UsageError(str(error)) from error
