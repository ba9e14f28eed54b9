"""What a person at a terminal sees of errors; programs get the same lines plain."""

from __future__ import annotations

import re
import sys
from typing import IO, TYPE_CHECKING

import click

from newsletter.errors import (
    ConfigurationError,
    NewsletterError,
    RefusedSource,
    UnreadablePage,
)

if TYPE_CHECKING:
    from newsletter.yaml_source import Finding

_OF_MANY_LINES = (RefusedSource, ConfigurationError, UnreadablePage)
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What a message may quote of its input, but a terminal would obey."""
_CONTROL_OR_END = re.compile(f"{_CONTROL.pattern}|\n")
_COLOURS = {"error": "bold red", "warning": "bold yellow", "note": "bold cyan"}


def tell(error: Exception) -> None:
    """Print an error on stderr: a line for each finding, coloured where it is a terminal."""
    if isinstance(error, RefusedSource) and sys.stderr.isatty():
        for found in error.findings:
            _in_colour(found, sys.stderr)
    else:
        unwanted = _CONTROL if isinstance(error, _OF_MANY_LINES) else _CONTROL_OR_END
        click.echo(unwanted.sub("\ufffd", _told(error)), err=True)


def say(line: str) -> None:
    """A line on stderr that may quote its input."""
    click.echo(harmless(line), err=True)


def harmless(line: str) -> str:
    """A line without what a terminal would obey."""
    return _CONTROL_OR_END.sub("\ufffd", line)


def show(found: Finding) -> None:
    """A finding on stdout, its code behind it, coloured where it is a terminal."""
    if sys.stdout.isatty():
        _in_colour(found, sys.stdout, f" [{found.code}]")
    else:
        click.echo(_CONTROL_OR_END.sub("\ufffd", f"{found} [{found.code}]"))


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 issue`, `2 issues`, `1,000 deliveries`."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def _in_colour(found: Finding, file: IO[str], code: str = "") -> None:
    from rich.console import Console
    from rich.text import Text

    place = _CONTROL_OR_END.sub("\ufffd", f"{found.path}:{found.line}:{found.column}: ")
    severity = (f"{found.severity}: ", _COLOURS[found.severity])
    line = Text.assemble((place, "bold"), severity, found.message, (code, "dim"))
    Console(file=file, soft_wrap=True).print(line)


def _told(error: Exception) -> str:
    """What went wrong and where; a bug of ours says how to learn more."""
    if isinstance(error, NewsletterError):
        return str(error)
    if isinstance(error, OSError):
        what = error.strerror or str(error) or type(error).__name__
        return f"{error.filename}: error: {what}" if error.filename else f"error: {what}"
    name = type(error).__name__
    return f"internal error: {name}: {error} (run again with --debug, and report what it prints)"
