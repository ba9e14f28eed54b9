"""The publication a command works in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pathlib import Path

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


def create(path: Path, content: bytes) -> None:
    """Write a new file whole or not at all; one that has come into being meanwhile is kept.

    Raises:
        FileExistsError: where there is one.
    """
    import os

    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        _name(part, path)
    except OSError as error:
        raise type(error)(error.errno, error.strerror, str(path)) from error
    finally:
        part.unlink(missing_ok=True)


def _name(part: Path, path: Path) -> None:
    """Give a finished file its name, unless that is taken.

    A hard link does both in one step. FAT and some network folders have none; there, an
    empty file takes the name first.
    """
    try:
        path.hardlink_to(part)
    except FileExistsError:
        raise
    except OSError:
        path.touch(exist_ok=False)
        part.replace(path)


def write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: a full disk leaves the old one.

    A link stays a link, and a file keeps its permissions.
    """
    import os
    from contextlib import suppress
    from shutil import copymode

    file = path.resolve()
    if file.exists() and not (file.is_file() or file.is_dir()):
        file.write_bytes(content)  # a device or pipe, which no other file may replace
        return
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        with suppress(FileNotFoundError):
            copymode(file, part)
        part.replace(file)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise type(error)(error.errno, error.strerror, str(path)) from error
